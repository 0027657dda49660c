//! The one definition of each figure: which cases it counts, as a condition on their facts, and of
//! which others it is a share. The counts on a page, the sums of months and the list behind a figure
//! are all made from this table; its words, with the definition as people read it, are the messages
//! `figure-NAME` and `figure-NAME-how`.

macro_rules! figures {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $column:literal, $kind:expr, $counts:expr;)*) => {
        /// A figure about cases.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize, utoipa::ToSchema,
        )]
        pub enum Figure { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl Figure {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in addresses, in the API and, after `figure-`, of its words.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The column of the sums that has it; empty for what is never summed.
            pub const fn column(self) -> &'static str {
                match self { $(Self::$variant => $column,)* }
            }

            /// What kind of number it is.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => $kind,)* }
            }

            /// The cases that it counts: a condition on `case_facts`, in which `?` is the time at
            /// which it is asked.
            pub const fn counts(self) -> &'static str {
                match self { $(Self::$variant => $counts,)* }
            }
        }
    };
}

/// What kind of number a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Cases.
    Count,
    /// The part that its cases are of those of another.
    Share(Figure),
    /// Seconds a case, over its cases: the sum of this expression.
    Seconds(&'static str),
    /// A number a case, over its cases: the sum of this expression.
    Each(&'static str),
    /// Cases that are left out of a rate for this reason.
    Left,
}

use Figure as F;
use Kind as K;

// A case that was rated by nobody is left out of what reporters say only.
macro_rules! counted {
    ($rest:literal) => {
        concat!(
            "((excluded IS NULL OR excluded = 'unrated') AND ",
            $rest,
            ")"
        )
    };
}

figures! {
    /// 受理量: all that came in.
    Received = "received", "received", K::Count, "1 = 1";
    /// Not done, and so somebody's work.
    Open = "open", "", K::Count,
        "(ended IS NULL AND state NOT IN ('resolved', 'delivered', 'answered'))";
    /// Open with a deadline that has passed.
    Overdue = "overdue", "", K::Share(F::Open),
        "(ended IS NULL AND state NOT IN ('resolved', 'delivered', 'answered') AND due < ?)";
    /// Those that somebody has taken on, or should have by now.
    ResponseDue = "response-due", "response_due", K::Count,
        counted!("(responded IS NOT NULL OR response_due < ?)");
    /// 响应率: taken on before any of the deadlines on the way there was missed.
    Response = "response", "response", K::Share(F::ResponseDue),
        counted!("responded IS NOT NULL AND (response_due IS NULL OR responded <= response_due)");
    /// Those that are done, or should be by now.
    ResolutionDue = "resolution-due", "resolution_due", K::Count,
        counted!("(resolved IS NOT NULL OR resolve_due < ?)");
    /// 按期办结率: done in time.
    InTime = "in-time", "in_time", K::Share(F::ResolutionDue),
        counted!("resolved IS NOT NULL AND (resolve_due IS NULL OR resolved <= resolve_due)");
    /// Done, and not taken up again.
    Resolved = "resolved", "resolved", K::Count, "(resolved IS NOT NULL)";
    /// Rated by those who reported them.
    Rated = "rated", "rated", K::Count, "(contacted IS NOT NULL)";
    /// 联系率: the reporter says that somebody got in touch.
    Contacted = "contacted", "contacted", K::Share(F::Rated), "(contacted = 1)";
    /// 解决率: the reporter says that it is solved.
    Resolution = "resolution", "resolution", K::Share(F::Rated), "(solved = 1)";
    /// 满意率: the reporter gives 4 or 5 of 5.
    Satisfaction = "satisfaction", "satisfaction", K::Share(F::Rated), "(satisfied >= 4)";
    /// From handed in to taken on.
    ResponseTime = "response-time", "responded",
        K::Seconds("(responded - opened) / 1000000"), "(responded IS NOT NULL)";
    /// From handed in to done.
    ResolutionTime = "resolution-time", "resolved",
        K::Seconds("(resolved - opened) / 1000000"), "(resolved IS NOT NULL)";
    /// Missed a deadline at least once.
    Missed = "missed", "missed", K::Share(F::Received), "(missed > 0)";
    /// 督办: a person asked for an answer.
    Overseen = "overseen", "overseen", K::Share(F::Received), "(overseen > 0)";
    /// 上移
    Raised = "raised", "raised", K::Share(F::Received), "(raised > 0)";
    /// 退单
    Returned = "returned", "returned", K::Share(F::Received), "(returned > 0)";
    /// 返工: found wanting on the way up, or by a verifier.
    Reworked = "reworked", "reworked", K::Share(F::Received), "(reworked > 0)";
    /// Taken up again after it had been done.
    Reopened = "reopened", "reopened", K::Share(F::Received), "(reopened > 0)";
    /// 挂账
    Suspended = "suspended", "suspended", K::Share(F::Received), "(suspended > 0)";
    /// 配合: another unit was asked for a part.
    Shared = "shared", "shared", K::Share(F::Received), "(parts > 0)";
    /// A part was refused, and still is.
    PartRefused = "part-refused", "part_refused", K::Share(F::Shared), "(parts_refused > 0)";
    /// 走访: visits planned.
    Visits = "visits", "visits", K::Count, "(procedure = 'visit')";
    /// Visits made.
    VisitsMade = "visits-made", "visits_made", K::Share(F::Visits),
        "(procedure = 'visit' AND resolved IS NOT NULL)";
    /// Visits that missed a deadline.
    VisitsMissed = "visits-missed", "visits_missed", K::Share(F::Visits),
        "(procedure = 'visit' AND missed > 0)";
    /// 减负: forms that the maker of a visit sent.
    Forms = "forms", "visits_made", K::Each("forms"), "(procedure = 'visit' AND resolved IS NOT NULL)";
    /// Fields that they filled in.
    Fields = "fields", "visits_made", K::Each("fields"), "(procedure = 'visit' AND resolved IS NOT NULL)";
    /// Fields that were not asked, since they were held already.
    Held = "held", "visits_made", K::Each("held"), "(procedure = 'visit' AND resolved IS NOT NULL)";
    /// Closed with an explanation.
    Explained = "explained", "explained", K::Left, "(excluded = 'explained')";
    /// Follows another case.
    Merged = "merged", "merged", K::Left, "(excluded = 'merged')";
    /// Taken back by the reporter.
    Withdrawn = "withdrawn", "withdrawn", K::Left, "(excluded = 'withdrawn')";
    /// Refused, with the right channel named.
    Declined = "declined", "declined", K::Left, "(excluded = 'declined')";
    /// The reporter did not answer a question.
    Unanswered = "unanswered", "unanswered", K::Left, "(excluded = 'unanswered')";
    /// A visit called off.
    Cancelled = "cancelled", "cancelled", K::Left, "(excluded = 'cancelled')";
    /// Resolved and never rated.
    Unrated = "unrated", "unrated", K::Left, "(excluded = 'unrated')";
}

/// A sum that a figure divides by the number of its cases.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    /// The column of the sums.
    pub column: &'static str,
    /// What is added up over the facts of the figure's cases.
    pub of: &'static str,
    /// The figure.
    pub figure: Figure,
}

