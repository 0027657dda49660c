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

## Cases that may be about the same
alike-title = 可能重复的事项
alike-what = 按地点、时间、事项类别和用词比较得出，仅供参考，由您判断。
alike-score = 相似度 { $n }
alike-and = ，
alike-metres = 相距 { $n } 米
alike-community = 同一社区，没有坐标
alike-words = { $n }% 的用词相同
alike-class = 类别相同
alike-class-unknown = 类别未定
alike-day = 不到一天
alike-days = 相隔 { $n } 天

## Open cases near by, before reporting, and following one
near-title = 附近可能已有人上报
near-why = 如果是同一件事，可以关注它，不用再报一次。办结时会通知您。
near-follow = 关注这件事
near-none = 不是同一件事？请继续提交
followed-title = 我关注的事项
followed-what = 您关注了别人上报的这件事。您能看到办到哪一步、谁在办、什么时候办完，看不到上报人和上报的内容。
followed-stop = 不再关注
follow-own = 这是您自己上报的事项，已在“我的事项”中
follow-too-many = 最多关注 100 件事。请先取消关注几件
notice-followed-resolved-title = 您关注的事项已办结
notice-followed-resolved-body = { $class }（{ $number }）已办结。
notice-followed-ended-title = 您关注的事项已结束
notice-followed-ended-body = { $class }（{ $number }）未经办理即已结束。如果问题还在，请您上报。

## What the host has noticed, for supervisors
hints-title = 线索
hints-none = 目前没有待判断的线索。
hint-cluster = 同类事项集中
hint-caller = 同一号码多次上报
hint-why-cluster = { $days } 天内，方圆 { $metres } 米有 { $n } 件同类事项。
hint-why-caller = 同一电话号码 { $days } 天内上报了 { $n } 次。
hint-confirm = 确有其事
hint-dismiss = 并无问题
hint-errors = 各区域线索的误报率
hint-area = 区域
hint-decided = 已判断
hint-dismissed = 误报
hint-error = 误报率
hint-decided-already = 这条线索已有人判断
