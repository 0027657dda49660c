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
