//! From the contract's generated types to plain ones and back, field by field and case by case. A
//! block that breaks a rule is replaced here, so that nothing later need doubt a view.

use onedoor_forms as plain;

use super::{
    exports::onedoor::plugin::{events, triage},
    onedoor::{cases::cases, types::types as wire, ui::ui},
};
use crate::cases::model::Urgency;

/// Turns a value of one side into the same value of the other.
trait To<T> {
    fn to(self) -> T;
}

macro_rules! same {
    ($($type:ty),*) => { $(impl To<$type> for $type { fn to(self) -> $type { self } })* };
}
same!(String, bool, u8, u32, u64, i64, f64);

impl<A: To<B>, B> To<Vec<B>> for Vec<A> {
    fn to(self) -> Vec<B> {
        self.into_iter().map(To::to).collect()
    }
}

impl<A: To<B>, B> To<Option<B>> for Option<A> {
    fn to(self) -> Option<B> {
        self.map(To::to)
    }
}

impl<A: To<C>, B: To<D>, C, D> To<(C, D)> for (A, B) {
    fn to(self) -> (C, D) {
        (self.0.to(), self.1.to())
    }
}

macro_rules! record {
    ($($from:path => $to:path { $($field:ident),* })*) => { $(
        impl To<$to> for $from {
            fn to(self) -> $to {
                let $from { $($field),* } = self;
                $to { $($field: $field.to()),* }
            }
        }
    )* };
}

macro_rules! variant {
    ($($from:path => $to:path { $($case:ident $(($value:ident))?),* })*) => { $(
        impl To<$to> for $from {
            fn to(self) -> $to {
                use $from as From;
                use $to as Into;
                match self { $(From::$case $(($value))? => Into::$case $(($value.to()))?),* }
            }
        }
    )* };
}

// From guests.
record! {
    wire::Message => plain::Message { id, arguments }
    wire::FileRef => plain::FileRef { id, name, mime, bytes }
    wire::Denial => plain::Denial { capability, line }
    wire::Problem => plain::Problem { at, message }
    ui::Geo => plain::Geo { lon, lat }
    ui::Place => plain::Place { at, division, address }
    ui::Test => plain::Test { field, operator, than }
    ui::Choice => plain::Choice { id, label, hint }
    ui::TextSpec => plain::TextSpec { format, pattern, min, max, lines }
    ui::IntegerSpec => plain::IntegerSpec { min, max, unit }
    ui::DecimalSpec => plain::DecimalSpec { min, max, scale, unit }
    ui::DateSpec => plain::DateSpec { min, max }
    ui::ManySpec => plain::ManySpec { options, min, max }
    ui::FileSpec => plain::FileSpec { media, min, max, max_bytes }
    ui::PlaceSpec => plain::PlaceSpec { within, precise }
    ui::Field => plain::Field { id, label, hint, kind, required, show_if, default, prefill, sensitive }
    ui::Check => plain::Check { fail_if, at, message }
    ui::Step => plain::Step { id, title, fields, show_if }
    ui::Form => plain::Form { id, version, steps, checks, review, declaration, submit, state }
    ui::Route => plain::Route { page, parameters }
    ui::Confirm => plain::Confirm { title, body, yes }
    ui::Action => plain::Action { id, label, weight, effect, confirm, disabled }
    ui::Status => plain::Status { label, tone }
    ui::Notice => plain::Notice { tone, title, body }
    ui::Pair => plain::Pair { key, value }
    ui::Moment => plain::Moment { state, title, at, due, by, note }
    ui::TableColumn => plain::TableColumn { id, label, numeric }
    ui::TableRow => plain::TableRow { id, cells, open }
    ui::Table => plain::Table { id, caption, columns, rows, next, empty }
    ui::Card => plain::Card { title, hint, status, go }
    ui::Figure => plain::Figure { label, value, note }
    ui::View => plain::View { title, back, blocks }
}
variant! {
    wire::Argument => plain::Argument { Text(x), Number(x), Date(x) }
    wire::Text => plain::Text { Message(x), Raw(x) }
    wire::Error => plain::Error { Denied(x), NotFound, Conflict(x), Invalid(x), Busy(x), Other(x) }
    ui::Value => plain::Value { Text(x), Integer(x), Decimal(x), Flag(x), Date(x), Time(x), Choice(x), Choices(x), Files(x), Place(x) }
    ui::Operator => plain::Operator { Eq, Ne, Lt, Le, Gt, Ge, OneOf, Contains, Filled, Empty }
    ui::TextFormat => plain::TextFormat { Free, Name, Phone, Email, IdCard, CreditCode, Plate, Pattern }
    ui::Media => plain::Media { Photo, Document, Any }
    ui::Kind => plain::Kind { Text(x), Integer(x), Decimal(x), Flag, Date(x), Time, One(x), Many(x), Files(x), Place(x) }
    ui::Prefill => plain::Prefill { Name, Phone, Community }
    ui::Weight => plain::Weight { Primary, Secondary, Danger }
    ui::Effect => plain::Effect { Go(x), Call, Dial(x) }
    ui::Tone => plain::Tone { Neutral, Info, Success, Warning, Danger }
    ui::Cell => plain::Cell { Text(x), Number(x), At(x), Status(x), Link(x), Files(x) }
    ui::MomentState => plain::MomentState { Done, Current, Upcoming, Stopped }
    ui::Block => plain::Block { Heading(x), Text(x), Bullets(x), Details(x), Notice(x), Summary(x), Timeline(x), Table(x), Cards(x), Figures(x), Files(x), Form(x), Actions(x) }
    ui::Outcome => plain::Outcome { Show(x), Go(x), Invalid(x) }
    cases::Urgency => Urgency { Emergency, Urgent, Normal }
}

