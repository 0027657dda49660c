//! The words of case routing as values: states, actions, clocks and parts. No rule is here, and no
//! IO. `course` holds what they are about.

mod course;

use serde::{Deserialize, Serialize};

pub use course::{
    Case, CoState, CoTask, Course, Deadline, Hop, Joint, Merged, Oversight, Proposal, Rating,
    Signed,
};

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the database, the API and the contract.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

named! {
    /// By which table of `procedures` a case moves.
    Procedure {
        /// 事件: something is wrong at a place.
        Incident = "incident",
        /// 走访/巡查: planned work of a grid worker.
        Visit = "visit",
        /// 办件: a resident or legal entity asks for a service or a permit.
        Application = "application",
        /// 建议: a proposal or a question that need not fit any duty item.
        Topic = "topic",
        /// 调解: a dispute between people.
        Mediation = "mediation",
    }
}

impl Default for Procedure {
    /// What every case was before there was a second one.
    fn default() -> Self {
        Self::Incident
    }
}

named! {
    /// Where a case stands.
    State {
        /// Handed in; a desk must file it.
        Submitted = "submitted",
        /// The reporter has been asked something.
        NeedInfo = "need-info",
        /// Refused, with the right channel named. An end.
        Declined = "declined",
        /// 立案: registered, with a lead unit; a desk must send it on.
        Filed = "filed",
        /// 派单: sent to a unit that has not taken it on yet.
        Dispatched = "dispatched",
        /// Being worked on.
        InProgress = "in-progress",
        /// Done, climbing the trail back, hop by hop.
        Feedback = "feedback",
        /// Back at the top; somebody independent looks.
        Verifying = "verifying",
        /// The reporter has been told, and may rate it.
        Resolved = "resolved",
        /// An end.
        Closed = "closed",
        /// A visit that somebody has yet to be given.
        Planned = "planned",
        /// A visit that somebody has been given.
        Assigned = "assigned",
        /// A visit that was made; a desk must look at what it brought.
        Done = "done",
        /// A visit that was not made in time; the desk above must see to it.
        Missed = "missed",
        /// A visit that was looked at. An end.
        Reviewed = "reviewed",
        /// Follows another case about the same thing.
        Merged = "merged",
        /// 退单: the unit it was sent to says that it is another's; that unit still answers for it.
        Disputed = "disputed",
        /// 挂账: cannot be done before a stated day, for a public reason.
        Suspended = "suspended",
        /// 受理: an application that is complete and taken on; a mediation that both agreed to.
        Accepted = "accepted",
        /// The departments work on their parts of an application.
        InReview = "in-review",
        /// An application that was decided; the answer has yet to be handed over.
        Decided = "decided",
        /// The answer to an application was handed over, and may be rated.
        Delivered = "delivered",
        /// A topic that all may read and endorse.
        Published = "published",
        /// A topic that was answered, and may be rated.
        Answered = "answered",
        /// A topic that became a case or a plan. An end.
        Adopted = "adopted",
        /// A mediator talks with both.
        InMediation = "in-mediation",
        /// An agreement that both have signed. An end.
        Agreed = "agreed",
        /// A mediation without agreement: it is raised, or they are told where to go.
        Failed = "failed",
    }
}

