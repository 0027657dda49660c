## 走访和巡查：状态
staff-state-planned = 已计划，待安排
staff-state-assigned = 已安排，待走访
staff-state-done = 已完成，待复核
staff-state-missed = 逾期未走访
staff-state-reviewed = 已复核
state-planned = 已安排走访
state-assigned = 有人会来走访
state-done = 已走访
state-missed = 没有按时走访，上级正在处理
state-reviewed = 已结束

## 走访和巡查：操作
action-plan = 安排走访
action-assign = 派人去
action-reassign = 改派他人
action-perform = 完成走访
action-not-met = 没有见到人
action-find = 上报发现的问题
action-miss = 逾期
action-review = 复核
action-cancel = 取消走访
acted-plan = 已安排走访
acted-assign = 已派人
acted-reassign = 已改派
acted-perform = 已完成走访
acted-not-met = 没有见到人
acted-find = 已上报发现的问题
acted-miss = 没有按时走访，已转上一级
acted-review = 已复核
acted-cancel = 已取消
did-plan = 安排了走访
did-assign = 安排了走访人员
did-reassign = 换了走访人员
did-perform = 走访完成
did-not-met = 来过，没有见到人
did-find = 走访中发现了问题，已上报
did-miss = 没有按时走访，已转上一级
did-review = 已复核
did-cancel = 走访取消
ask-reassign = 为什么改派？
ask-perform = 走访情况怎样？
ask-not-met = 试了几次？怎么联系的？
ask-find = 发现了什么问题？
ask-review = 复核意见
ask-cancel = 为什么取消？
clock-assign = 派人时限
clock-perform = 走访时限
clock-review = 复核时限
queue-today = 今天要走访的

## 走访和巡查：页面
visit-plan = 安排走访或巡查
visit-class = 做什么
visit-about = 去看什么
visit-about-hint = 写清楚要做的事。不要写姓名和电话。
visit-where = 哪个社区
visit-address = 具体地点（选填）
visit-urgency = 多急
visit-plan-send = 安排
visits-by-time = 按剩余时间排列
visits-by-place = 按地点排列
work-visitor = 走访人
work-person = 派谁去？
work-linked = 有关的事件和走访
work-linked-incident = 走访中发现的问题：
work-linked-visit = 在这次走访中发现：
case-choose-person = 请选择岗位在这个地方的人。
case-own-work = 自己走访的不能由自己复核。

## 服务自行读取的内容
claim-kept = 您在这项服务里填写的内容
purpose-service = 提供您参加的服务
basis-asked = 您自己的申请
case-about-alone = 只有服务自动办理时才能指明是谁的事。