/// The sums of the figures that are a number a case.
pub fn sums() -> impl Iterator<Item = Sum> {
    Figure::ALL.iter().filter_map(|figure| match figure.kind() {
        Kind::Seconds(of) | Kind::Each(of) => Some(Sum {
            column: figure.sum_column()?,
            of,
            figure: *figure,
        }),
        _ => None,
    })
}

impl Figure {
    /// The figure of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.name() == name)
    }

    /// The column of its sum, for a number a case.
    pub const fn sum_column(self) -> Option<&'static str> {
        match self {
            Self::ResponseTime => Some("response_time"),
            Self::ResolutionTime => Some("resolution_time"),
            Self::Forms => Some("forms"),
            Self::Fields => Some("fields"),
            Self::Held => Some("held"),
            _ => None,
        }
    }

    /// The counts that stand in columns of the sums, each column once.
    pub fn summed() -> impl Iterator<Item = (&'static str, Self)> {
        let mut seen = std::collections::BTreeSet::new();
        Self::ALL
            .iter()
            .filter(|it| !it.column().is_empty())
            .filter(move |it| seen.insert(it.column()))
            .map(|it| (it.column(), *it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column stands for one condition, whichever figure names it.
    #[test]
    fn figures_that_share_a_column_count_the_same() {
        for figure in Figure::ALL {
            let column = figure.column();
            let first = Figure::summed().find(|(it, _)| *it == column);
            if let Some((_, first)) = first {
                assert_eq!(first.counts(), figure.counts(), "{}", figure.name());
            }
        }
    }

    /// What is asked of the time is so of cases that have ended, whatever the time: else they could
    /// not be summed. `facts::settle` sees to it; what it does not know of must not be summed.
    #[test]
    fn only_what_is_settled_is_summed() {
        for figure in Figure::ALL.iter().filter(|it| it.counts().contains('?')) {
            let known = matches!(figure, Figure::ResponseDue | Figure::ResolutionDue);
            assert!(known || figure.column().is_empty(), "{}", figure.name());
        }
    }
}
