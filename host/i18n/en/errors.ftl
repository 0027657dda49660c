## What went wrong, and how to mend it
error-home = Go to the home page
error-number = Request number:
error-invalid = Check what you entered
error-forbidden = You cannot do this
error-conflict = Things have changed
error-sign-in = Sign in first
error-sign-in-why = This page needs to know who you are.
error-not-granted = This service lacks the permission it needs.
error-too-many = Please wait a little
error-too-many-why = Too many attempts. Try again in a minute.
error-not-found = Page not found
error-not-found-why = It may not exist, or may not be open to you.
error-unavailable = Not available just now
error-unavailable-why = Try again later. If it is urgent, call 12345.
error-too-large = Too large
error-too-large-why = Send less, or a smaller file.
error-malformed-why = This request could not be read. Go back and try again.
error-internal = Something went wrong
error-internal-why = This is our fault, and has been recorded. Try again later.
error-cursor = This page marker is not valid. Start from the first page.
error-summary = There is a problem
error-prefix = Error:

## Requests to the API
api-body-shape = The body does not have the right shape: { $detail }
api-body-syntax = The body is not valid JSON: { $detail }
api-body-type = Use Content-Type: application/json.
api-body-unreadable = The body could not be read: { $detail }
api-query = A parameter is wrong: { $detail }
api-once-missing = The request needs an Idempotency-Key of 1 to 64 characters.
api-once-malformed = Idempotency-Key must be 1 to 64 visible ASCII characters.
once-length = The request key must be 1 to 64 characters.

## Identity
not-by-token = This needs you to sign in; a token will not do.
not-by-plugin = A service cannot do this for you.
no-post-for-this = None of your posts allows this.
other-site = This request came from another site and was refused. Do it again from this page.
password-must-change = Change your password first.
person-only = Only a person can do this.
phone-not-proved = Confirm this phone number with a code first.
plugin-only = Only a service can call this.
post-not-for-oneself = You cannot give a post to yourself.
system-only = Only the system can do this.
code-wrong = The code is wrong or too old. Check it, or ask for a new one.
token-days = Give 1 to 365 days.
invitation-over = This invitation is over. Ask the administrator for a new one.
login-form = A login is 3 to 40 lower-case letters, digits, dots, underscores or hyphens.
login-taken = This login is taken.
name-length = Enter a name of at most 40 characters.
password-length = A password is 8 to 128 characters.
password-same = The new password must differ from the old one.
sign-in-wrong = The name or the password is wrong.
phone-form = Enter a mobile number of 11 digits, such as 13800138000.
post-not-yours = This is not a post of yours.
unit-unknown = There is no such unit.
date-past = The date must be after today.

## Cases
case-asked-enough = The reporter has been asked often enough: decide now.
case-changed-meanwhile = This case has just changed. Look at it again before you act.
case-danger = A report of danger to people cannot be withdrawn.
case-not-now = This cannot be done in its present state.
case-top = It is at the highest level already.
case-not-by-plugin = A service cannot do this.
case-not-on-behalf = Only counter clerks and hotline agents report for others.
case-not-yours = This case is not yours to act on now.
queue-not-yours = You have no post for this list.
case-choose-class = Choose a class.
case-class-unknown = There is no such class.
case-not-basic = This class cannot be handled on the spot: register it.
case-add-photo = Add a photo.
case-no-desk = No office receives reports for this place yet. Call 12345.
case-place-unknown = There is no such community or grid area.
case-place-outside = This point lies outside the area served. Choose a community.
case-place-missing = Say where it is: choose a community, or use your location.
case-rating = Answer the three questions.
case-target = Choose a unit that it can be sent to.
case-target-too-low = This class is handled at a higher level and cannot be sent this low.
case-say-why = Say why.
case-say-what = Say what has happened.
text-too-long = At most { $limit } characters.

## Files
files-once-reused = This upload key was used for another file.
files-kind-refused = Only photos (JPEG, PNG, WebP) and PDF files are taken.
files-picture-broken = This photo could not be read. Choose another.
files-not-yours = A file is no longer there. Upload it again.
files-too-large = The file is too large: at most { $limit } MB.
files-too-many-pixels = The photo has too many pixels. Choose a smaller one.
files-too-many = At most { $limit } files.

## Places
grid-geometry-unreadable = The boundary could not be read.
grid-coordinate-out-of-range = The coordinate is out of range.
grid-coordinate-not-a-number = The coordinate must be a number.
grid-datum-missing = Say which coordinate system it is: cgcs2000, wgs84, gcj02 or bd09.
grid-datum-unknown = The coordinate system must be cgcs2000, wgs84, gcj02 or bd09.
grid-search-too-long = Type at most { $limit } characters.
duty-list-unreadable = The duty list could not be read.

## Forms
form-required = Answer this question.
form-too-long = At most { $max } characters.
form-too-short = At least { $min } characters.
form-too-big = At most { $max }.
form-too-small = At least { $min }.
form-too-early = Not before { $min }.
form-too-late = Not after { $max }.
form-too-few = At least { $min }.
form-too-many = At most { $max }.
form-too-many-digits = At most { $scale } digits after the point.
form-bad-characters = It has characters that cannot be used.
form-not-name = Enter a name.
form-not-phone = Enter a mobile number of 11 digits.
form-not-email = Enter an e-mail address, such as name@example.cn.
form-not-id-card = Enter an identity card number of 18 characters.
form-not-credit-code = Enter a unified social credit code of 18 characters.
form-not-plate = Enter a number plate, such as 沪A12345.
form-not-pattern = It does not have the right form.
form-not-number = Enter a number.
form-not-date = Enter a date, such as 2026-11-24.
form-not-time = Enter a time, such as 08:30.
form-not-option = Choose one of the options.
form-must-agree = Tick the box to go on.
form-file-too-large = At most { $max } MB a file.
form-file-kind = This kind of file is not taken.
form-not-place = This is not a place.
form-place-needed = Choose a community, or use your location.
form-place-precise = An exact point is needed: use your location.
form-place-outside = This place lies outside the area.
form-wrong-kind = The answer is of the wrong kind.
draft-over = This draft is over. Please start again.
form-unreadable = This form could not be read. Go back and try again.
api-version-missing = Name the version that the action was decided on.
api-file-missing = Put one file in the part named file.

## Plugins
keyvalue-key = A key has 1 to { $limit } characters.
keyvalue-value = A value has at most 64 KiB.
case-remark-length = A remark has 1 to 1,000 characters.
plugin-shape = The component exports something of another shape than the contract's: build it again with the present SDK.