named! {
    /// What can be done to a case.
    Action {
        /// Hand it in.
        Submit = "submit",
        /// Ask the reporter for something.
        AskInfo = "ask-info",
        /// Answer that.
        Supply = "supply",
        /// Refuse it.
        Decline = "decline",
        /// 立案
        File = "file",
        /// Do it at once, as the unit's own basic item.
        SelfHandle = "self-handle",
        /// 派单
        Dispatch = "dispatch",
        /// Send it on to another unit.
        Relay = "relay",
        /// 上移
        Raise = "raise",
        /// 签收
        Accept = "accept",
        /// Say that it is done.
        ReportDone = "report-done",
        /// Confirm what came up from below.
        ConfirmUp = "confirm-up",
        /// Send it back to be done better.
        Rework = "rework",
        /// 核查, found in order.
        VerifyPass = "verify-pass",
        /// 核查, found wanting.
        VerifyFail = "verify-fail",
        /// 评价
        Rate = "rate",
        /// A window is over: the host closes it.
        Lapse = "lapse",
        /// The reporter takes it back.
        Withdraw = "withdraw",
        /// Say something.
        Comment = "comment",
        /// Add a file.
        Attach = "attach",
        /// A deadline has passed: the next desk up oversees.
        Escalate = "escalate",
        /// Plan a visit.
        Plan = "plan",
        /// Give a visit to somebody.
        Assign = "assign",
        /// Give it to somebody else.
        Reassign = "reassign",
        /// Make the visit, and say what it brought.
        Perform = "perform",
        /// Make the visit in vain: nobody opened, nobody answered.
        NotMet = "not-met",
        /// Report a problem that was found on a visit.
        Find = "find",
        /// The time for a visit is over: the next desk up holds it.
        Miss = "miss",
        /// Look at what a visit brought, or at why it was missed.
        Review = "review",
        /// Call a visit off.
        Cancel = "cancel",
        /// Ask somebody else to look at a refusal.
        Appeal = "appeal",
        /// Let it follow another case about the same thing.
        Merge = "merge",
        /// Let it go its own way again.
        Split = "split",
        /// The case that it follows was resolved: so is it.
        Follow = "follow",
        /// 退单
        Return = "return",
        /// 裁定: say whose it is.
        Rule = "rule",
        /// Propose that another unit takes it.
        Propose = "propose",
        /// Agree to take it.
        Agree = "agree",
        /// Hand it over to the unit that agreed.
        Transfer = "transfer",
        /// 配合: ask another unit to do a part.
        AskCo = "ask-co",
        /// Take a part on.
        AcceptCo = "accept-co",
        /// Say why a part is not theirs.
        RefuseCo = "refuse-co",
        /// Say that a part is done.
        FinishCo = "finish-co",
        /// Let it go on without a part.
        WaiveCo = "waive-co",
        /// Ask that it may wait until a day.
        AskSuspend = "ask-suspend",
        /// 挂账
        Suspend = "suspend",
        /// Do not let it wait.
        RefuseSuspend = "refuse-suspend",
        /// Go on with it.
        Resume = "resume",
        /// Say that it cannot be done, and why.
        ReportUnable = "report-unable",
        /// First approval of closing it with an explanation.
        ApproveExplained = "approve-explained",
        /// Second approval: it is closed with an explanation.
        CloseExplained = "close-explained",
        /// Done on the spot, with a photo before and one after.
        FinishTrivial = "finish-trivial",
        /// One of a sample was looked at, and found in order.
        SpotPass = "spot-pass",
        /// One of a sample was looked at, and found wanting.
        SpotFail = "spot-fail",
        /// 回访: the reporter's answers, given by telephone.
        RateByCall = "rate-by-call",
        /// Take it up again.
        Reopen = "reopen",
        /// 督办: ask for an answer by a date.
        Oversee = "oversee",
        /// Answer that.
        AnswerOversight = "answer-oversight",
        /// Danger to life: straight to whoever can help.
        Emergency = "emergency",
        /// Say that what was raised should not come back.
        Contest = "contest",
        /// 联动: a coordinating body makes it a joint case.
        Convene = "convene",
        /// That body confirms that it may close.
        ConfirmJoint = "confirm-joint",
        /// A window is over; nothing else changes.
        Expire = "expire",
        /// Hand in an application.
        Apply = "apply",
        /// Grant an application.
        Approve = "approve",
        /// Refuse an application.
        Refuse = "refuse",
        /// Hand over what was decided.
        Deliver = "deliver",
        /// Hand in a topic.
        Suggest = "suggest",
        /// Let all read a topic.
        Publish = "publish",
        /// Answer a topic.
        Answer = "answer",
        /// Make a case or a plan of a topic.
        Adopt = "adopt",
        /// Ask for a mediation.
        AskMediation = "ask-mediation",
        /// Agree that somebody mediates.
        Consent = "consent",
        /// Begin to mediate.
        Mediate = "mediate",
        /// Sign the agreement.
        Sign = "sign",
        /// Say that there is no agreement.
        Fail = "fail",
        /// Say where to go instead.
        Refer = "refer",
    }
}

