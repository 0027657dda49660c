//! Cases: the host's engine moves them; a plugin opens and follows those of its own classes.

#[cfg(target_arch = "wasm32")]
use crate::bindings::api::onedoor::cases::cases as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::imports::cases as host;
use crate::{Instant, Paging, Place, Result, Row, Rows, grid};

pub use crate::bindings::api::onedoor::cases::cases::{
    About, ClassInfo, Draft, Filter, Info, Location, State, Step, Urgency,
};

/// The classes of the manifest, named in the caller's language. Needs `cases.read`.
pub fn classes() -> Result<Vec<ClassInfo>> {
    host::classes()
}

/// Opens a case for the person who is calling, or for nobody where nobody calls; with a class of
/// visits, plans a visit. Needs `cases.open`. The same `once` (1 to 64
/// characters; a submission brings one) from the same person answers the first result again.
pub fn open(once: &str, draft: &Draft) -> Result<Info> {
    host::open(once, draft)
}

/// One case of the plugin's classes that the caller may see. Needs `cases.read`.
pub fn get(id: &str) -> Result<Info> {
    host::get(id)
}

/// What has happened to a case, oldest first, at most 200 steps. Needs `cases.read`.
pub fn steps(id: &str) -> Result<Vec<Step>> {
    host::steps(id)
}

/// Cases of the plugin's classes that the caller may see, newest first. Needs `cases.read`.
pub fn list(filter: &Filter, paging: &Paging) -> Result<CaseRows> {
    host::list(filter, paging).map(|page| CaseRows(Rows::from(page)))
}

/// Adds a remark to a case, as the plugin: at most 1,000 characters. Needs `cases.comment`. The
/// same `once` adds it once.
pub fn comment(id: &str, once: &str, text: &str) -> Result<()> {
    host::comment(id, once, text)
}

/// A page of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRows(Rows);

impl CaseRows {
    /// The cases, in order.
    pub fn iter(&self) -> impl Iterator<Item = CaseRow<'_>> {
        self.0.iter().map(CaseRow)
    }

    /// How many cases this page has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What reads the page after this one; none at the end.
    pub fn next(&self) -> Option<&str> {
        self.0.next()
    }
}

/// One case of a list.
#[derive(Clone, Copy, Debug)]
pub struct CaseRow<'a>(Row<'a>);

impl<'a> CaseRow<'a> {
    /// Its id.
    pub fn id(self) -> &'a str {
        self.0.id()
    }

    /// The number that people quote.
    pub fn number(self) -> &'a str {
        self.0.text("number")
    }

    /// Its class.
    pub fn class(self) -> &'a str {
        self.0.text("class")
    }

    /// Its title.
    pub fn title(self) -> &'a str {
        self.0.text("title")
    }

    /// Where it stands.
    pub fn state(self) -> Option<State> {
        State::from_name(self.0.text("state"))
    }

    /// How soon it must be dealt with.
    pub fn urgency(self) -> Option<Urgency> {
        Urgency::from_name(self.0.text("urgency"))
    }

    /// Cell or community code; empty when unknown.
    pub fn division(self) -> &'a str {
        self.0.text("division")
    }

    /// Where it is, in words.
    pub fn address(self) -> &'a str {
        self.0.text("address")
    }

    /// The unit that holds it; empty when none does.
    pub fn holder(self) -> &'a str {
        self.0.text("holder")
    }

    /// When it was opened.
    pub fn opened(self) -> Instant {
        self.0.integer("opened")
    }

    /// The holder's next deadline.
    pub fn due(self) -> Option<Instant> {
        Some(self.0.integer("due")).filter(|due| *due != 0)
    }
}

impl State {
    /// Every state.
    pub const ALL: [Self; 15] = [
        Self::Submitted,
        Self::NeedInfo,
        Self::Declined,
        Self::Filed,
        Self::Dispatched,
        Self::InProgress,
        Self::Feedback,
        Self::Verifying,
        Self::Resolved,
        Self::Closed,
        Self::Planned,
        Self::Assigned,
        Self::Done,
        Self::Missed,
        Self::Reviewed,
    ];

    /// The name used in lists, for example `in-progress`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::NeedInfo => "need-info",
            Self::Declined => "declined",
            Self::Filed => "filed",
            Self::Dispatched => "dispatched",
            Self::InProgress => "in-progress",
            Self::Feedback => "feedback",
            Self::Verifying => "verifying",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Planned => "planned",
            Self::Assigned => "assigned",
            Self::Done => "done",
            Self::Missed => "missed",
            Self::Reviewed => "reviewed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether work on it is over. A missed visit is not: somebody must see to it.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Declined | Self::Resolved | Self::Closed | Self::Done | Self::Reviewed
        )
    }
}

impl Urgency {
    /// The name used in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Urgent => "urgent",
            Self::Normal => "normal",
        }
    }

    /// The urgency of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Emergency, Self::Urgent, Self::Normal]
            .into_iter()
            .find(|urgency| urgency.name() == name)
    }
}

impl From<Place> for Location {
    /// A place that a person answered with, as the place of a case.
    fn from(place: Place) -> Self {
        let point = |at: crate::Geo| grid::Point {
            lon: at.lon,
            lat: at.lat,
            datum: grid::Datum::Cgcs2000,
        };
        Self {
            at: place.at.map(point),
            division: place.division,
            address: place.address,
        }
    }
}

impl Draft {
    /// A case of a class at a place, with nothing more.
    pub fn new(class: &str, title: &str, place: Location) -> Self {
        Self {
            class: class.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            place,
            urgency: None,
            reason: None,
            files: Vec::new(),
            about: None,
        }
    }
}

impl Filter {
    /// Every case that the caller may see.
    pub fn any() -> Self {
        Self {
            class: None,
            state: None,
            division: None,
            mine: false,
        }
    }

    /// Those that the caller reported.
    pub fn mine() -> Self {
        Self {
            mine: true,
            ..Self::any()
        }
    }
}
