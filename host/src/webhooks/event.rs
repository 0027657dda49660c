//! What a webhook is told of an event: a CloudEvent in structured JSON. No title, no address, no
//! point, no words and no account: each of them may name a person.

use serde::Serialize;

use crate::{
    cases::model::{Action, Case, Procedure},
    db::cases::Event,
    error::{Error, Result},
    time::Timestamp,
};

/// A CloudEvent, in the order of its specification (1.0.2, 2; JSON format, 3).
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: Timestamp,
    datacontenttype: &'static str,
    data: Data<'a>,
}

/// A case as the event left it.
#[derive(Serialize)]
struct Data<'a> {
    case: &'a str,
    number: &'a str,
    seq: i64,
    action: &'static str,
    state: &'static str,
    procedure: &'static str,
    class: Option<&'a str>,
    urgency: &'static str,
    division: &'a str,
    holder: Option<&'a str>,
    lead: Option<&'a str>,
    due: Option<Timestamp>,
}

/// Whether outsiders are told of such a case at all: only of procedures that are known here to
/// hold nothing that is kept to its parties.
pub fn told(case: &Case) -> bool {
    matches!(
        case.course.procedure,
        Procedure::Incident | Procedure::Visit
    )
}

/// The type of the event of an action: `cn.onedoor.case.filed.v1`.
pub fn kind(action: Action) -> String {
    format!("cn.onedoor.case.{}.v1", past(action.name()))
}

/// What was done, by what is done. The verb stands first, but in those that are listed.
fn past(name: &str) -> String {
    let known = match name {
        "submit" => "submitted",
        "ask-info" => "info-asked",
        "supply" => "supplied",
        "self-handle" => "self-handled",
        "report-done" => "done-reported",
        "report-unable" => "inability-reported",
        "confirm-up" => "confirmed-up",
        "verify-pass" => "verification-passed",
        "verify-fail" => "verification-failed",
        "withdraw" => "withdrawn",
        "relay" => "relayed",
        "plan" => "planned",
        "not-met" => "not-met",
        "find" => "problem-found",
        "cancel" => "cancelled",
        "split" => "split",
        "oversee" => "overseen",
        "transfer" => "transferred",
        "ask-co" => "cooperation-asked",
        "answer-co" => "cooperation-answered",
        _ => "",
    };
    match (known, name.strip_suffix('e')) {
        ("", Some(stem)) => format!("{stem}ed"),
        ("", None) => format!("{name}ed"),
        (known, _) => known.to_owned(),
    }
}

/// The message, as it is signed and sent. `source` is the address of this host's cases.
pub fn message(source: &str, case: &Case, event: &Event) -> Result<String> {
    let course = &case.course;
    let message = CloudEvent {
        specversion: "1.0",
        id: &event.id,
        source,
        kind: kind(event.action),
        subject: &case.id,
        time: event.at,
        datacontenttype: "application/json",
        data: Data {
            case: &case.id,
            number: &case.number,
            seq: event.seq,
            action: event.action.name(),
            state: event.state.name(),
            procedure: course.procedure.name(),
            class: course.class.as_deref(),
            urgency: course.urgency.name(),
            division: &case.division,
            holder: event.holder.as_deref(),
            lead: course.lead.as_deref(),
            due: event.due,
        },
    };
    serde_json::to_string(&message).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_said_in_the_past() {
        let kind = |action: Action| kind(action).replace("cn.onedoor.case.", "");
        assert_eq!(kind(Action::File), "filed.v1");
        assert_eq!(kind(Action::Dispatch), "dispatched.v1");
        assert_eq!(kind(Action::Raise), "raised.v1");
        assert_eq!(kind(Action::ReportDone), "done-reported.v1");
        let mut all: Vec<_> = Action::ALL.iter().map(|it| kind(*it)).collect();
        all.sort();
        let of = all.len();
        all.dedup();
        assert_eq!(all.len(), of, "two actions of one type");
    }
}
