//! Views: the blocks a page is made of.

use serde::{Deserialize, Serialize};

use super::form::Form;
use crate::types::{FileRef, Instant, Problem, Text};

/// A page of this plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Letters, digits, `_` and `-`, at most 64.
    pub page: String,
    /// At most 8; names as ids, values at most 200 characters.
    pub parameters: Vec<(String, String)>,
}

impl Route {
    /// The page of that name, without parameters.
    pub fn page(page: impl Into<String>) -> Self {
        Self {
            page: page.into(),
            parameters: Vec::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// How much a button weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// The one main thing to do here.
    Primary,
    /// Another thing to do.
    Secondary,
    /// Takes something away.
    Danger,
}

/// A page that asks before an action is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirm {
    /// The question.
    pub title: Text,
    /// What will happen.
    pub body: Text,
    /// The words of the button that does it.
    pub yes: Text,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Leads to a page.
    Go(Route),
    /// Hands the action to the plugin.
    Call,
    /// Dials a telephone number of the manifest.
    Dial(String),
}

/// A button.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// Its words.
    pub label: Text,
    /// How much it weighs.
    pub weight: Weight,
    /// What it does.
    pub effect: Effect,
    /// Asks first.
    pub confirm: Option<Confirm>,
    /// Why it cannot be used now.
    pub disabled: Option<Text>,
}

impl Action {
    fn new(id: &str, label: Text, weight: Weight, effect: Effect) -> Self {
        Self {
            id: id.to_owned(),
            label,
            weight,
            effect,
            confirm: None,
            disabled: None,
        }
    }

    /// A button that leads to a page.
    pub fn go(id: &str, label: Text, to: Route) -> Self {
        Self::new(id, label, Weight::Secondary, Effect::Go(to))
    }

    /// A button that the plugin takes in `act`.
    pub fn call(id: &str, label: Text) -> Self {
        Self::new(id, label, Weight::Secondary, Effect::Call)
    }

    /// A button that dials a number of the manifest.
    pub fn dial(id: &str, label: Text, number: &str) -> Self {
        Self::new(
            id,
            label,
            Weight::Secondary,
            Effect::Dial(number.to_owned()),
        )
    }

    /// The one main thing to do here.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.weight = Weight::Primary;
        self
    }

    /// Takes something away: asks first.
    #[must_use]
    pub fn danger(mut self, confirm: Confirm) -> Self {
        self.weight = Weight::Danger;
        self.confirm = Some(confirm);
        self
    }

    /// Asks first.
    #[must_use]
    pub fn confirm(mut self, confirm: Confirm) -> Self {
        self.confirm = Some(confirm);
        self
    }

    /// Shown, but not to be used, for a reason.
    #[must_use]
    pub fn disabled(mut self, why: Text) -> Self {
        self.disabled = Some(why);
        self
    }
}

/// What something means, not how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Nothing in particular.
    Neutral,
    /// Worth knowing.
    Info,
    /// Well.
    Success,
    /// Take care.
    Warning,
    /// Wrong, or dangerous.
    Danger,
}

/// A state, in a word or two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its words.
    pub label: Text,
    /// What it means.
    pub tone: Tone,
}

/// A message on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What it means.
    pub tone: Tone,
    /// Its heading.
    pub title: Text,
    /// Its words.
    pub body: Text,
}

/// A value that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Words.
    Text(Text),
    /// A number.
    Number(f64),
    /// A moment, in the reader's time zone.
    At(Instant),
    /// A state.
    Status(Status),
    /// Words that lead to a page.
    Link((Text, Route)),
    /// Files.
    Files(Vec<FileRef>),
}

impl From<Text> for Cell {
    fn from(words: Text) -> Self {
        Self::Text(words)
    }
}

impl From<Status> for Cell {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<(Text, Route)> for Cell {
    fn from(link: (Text, Route)) -> Self {
        Self::Link(link)
    }
}

/// A line of a summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// What it is.
    pub key: Text,
    /// Its value.
    pub value: Cell,
}

/// Where a moment stands in its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MomentState {
    /// Behind us.
    Done,
    /// Now.
    Current,
    /// Still to come.
    Upcoming,
    /// Will not come.
    Stopped,
}

/// A step of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Where it stands.
    pub state: MomentState,
    /// What happens.
    pub title: Text,
    /// When it happened.
    pub at: Option<Instant>,
    /// When it must have happened.
    pub due: Option<Instant>,
    /// Who does it.
    pub by: Option<Text>,
    /// What was said.
    pub note: Option<Text>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// Its heading.
    pub label: Text,
    /// Whether it holds numbers, which line up on the right.
    pub numeric: bool,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// At most 64 characters.
    pub id: String,
    /// One for each column.
    pub cells: Vec<Cell>,
    /// Where the row's first cell leads.
    pub open: Option<Route>,
}

/// A table: at most 12 columns and 200 rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// What it shows.
    pub caption: Text,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Its rows.
    pub rows: Vec<TableRow>,
    /// Leads to the rows after these.
    pub next: Option<Route>,
    /// Shown when there are no rows.
    pub empty: Text,
}

/// A thing to choose from a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Its heading.
    pub title: Text,
    /// Smaller words below it.
    pub hint: Option<Text>,
    /// Its state.
    pub status: Option<Status>,
    /// Where it leads.
    pub go: Route,
}

/// A number that matters, with its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it counts.
    pub label: Text,
    /// How much.
    pub value: Cell,
    /// Smaller words below it.
    pub note: Option<Text>,
}

/// One piece of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A heading below the page's title.
    Heading(Text),
    /// A paragraph.
    Text(Text),
    /// A list of points.
    Bullets(Vec<Text>),
    /// Words that open what is below them.
    Details((Text, Text)),
    /// A message.
    Notice(Notice),
    /// Keys and values.
    Summary(Vec<Pair>),
    /// What has happened and will.
    Timeline(Vec<Moment>),
    /// Rows and columns.
    Table(Table),
    /// Things to choose.
    Cards(Vec<Card>),
    /// Numbers that matter.
    Figures(Vec<Figure>),
    /// Files to open.
    Files(Vec<FileRef>),
    /// Questions.
    Form(Form),
    /// Buttons.
    Actions(Vec<Action>),
}

/// A page: at most 100 blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Its title.
    pub title: Text,
    /// Where "back" leads.
    pub back: Option<Route>,
    /// What is on it.
    pub blocks: Vec<Block>,
}

impl View {
    /// The form of that id, if the view has it.
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.blocks.iter().find_map(|block| match block {
            Block::Form(form) if form.id == id => Some(form),
            _ => None,
        })
    }

    /// The button of that id, if the view has it.
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.blocks.iter().find_map(|block| match block {
            Block::Actions(actions) => actions.iter().find(|action| action.id == id),
            _ => None,
        })
    }
}

/// What follows a submission or a press.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Shows this page.
    Show(View),
    /// Leads to a page.
    Go(Route),
    /// Shows the form again, with these problems beside their fields.
    Invalid(Vec<Problem>),
}
