

## Where a case stands
staff-state-submitted = 待立案
staff-state-need-info = 待补正
staff-state-declined = 不予受理
staff-state-filed = 已立案，待派单
staff-state-dispatched = 已派单，待签收
staff-state-in-progress = 处置中
staff-state-feedback = 逐级确认中
staff-state-verifying = 待核查
staff-state-resolved = 已办结，待评价
staff-state-closed = 已结案

## What can be done to a case
action-submit = 上报
action-ask-info = 请对方补正
action-supply = 补正
action-decline = 不予受理
action-file = 立案
action-self-handle = 自行处置
action-dispatch = 派单
action-relay = 转派
action-raise = 上移
action-accept = 签收
action-report-done = 报告办好
action-confirm-up = 确认并上报
action-rework = 退回重办
action-verify-pass = 核查通过
action-verify-fail = 核查不通过
action-rate = 评价
action-lapse = 到期结束
action-withdraw = 撤回
action-comment = 留言
action-attach = 添加文件
action-escalate = 催办上报

## What has been done
acted-submit = 已上报
acted-ask-info = 已请对方补正
acted-supply = 已补正
acted-decline = 不予受理
acted-file = 已立案
acted-self-handle = 已自行处置
acted-dispatch = 已派单
acted-relay = 已转派
acted-raise = 已上移
acted-accept = 已签收
acted-report-done = 已报告办好
acted-confirm-up = 已确认
acted-rework = 已退回重办
acted-verify-pass = 核查通过
acted-verify-fail = 核查不通过
acted-rate = 已评价
acted-lapse = 到期自动结束
acted-withdraw = 已撤回
acted-comment = 已留言
acted-attach = 已添加文件
acted-escalate = 超过时限，已通知上一级

## What an action asks for
ask-ask-info = 需要对方补充什么？
ask-decline = 为什么不予受理？依据是什么，应该找谁？
ask-raise = 试过什么？为什么办不了？
ask-report-done = 做了什么？
ask-rework = 哪里没办好？
ask-verify-fail = 现场看到了什么？
ask-comment = 留言

## How soon, by which door, which clock
urgency-emergency = 特急
urgency-urgent = 紧急
urgency-normal = 一般
channel-app = 一门应用
channel-api = 接口
channel-hotline = 12345 热线
channel-counter = 窗口
channel-grid-worker = 网格员
channel-sensor = 感知设备
channel-open311 = Open311
channel-system = 系统
clock-triage = 立案时限
clock-supply = 补正时限
clock-dispatch = 派单时限
clock-accept = 签收时限
clock-resolve = 办结时限
clock-confirm = 确认时限
clock-rate = 评价时限

## Fields of management
domain-safety = 公共安全
domain-construction = 城市建设
domain-market = 市场监管
domain-livelihood = 民生保障
domain-city-operation = 城市运行

## Roles
role-resident = 居民
role-counter-clerk = 窗口人员
role-hotline-agent = 热线坐席
role-grid-worker = 网格员
role-dispatcher = 派单员
role-handler = 处置人员
role-verifier = 核查员
role-supervisor = 监督员
role-duty-keeper = 权责清单管理员
role-department-developer = 部门开发人员
role-plugin-reviewer = 场景应用评审员
role-administrator = 系统管理员

## Queues
queue-desk = 待我派单
queue-work = 待我处置
queue-verify = 待核查
queue-overseen = 超时督办
queue-area = 辖区在办
queue-proxy = 代人上报
work-count = （{ $n }）
work-late = { $n } 件已超时
work-all = 查看全部 { $n } 件：{ $queue }
work-queue-empty = 目前没有。
work-no-queues = 您的岗位没有事件列表。
work-posts = 岗位：
work-units = （{ $n } 个单位）
work-find = 按编号查找
work-number = 事件编号
work-find-none = 没有找到这个编号，或者您无权查看。

## A case, as staff see it
work-case = 事件
work-class = 类别
work-no-class = 未分类
work-place = 地点
work-state = 状态
work-urgency = 紧急程度
work-holder = 承办单位
work-nobody = 无
work-comma = 、
work-colon = ：
work-time-left = 剩余时间
work-no-limit = 不计时
work-left = 剩 { $span }
work-late-by = 超时 { $span }
work-paused = 已暂停
span-days = { $d } 天 { $h } 小时
span-hours = { $h } 小时 { $m } 分
span-minutes = { $m } 分钟
work-danger = 涉及人身安全
work-overseen = 督办中
work-proposals = 场景应用的建议
work-proposal = 来自 { $plugin }
work-sure = 把握 { $n }%
work-why = 理由：
work-accept-proposal = 采纳建议，立案
work-actions = 可以做什么
work-nothing-to-do = 现在没有需要您做的。
work-own-report = 这是您自己上报的，请在“我的事项”中回复或评价。
work-your-words = 您刚才写的内容：
work-facts = 基本情况
work-described = 反映内容
work-channel = 来源
work-opened = 上报时间
work-escalations = 超时次数
work-rating = 评价
work-contact = 反映人联系方式
work-contact-why = 每次查看都会记录，反映人看得到。请只在办理需要时查看。
work-contact-show = 查看联系方式
work-contact-none = 没有联系方式，或者不由您查看。
work-contact-logged = 本次查看已记录。
work-files = 照片或 PDF
work-files-of-case = 照片和文件
work-target = 转给哪个单位？
work-is-lead = （主办单位）
work-then-held-by = 之后由谁承办：

## People
people-title = 人员和岗位
people-name = 姓名
people-login = 登录名
people-posts = 岗位
people-no-post = 没有在任岗位
people-service = （系统账号）
people-unit = 单位
people-role = 角色
people-role-choose = 请选择角色。
people-from = 起始
people-until = 终止
people-open-ended = 长期
people-invite = 邀请同事
people-invited = 邀请已生成
people-invited-why = 请把下面的链接交给 { $name } 本人。它只显示这一次，7 天内有效。
people-give = 授予岗位
people-give-why = 授予后，对方需要重新登录。
people-until-last = 最后一天（选填）
people-until-hint = 例如 2026-12-31。不填就是长期。
people-end = 终止
people-posts-all = 查看全部 { $n } 个岗位
