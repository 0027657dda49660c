## What went wrong, and how to mend it
error-home = 回到首页
error-number = 请求编号：
error-invalid = 请检查您填写的内容
error-forbidden = 您不能这样做
error-conflict = 情况已经变化
error-sign-in = 请先登录
error-sign-in-why = 这一页需要知道您是谁。
error-not-granted = 这项服务没有得到所需的授权。
error-too-many = 请稍等一会儿
error-too-many-why = 尝试次数太多，请一分钟后再试。
error-not-found = 找不到这一页
error-not-found-why = 它可能不存在，或者不对您开放。
error-unavailable = 暂时无法处理
error-unavailable-why = 请稍后再试。着急的事情请拨打 12345。
error-too-large = 内容太大
error-too-large-why = 请减少内容或换小一点的文件再试。
error-malformed-why = 无法读懂这个请求，请返回上一页再试。
error-internal = 出错了
error-internal-why = 这是我们的问题，已经记录下来。请稍后再试。
error-cursor = 页码无效，请从第一页开始看。
error-summary = 有以下问题需要改正
error-prefix = 错误：

## Requests to the API
api-body-shape = 内容不符合要求的格式：{ $detail }
api-body-syntax = 内容不是有效的 JSON：{ $detail }
api-body-type = 请使用 Content-Type: application/json。
api-body-unreadable = 无法读取内容：{ $detail }
api-query = 参数有误：{ $detail }
api-once-missing = 请求需要 Idempotency-Key（1 到 64 个字符）。
api-once-malformed = Idempotency-Key 须为 1 到 64 个可见 ASCII 字符。
once-length = 请求编号须为 1 到 64 个字符。

## Identity
not-by-token = 这件事需要本人登录后办理，不能用令牌。
not-by-plugin = 服务不能代替您做这件事。
no-post-for-this = 您的岗位没有这项权限。
other-site = 这个请求来自其他网站，已拒绝。请从本页面重新操作。
password-must-change = 请先修改密码。
person-only = 这件事只能由本人办理。
phone-not-proved = 请先用验证码确认这个手机号。
plugin-only = 只有服务可以这样调用。
post-not-for-oneself = 不能给自己授予岗位。
system-only = 只有系统可以做这件事。
code-wrong = 验证码不对或已过期。请核对，或重新获取。
token-days = 有效期须为 1 到 365 天。
invitation-over = 这个邀请已失效，请联系管理员重新邀请。
login-form = 登录名须为 3 到 40 个小写字母、数字、点、下划线或连字符。
login-taken = 这个登录名已被使用。
name-length = 请填写姓名，最多 40 个字。
password-length = 密码须为 8 到 128 个字符。
password-same = 新密码不能与旧密码相同。
sign-in-wrong = 账号或密码不对。
phone-form = 请填写 11 位手机号，例如 13800138000。
post-not-yours = 这不是您的岗位。
unit-unknown = 没有这个单位。
date-past = 日期须在今天之后。

## Cases
case-asked-enough = 已经请对方补充过多次，请直接决定。
case-changed-meanwhile = 这件事刚刚有了变化，请看过最新情况再操作。
case-danger = 涉及人身安全的问题不能撤回。
case-not-now = 现在的状态不能这样操作。
case-top = 已经在最高一级，不能再上移。
case-not-by-plugin = 服务不能执行这个操作。
case-not-on-behalf = 只有窗口和热线人员可以代人上报。
case-not-yours = 这件事现在不由您处理。
queue-not-yours = 您没有这个列表的岗位。
case-choose-class = 请选择类别。
case-class-unknown = 没有这个类别。
case-not-basic = 这一类不能自行处理，请立案。
case-add-photo = 请附上照片。
case-no-desk = 这个地方还没有受理单位，请拨打 12345。
case-place-unknown = 没有这个社区或网格。
case-place-outside = 这个位置不在已开通的范围内，请选择社区。
case-place-missing = 请告诉我们在哪里：选择社区，或使用当前位置。
case-rating = 请回答三个问题。
case-target = 请选择可以转办的单位。
case-target-too-low = 这一类由上级直接办理，不能下派到这一级。
case-say-why = 请说明情况。
case-say-what = 请说说发生了什么。
text-too-long = 最多 { $limit } 个字。

## Files
files-once-reused = 这个上传编号已用于另一个文件。
files-kind-refused = 只接受照片（JPEG、PNG、WebP）和 PDF 文件。
files-picture-broken = 无法读取这张照片，请换一张。
files-not-yours = 文件已失效，请重新上传。
files-too-large = 文件太大，最多 { $limit } MB。
files-too-many-pixels = 照片尺寸太大，请换小一点的。
files-too-many = 最多 { $limit } 个文件。

## Places
grid-geometry-unreadable = 无法读取边界图形。
grid-coordinate-out-of-range = 坐标超出范围。
grid-coordinate-not-a-number = 坐标须为数字。
grid-datum-missing = 请说明坐标系：cgcs2000、wgs84、gcj02 或 bd09。
grid-datum-unknown = 坐标系须为 cgcs2000、wgs84、gcj02 或 bd09。
grid-search-too-long = 最多输入 { $limit } 个字。
duty-list-unreadable = 无法读取权责清单。

## Forms
form-required = 请填写这一项。
form-too-long = 最多 { $max } 个字。
form-too-short = 至少 { $min } 个字。
form-too-big = 不能大于 { $max }。
form-too-small = 不能小于 { $min }。
form-too-early = 不能早于 { $min }。
form-too-late = 不能晚于 { $max }。
form-too-few = 至少选 { $min } 项。
form-too-many = 最多选 { $max } 项。
form-too-many-digits = 小数点后最多 { $scale } 位。
form-bad-characters = 含有不能使用的字符。
form-not-name = 请填写姓名。
form-not-phone = 请填写 11 位手机号。
form-not-email = 请填写邮箱，例如 name@example.cn。
form-not-id-card = 请填写 18 位身份证号。
form-not-credit-code = 请填写 18 位统一社会信用代码。
form-not-plate = 请填写车牌号，例如 沪A12345。
form-not-pattern = 格式不对。
form-not-number = 请填写数字。
form-not-date = 请填写日期，例如 2026-11-24。
form-not-time = 请填写时间，例如 08:30。
form-not-option = 请从列出的选项中选择。
form-must-agree = 需要勾选才能继续。
form-file-too-large = 每个文件最多 { $max } MB。
form-file-kind = 文件类型不对。
form-not-place = 位置不对。
form-place-needed = 请选择社区，或使用当前位置。
form-place-precise = 需要准确的位置，请使用当前位置。
form-place-outside = 这个地方不在范围内。
form-wrong-kind = 答案的类型不对。
draft-over = 这份草稿已过期，请重新填写。
form-unreadable = 无法读懂这份表单，请返回上一页再试。
api-version-missing = 请写明操作所依据的 version。
api-file-missing = 请在名为 file 的部分放一个文件。

## Plugins
keyvalue-key = 键须为 1 到 { $limit } 个字符。
keyvalue-value = 值最多 64 KiB。
case-remark-length = 留言须为 1 到 1000 个字。
plugin-shape = 组件的导出与契约不一致，请用当前版本的 SDK 重新构建。
