//! The pages of staff: their queues, a case with what may be done to it, and the people. What is
//! in a queue, who may act and who may look is decided in `cases` and `identity`.

pub mod action_forms;
pub mod behind;
pub mod board;
pub mod case;
mod case_parts;
pub mod console;
pub mod datasets;
pub mod digest;
pub mod duty;
pub mod figures;
pub mod grants;
pub mod grid;
pub mod hints;
pub mod home;
mod measured;
pub mod messages;
pub mod people;
pub mod person;
pub mod plugins;
pub mod precedents;
pub mod ready;
pub mod revision;
pub mod search;
pub mod tables;
pub mod units;
pub mod visits;
pub mod webhooks;

use crate::{
    context::{Context, Principal},
    error::{Error, Result},
};

/// Leads whoever has not signed in to do so, and tells residents that these pages are not theirs.
fn staff_only(cx: &Context) -> Result<()> {
    match cx.principal {
        Principal::Anonymous | Principal::Phone { .. } => Err(Error::Unauthenticated),
        _ if cx.posts().next().is_none() => Err(Error::Forbidden("no-post-for-this")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        cases::{
            duty::DutyList,
            model::{Action, Clock, CoState, Procedure, State, Urgency, Who},
            procedures::Guard,
            queues::Queue,
        },
        context::{Channel, Locale},
        identity::Role,
        web::i18n,
    };

    /// Keys that are put together from the names of values.
    #[test]
    fn every_value_has_words() {
        let mut keys = Vec::new();
        let mut add = |prefix: &str, name: &str| keys.push(format!("{prefix}-{name}"));
        for it in State::ALL {
            add("staff-state", it.name());
        }
        for it in State::ALL {
            add("state", it.name());
        }
        for it in Procedure::ALL {
            add("work-linked", it.name());
        }
        for it in Action::ALL {
            add("did", it.name());
            add("action", it.name());
            add("acted", it.name());
        }
        for it in Urgency::ALL {
            add("urgency", it.name());
        }
        for it in Clock::ALL {
            add("clock", it.name());
        }
        for it in Role::ALL {
            add("role", it.name());
        }
        for it in Queue::ALL {
            add("queue", it.name());
        }
        for it in DutyList::first().unwrap().items() {
            add("domain", it.domain.name());
        }
        let channels = [
            Channel::App,
            Channel::Api,
            Channel::Hotline,
            Channel::Counter,
            Channel::GridWorker,
            Channel::Sensor,
            Channel::Open311,
            Channel::System,
        ];
        for it in channels {
            let name = serde_json::to_value(it).unwrap();
            add("channel", name.as_str().unwrap());
        }
        // Whoever acts on the staff's page and must say why is asked a question of its own.
        for rule in Procedure::ALL.iter().flat_map(|it| it.rules()) {
            let on_page = rule
                .who
                .iter()
                .any(|who| !matches!(who, Who::Reporter | Who::Party | Who::Timer | Who::Plugin));
            if on_page && rule.guards.contains(&Guard::Reason) {
                add("ask", rule.action.name());
            }
        }
        for it in [
            CoState::Asked,
            CoState::Accepted,
            CoState::Refused,
            CoState::Done,
            CoState::Waived,
        ] {
            add("part", it.name());
        }
        for it in Procedure::ALL {
            add("procedure", it.name());
        }
        for locale in [Locale::Chinese, Locale::English] {
            let lacking: Vec<_> = keys.iter().filter(|it| !i18n::has(locale, it)).collect();
            assert!(lacking.is_empty(), "{locale:?}: {lacking:?}");
        }
    }
}
