# 消息
notice-empty = 请写上内容
notice-route = 页面或参数不符合规定
notice-received-title = 已收到：{ $title }
notice-received-body = 编号 { $number }。可以在“我的事项”里查看进展。
notice-need-info-title = 需要您补充：{ $title }
notice-need-info-body = 编号 { $number }。请打开事项，看看需要补充什么。
notice-declined-title = 不予受理：{ $title }
notice-declined-body = 编号 { $number }。请打开事项查看原因；如有异议，可以申请复核。
notice-resolved-title = 已解决：{ $title }
notice-resolved-body = 编号 { $number }。请打开事项，告诉我们结果是否满意。
