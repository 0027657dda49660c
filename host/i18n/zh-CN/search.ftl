## Finding cases by words
search-title = 查找事项
search-title-of = 查找“{ $q }”
search-label = 要找什么
search-hint = 标题、地址、编号或办理记录里的字词，例如：路灯 淮海中路。每个词都要出现。
search-go = 查找
search-found = “{ $q }”的查找结果，最新的在前
search-none = 在您能看到的事项里没有找到。请换个说法或减少几个词。
search-empty = 请填写要查找的字词
search-too-many = 字词太多，最多 { $limit } 个。请写短一些
