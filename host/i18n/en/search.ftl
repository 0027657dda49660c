## Finding cases by words
search-title = Search cases
search-title-of = Search for “{ $q }”
search-label = What are you looking for?
search-hint = Words of the title, the address, the number or the notes, for example: lamp Huaihai. Every word must be there.
search-go = Search
search-found = Found for “{ $q }”, the newest first
search-none = Nothing was found among the cases that you may see. Try other words, or fewer.
search-empty = Enter what to look for
search-too-many = Too many words: at most { $limit }. Ask for less

## Cases that may be about the same
alike-title = Possible duplicates
alike-what = Found by place, time, class and words. You decide whether they are the same.
alike-score = Likeness { $n }
alike-and = {", "}
alike-metres = { $n } m apart
alike-community = in the same community, without a point
alike-words = { $n }% of the words in common
alike-class = of the same class
alike-class-unknown = class not known yet
alike-day = less than a day apart
alike-days = { $n } days apart

## Open cases near by, before reporting, and following one
near-title = Somebody may have reported this already
near-why = If it is the same thing, follow it instead of reporting it again. You will be told when it is resolved.
near-follow = Follow this
near-none = Not the same thing? Send your report
followed-title = Cases that I follow
followed-what = You follow this case of somebody else. You see where it stands, who has it and until when, but not who reported it or what was written.
followed-stop = Stop following
follow-own = You reported this case yourself: it is among your matters
follow-too-many = You follow 100 cases, which is the most. Stop following some first
notice-followed-resolved-title = A case you follow is resolved
notice-followed-resolved-body = { $class } ({ $number }) is resolved.
notice-followed-ended-title = A case you follow has ended
notice-followed-ended-body = { $class } ({ $number }) has ended without being resolved. If the problem is still there, report it.

## What the host has noticed, for supervisors
hints-title = Hints
hints-none = No hint waits to be judged.
hint-cluster = Many of one kind
hint-caller = One number again and again
hint-why-cluster = { $n } cases of one class within { $metres } m in { $days } days.
hint-why-caller = One phone number reported { $n } times in { $days } days.
hint-confirm = Something to it
hint-dismiss = Nothing to it
hint-errors = How often hints were wrong, by area
hint-area = Area
hint-decided = Judged
hint-dismissed = Wrong
hint-error = Share wrong
hint-decided-already = Somebody has judged this hint already