named! {
    /// How soon it must be dealt with.
    Urgency {
        /// Danger to life: 1.
        Emergency = "emergency",
        /// 2.
        Urgent = "urgent",
        /// 3.
        Normal = "normal",
    }
}

named! {
    /// What a deadline is for.
    Clock {
        /// Submitted to filed.
        Triage = "triage",
        /// Asked to answered; when it ends the case lapses.
        Supply = "supply",
        /// Filed to sent on.
        Dispatch = "dispatch",
        /// Sent to taken on.
        Accept = "accept",
        /// Filed to resolved; runs on through every hand.
        Resolve = "resolve",
        /// Each confirmation on the way up, and the verification.
        Confirm = "confirm",
        /// Resolved to rated; when it ends the case lapses.
        Rate = "rate",
        /// Planned to given to somebody.
        Assign = "assign",
        /// Planned to made, through every hand; when it ends the visit is missed.
        Perform = "perform",
        /// Made or missed to looked at.
        Review = "review",
        /// Sent to the last moment at which it may be returned.
        Return = "return",
        /// Returned to ruled.
        Rule = "rule",
        /// A part of another unit: asked to done.
        CoTask = "co-task",
        /// Suspended to the day on which it goes on.
        Suspend = "suspend",
        /// 督办: asked to answered.
        Oversight = "oversight",
        /// Resolved to the last moment at which it may be taken up again.
        Reopen = "reopen",
        /// Refused to the last moment at which somebody else may be asked.
        Appeal = "appeal",
        /// How long a case may follow another before somebody looks.
        Follow = "follow",
        /// Decided to handed over.
        Deliver = "deliver",
        /// Published to answered.
        Answer = "answer",
        /// Asked to consented, by both parties.
        Consent = "consent",
    }
}

named! {
    /// Who somebody is to a case.
    Who {
        /// R: who reported it, or filed it on their behalf.
        Reporter = "reporter",
        /// Anyone: before there is a case.
        Anyone = "anyone",
        /// G: a grid worker of the place.
        GridWorker = "grid-worker",
        /// D: a dispatcher of the unit whose desk holds it.
        Dispatcher = "dispatcher",
        /// H: a handler of the unit that holds it.
        Handler = "handler",
        /// V: a verifier of the place, not of a unit that worked on it.
        Verifier = "verifier",
        /// S: a supervisor above the holder.
        Supervisor = "supervisor",
        /// T: the host's own clock.
        Timer = "timer",
        /// P: a plugin, by its granted capability.
        Plugin = "plugin",
        /// D: a dispatcher of the unit that sent it to the holder.
        Sender = "sender",
        /// C: a handler of a unit that was asked for a part.
        CoHandler = "co-handler",
        /// A handler or dispatcher of the unit that is proposed to take it.
        Proposed = "proposed",
        /// A: a keeper of the duty list of the place.
        DutyKeeper = "duty-keeper",
        /// Somebody of a unit that has raised it.
        Raiser = "raiser",
        /// The other party of a mediation.
        Party = "party",
        /// Somebody of a coordinating body of the place.
        Convener = "convener",
    }
}

impl State {
    /// Whether nothing more is to be done.
    pub const fn ended(self) -> bool {
        matches!(
            self,
            Self::Declined | Self::Closed | Self::Reviewed | Self::Adopted | Self::Agreed
        )
    }
}

impl Clock {
    /// Whether it only bounds a right: it may outlive the case, and nothing is late when it ends.
    pub const fn is_window(self) -> bool {
        matches!(self, Self::Return | Self::Reopen | Self::Appeal)
    }
}
