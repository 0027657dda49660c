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
