# Messages
notice-empty = Write something
notice-route = The page or its parameters break the rules
notice-received-title = Received: { $title }
notice-received-body = Number { $number }. You can follow it under “My matters”.
notice-need-info-title = Information needed: { $title }
notice-need-info-body = Number { $number }. Open the matter to see what is needed from you.
notice-declined-title = Not accepted: { $title }
notice-declined-body = Number { $number }. Open the matter to read why; you can ask for a review.
notice-resolved-title = Resolved: { $title }
notice-resolved-body = Number { $number }. Open the matter and tell us whether you are content.

app-messages = Messages
app-messages-unread = Messages ({ $n } unread)
messages-none = There are no messages yet.
messages-read-all = Mark all as read
messages-new = New
messages-open = Open
messages-open-case = See the matter

# Messages of devices
signal-source = Name the device in 1 to { $limit } characters without control characters
signal-ahead = The time is more than five minutes ahead; set the device's clock, or leave the time out
signal-kind = The value is of the wrong kind; send what the field of the inbox asks for
signal-once-reused = This Idempotency-Key was used for another message; use a new one
form-unknown-field = The inbox has no such field; leave it out, or add it to the manifest
service-only = Only a service account sends messages of devices
persons-only = Only a person's account has messages
plugin-not-exported = The manifest lists jobs or inboxes, but the component does not export { $export }; add it to register!, or remove them from the manifest

# Board
board-link = Board
board-title = Board: { $place }
board-cases = Cases
board-open = Open
board-late = Overdue
board-closed = Closed in the last seven days
board-behind = cases; see those behind “{ $label }”
board-cases-in = Cases in { $place }
board-failed = This service has no figures to give at the moment.
board-nothing = No figures.
board-as-of = As of
board-division = A division is 2 to 15 digits
board-tone-info = For information
board-tone-success = In order
board-tone-warning = Attention
board-tone-danger = Serious

# Parked messages
parked-title = Messages not delivered
parked-why = These messages failed repeatedly and are no longer tried. Send them again once the service is mended; each keeps its number, so that none is acted on twice.
parked-none = Every message was delivered.
parked-plugin = Service
parked-what = Message
parked-failure = Why it failed
parked-tries = Attempts
parked-since = Since
parked-replay = Send again
parked-replay-all = Send all messages for { $plugin } again
parked-event = What happened to a case
parked-triage = Asked for a class
parked-signal = From a device
parked-share = To be shared out

# Jobs
jobs-link = Scheduled jobs
jobs-title = Scheduled jobs: { $plugin }
jobs-none = There are no scheduled jobs.
jobs-runs = Runs
jobs-no-runs = No job has run yet.
jobs-job = Job
jobs-next = Next run
jobs-due = Due
jobs-missed = Runs missed before
jobs-tries = Attempts
jobs-failure = Why the last run failed
jobs-outcome = Outcome
jobs-running = Running
jobs-done = Done
jobs-failed = Failed

plugins-can-notify = Send messages to people
plugins-interface-jobs = Scheduled jobs
plugins-interface-inbox = Messages of devices
plugins-interface-indicators = Figures for the board
plugins-interface-notify = Messages to people
