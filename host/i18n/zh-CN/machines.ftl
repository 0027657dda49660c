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

app-messages = 消息
app-messages-unread = 消息（{ $n } 条未读）
messages-none = 还没有消息。
messages-read-all = 全部标为已读
messages-new = 未读
messages-open = 打开
messages-open-case = 查看事项

# 设备消息
signal-source = 请写明设备名称，1 至 { $limit } 个字，不含控制字符
signal-ahead = 时间比现在晚了五分钟以上；请校准设备时钟，或不填时间
signal-kind = 值的类型不对；请按收件箱的字段定义填写
signal-once-reused = 这个 Idempotency-Key 已经用于另一条消息；请换一个
form-unknown-field = 收件箱没有这个字段；请删去，或在清单里增加
service-only = 只有服务账号可以发送设备消息
persons-only = 只有个人账号才有消息
plugin-not-exported = 清单列了任务或收件箱，组件却没有导出 { $export }；请在 register! 里加上，或从清单中删去

# 看板
board-link = 看板
board-title = { $place }看板
board-cases = 事件
board-open = 未办结
board-late = 已超时
board-closed = 近七天办结
board-behind = 件，查看“{ $label }”的事件
board-cases-in = { $place }的事件
board-failed = 这个应用暂时没有给出数据。
board-nothing = 没有数据。
board-as-of = 数据时间：
board-division = 区划代码为 2 至 15 位数字
board-tone-info = 提示
board-tone-success = 正常
board-tone-warning = 注意
board-tone-danger = 严重

# 未送达的消息
parked-title = 未送达的消息
parked-why = 这些消息多次送达失败，已停止重试。修复应用后可以重新发送；每条消息的编号不变，重复发送不会重复处理。
parked-none = 没有未送达的消息。
parked-plugin = 应用
parked-what = 消息
parked-failure = 失败原因
parked-tries = 已尝试次数
parked-since = 停止时间
parked-replay = 重新发送
parked-replay-all = 重新发送 { $plugin } 的全部消息
parked-event = 事件变化
parked-triage = 请求分类建议
parked-signal = 设备消息
parked-share = 事件分发

# 任务
jobs-link = 定时任务
jobs-title = 定时任务：{ $plugin }
jobs-none = 没有定时任务。
jobs-runs = 运行记录
jobs-no-runs = 还没有运行过。
jobs-job = 任务
jobs-next = 下次运行
jobs-due = 应运行时间
jobs-missed = 此前错过次数
jobs-tries = 已尝试次数
jobs-failure = 上次失败原因
jobs-outcome = 结果
jobs-running = 运行中
jobs-done = 完成
jobs-failed = 失败

plugins-can-notify = 给用户发消息
plugins-interface-jobs = 定时任务
plugins-interface-inbox = 接收设备消息
plugins-interface-indicators = 看板数据
plugins-interface-notify = 消息