// To guests.
record! {
    plain::FileRef => wire::FileRef { id, name, mime, bytes }
    plain::Geo => ui::Geo { lon, lat }
    plain::Place => ui::Place { at, division, address }
    plain::Route => ui::Route { page, parameters }
    plain::Answer => ui::Answer { field, value }
    plain::Submission => ui::Submission { form, version, state, once, answers }
}
variant! {
    plain::Value => ui::Value { Text(x), Integer(x), Decimal(x), Flag(x), Date(x), Time(x), Choice(x), Choices(x), Files(x), Place(x) }
    Urgency => cases::Urgency { Emergency, Urgent, Normal }
}

/// A view, with each block that breaks a rule replaced by words that say so; the rest stands.
pub fn view(view: ui::View) -> plain::View {
    kept(view.to())
}

fn kept(mut view: plain::View) -> plain::View {
    for breach in plain::check_view(&view) {
        let Some(index) = breach.block else {
            // The title or the way back: the page itself cannot be shown as it is.
            return plain::View {
                title: plain::Text::raw(""),
                back: None,
                blocks: vec![replaced(&breach)],
            };
        };
        if let Some(block) = view.blocks.get_mut(index) {
            *block = replaced(&breach);
        }
    }
    view
}

fn replaced(breach: &plain::Breach) -> plain::Block {
    plain::Block::Notice(plain::Notice {
        tone: plain::Tone::Warning,
        title: plain::Text::raw(
            "此处内容不合规则，未显示 / This part broke a rule and is not shown",
        ),
        body: plain::Text::raw(format!("{}: {}", breach.at, breach.rule)),
    })
}

/// What a submit or a press led to.
pub fn outcome(outcome: ui::Outcome) -> plain::Outcome {
    match outcome.to() {
        plain::Outcome::Show(view) => plain::Outcome::Show(kept(view)),
        other => other,
    }
}

/// An error of the contract, as a plugin answered it.
pub fn error(error: wire::Error) -> plain::Error {
    error.to()
}

/// A page to be shown.
pub fn route_out(at: &plain::Route) -> ui::Route {
    at.clone().to()
}

/// A form handed in.
pub fn submission_out(it: &plain::Submission) -> ui::Submission {
    it.clone().to()
}

/// What a plugin is told of a new report.
#[derive(Clone, Debug)]
pub struct Report {
    /// In few words.
    pub title: String,
    /// What the reporter wrote.
    pub description: String,
    /// What the reporter chose, if anything.
    pub class: Option<String>,
    /// Cell or community.
    pub division: Option<String>,
    /// How many photos there are.
    pub photos: u32,
    /// The local hour, 0 to 23.
    pub hour: u8,
}

/// A report for the guest.
pub fn report_out(it: Report) -> triage::Report {
    triage::Report {
        title: it.title,
        description: it.description,
        class: it.class,
        division: it.division,
        photos: it.photos,
        hour: it.hour,
    }
}

/// What a plugin proposes for a report.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// A class of the duty list.
    pub class: String,
    /// How soon.
    pub urgency: Urgency,
    /// 0 to 1.
    pub confidence: f64,
    /// Why.
    pub reason: plain::Text,
}

/// A guest's suggestion.
pub fn proposal(it: triage::Suggestion) -> Proposal {
    Proposal {
        class: it.class,
        urgency: it.urgency.to(),
        confidence: if it.confidence.is_finite() {
            it.confidence.clamp(0.0, 1.0)
        } else {
            0.0
        },
        reason: it.reason.to(),
    }
}

/// What happened to a case.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id: the same each time it is told again.
    pub id: String,
    /// When, in milliseconds.
    pub at: i64,
    /// The procedure's word for it.
    pub action: String,
    /// The case as it is now.
    pub case: crate::cases::model::Case,
    /// The name of who holds it now.
    pub holder: Option<String>,
}

/// An event for the guest.
pub fn event_out(it: Event) -> events::Event {
    events::Event {
        id: it.id,
        at: it.at,
        action: it.action,
        case: info(&it.case, it.holder),
    }
}

/// What a plugin may know of a case: no personal data.
pub fn info(case: &crate::cases::model::Case, holder: Option<String>) -> cases::Info {
    cases::Info {
        id: case.id.clone(),
        number: case.number.clone(),
        class: case.course.class.clone().unwrap_or_default(),
        title: case.title.clone(),
        state: state(case.course.state),
        urgency: case.course.urgency.to(),
        division: Some(case.division.clone()),
        address: case.address.clone(),
        holder,
        opened: case.opened.millis(),
        due: case.due.map(crate::time::Timestamp::millis),
        version: case.course.version,
    }
}

use crate::cases::model::State;
variant! {
    State => cases::State { Submitted, NeedInfo, Declined, Filed, Dispatched, InProgress, Feedback, Verifying, Resolved, Closed }
    cases::State => State { Submitted, NeedInfo, Declined, Filed, Dispatched, InProgress, Feedback, Verifying, Resolved, Closed }
}

/// Where a case stands, for the guest.
pub fn state(state: State) -> cases::State {
    state.to()
}

/// Where a case stands, from the guest.
pub fn state_in(state: cases::State) -> State {
    state.to()
}

/// How soon, from the guest.
pub fn urgency_in(urgency: cases::Urgency) -> Urgency {
    urgency.to()
}

/// Texts in one string, which is what makes a long page cheap.
pub fn packed<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> wire::Packed {
    let packed: plain::Packed = texts.into_iter().collect();
    wire::Packed {
        text: packed.text,
        ends: packed.ends,
    }
}
