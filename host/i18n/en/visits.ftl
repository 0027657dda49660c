## Visits: where one stands
staff-state-planned = Planned, to be given to somebody
staff-state-assigned = Given to somebody
staff-state-done = Made, to be looked at
staff-state-missed = Missed
staff-state-reviewed = Looked at
state-planned = A visit is planned
state-assigned = Somebody will come
state-done = Visited
state-missed = Not visited in time; the office above sees to it
state-reviewed = Closed

## Visits: what can be done
action-plan = Plan a visit
action-assign = Send somebody
action-reassign = Send somebody else
action-perform = The visit is made
action-not-met = Nobody was met
action-find = Report a problem found
action-miss = Missed
action-review = Look at the outcome
action-cancel = Call the visit off
acted-plan = Visit planned
acted-assign = Somebody was sent
acted-reassign = Somebody else was sent
acted-perform = Visit made
acted-not-met = Nobody was met
acted-find = The problem was reported
acted-miss = Not made in time; passed to the office above
acted-review = Looked at
acted-cancel = Called off
did-plan = A visit was planned
did-assign = Somebody was asked to come
did-reassign = Somebody else was asked to come
did-perform = The visit was made
did-not-met = Somebody came, and nobody was met
did-find = A problem was found on the visit and reported
did-miss = Not visited in time; passed to the office above
did-review = The outcome was looked at
did-cancel = The visit was called off
ask-reassign = Why somebody else?
ask-perform = How did the visit go?
ask-not-met = How often did you try, and how?
ask-find = What did you find?
ask-review = What do you say to it?
ask-cancel = Why call it off?
clock-assign = To be given to somebody by
clock-perform = To be made by
clock-review = To be looked at by
queue-today = Visits for today

## Visits: pages
visit-plan = Plan a visit or a patrol
visit-class = What kind
visit-about = What to see to
visit-about-hint = Say clearly what is to be done. No names and no phone numbers.
visit-where = Which community
visit-address = Where exactly (optional)
visit-urgency = How soon
visit-plan-send = Plan it
visits-by-time = In order of time left
visits-by-place = In order of place
work-visitor = Visitor
work-person = Who is to go?
work-linked = Cases and visits that belong to it
work-linked-incident = Problem found on this visit:
work-linked-visit = It was found on this visit:
case-choose-person = Choose somebody whose post covers this place.
case-own-work = Nobody looks at the outcome of their own visit.

## What services read by themselves
claim-kept = What you told this service
purpose-service = To provide the service you take part in
basis-asked = Your own request
case-about-alone = Whom a case is about is said only where nobody is calling.
