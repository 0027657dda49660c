

## Where a case stands
staff-state-submitted = To be registered
staff-state-need-info = Information needed
staff-state-declined = Not accepted
staff-state-filed = Registered, to be passed on
staff-state-dispatched = Passed on, to be taken on
staff-state-in-progress = In progress
staff-state-feedback = Being confirmed
staff-state-verifying = To be checked
staff-state-resolved = Resolved, to be rated
staff-state-closed = Closed

## What can be done to a case
action-submit = Report
action-ask-info = Ask for information
action-supply = Supply information
action-decline = Do not accept
action-file = Register
action-self-handle = Deal with it here
action-dispatch = Pass on
action-relay = Pass further on
action-raise = Pass up
action-accept = Take on
action-report-done = Report as done
action-confirm-up = Confirm
action-rework = Send back to be redone
action-verify-pass = Check passed
action-verify-fail = Check failed
action-rate = Rate
action-lapse = Let lapse
action-withdraw = Withdraw
action-comment = Comment
action-attach = Add files
action-escalate = Escalate

## What has been done
acted-submit = Reported
acted-ask-info = Information asked for
acted-supply = Information supplied
acted-decline = Not accepted
acted-file = Registered
acted-self-handle = Taken on here
acted-dispatch = Passed on
acted-relay = Passed further on
acted-raise = Passed up
acted-accept = Taken on
acted-report-done = Reported as done
acted-confirm-up = Confirmed
acted-rework = Sent back to be redone
acted-verify-pass = Check passed
acted-verify-fail = Check failed
acted-rate = Rated
acted-lapse = Lapsed
acted-withdraw = Withdrawn
acted-comment = Comment added
acted-attach = Files added
acted-escalate = Deadline passed, the next desk up was told

## What an action asks for
ask-ask-info = What must they tell us?
ask-decline = Why is it not accepted, on what basis, and who is the right one to ask?
ask-raise = What was tried, and why did it fail?
ask-report-done = What was done?
ask-rework = What is not done well?
ask-verify-fail = What was found there?
ask-comment = Comment

## How soon, by which door, which clock
urgency-emergency = Emergency
urgency-urgent = Urgent
urgency-normal = Normal
channel-app = App
channel-api = API
channel-hotline = 12345 hotline
channel-counter = Counter
channel-grid-worker = Grid worker
channel-sensor = Sensor
channel-open311 = Open311
channel-system = System
clock-triage = To register by
clock-supply = To be supplied by
clock-dispatch = To pass on by
clock-accept = To take on by
clock-resolve = To resolve by
clock-confirm = To confirm by
clock-rate = To be rated by

## Fields of management
domain-safety = Public safety
domain-construction = Construction
domain-market = Market regulation
domain-livelihood = Livelihood
domain-city-operation = City operation

## Roles
role-resident = Resident
role-counter-clerk = Counter clerk
role-hotline-agent = Hotline agent
role-grid-worker = Grid worker
role-dispatcher = Dispatcher
role-handler = Handler
role-verifier = Verifier
role-supervisor = Supervisor
role-duty-keeper = Keeper of the duty list
role-department-developer = Department developer
role-plugin-reviewer = Service reviewer
role-administrator = Administrator

## Queues
queue-desk = To be dispatched
queue-work = To be dealt with
queue-verify = To be checked
queue-overseen = Overdue, overseen by you
queue-area = Open in your area
queue-proxy = Filed for others
work-count = {" "}({ $n })
work-late = { $n } overdue
work-all = See all { $n }: { $queue }
work-queue-empty = Nothing is waiting.
work-no-queues = Your posts have no lists of cases.
work-posts = Posts: {""}
work-units = {" "}({ $n } offices)
work-find = Find by number
work-number = Number of the case
work-find-none = There is no such number, or you may not see it.

## A case, as staff see it
work-case = Case
work-class = Class
work-no-class = No class yet
work-place = Place
work-state = State
work-urgency = Urgency
work-holder = Held by
work-nobody = Nobody
work-comma = ,{" "}
work-colon = :{" "}
work-time-left = Time left
work-no-limit = No limit
work-left = { $span } left
work-late-by = { $span } overdue
work-paused = Paused
span-days = { $d } d { $h } h
span-hours = { $h } h { $m } min
span-minutes = { $m } min
work-danger = Danger to people
work-overseen = Under formal follow-up
work-proposals = What services propose
work-proposal = From { $plugin }
work-sure = { $n }% sure
work-why = Why: {""}
work-accept-proposal = Accept the proposal and register
work-actions = What you can do
work-nothing-to-do = There is nothing for you to do now.
work-own-report = You reported this yourself: answer or rate it under My matters.
work-your-words = What you wrote:
work-facts = Facts
work-described = What was reported
work-channel = Came in by
work-opened = Reported
work-escalations = Deadlines passed
work-rating = Rating
work-contact = How to reach the reporter
work-contact-why = Each look is recorded, and the reporter can see it. Look only when the case needs it.
work-contact-show = Show name and phone
work-contact-none = There is none, or you may not see it.
work-contact-logged = This look has been recorded.
work-files = Photos or PDF
work-files-of-case = Photos and files
work-target = To which office?
work-is-lead = (lead office)
work-then-held-by = Then held by: {""}

## People
people-title = People and posts
people-name = Name
people-login = Login
people-posts = Posts
people-no-post = No current post
people-service = (service account)
people-unit = Office
people-role = Role
people-role-choose = Choose a role.
people-from = From
people-until = Until
people-open-ended = Open-ended
people-invite = Invite a colleague
people-invited = The invitation is ready
people-invited-why = Hand this link to { $name } in person. It is shown only this once and is valid for 7 days.
people-give = Give a post
people-give-why = They will have to sign in again.
people-until-last = Last day (optional)
people-until-hint = For example 2026-12-31. Leave it empty for an open-ended post.
people-end = End
people-posts-all = All { $n } posts
