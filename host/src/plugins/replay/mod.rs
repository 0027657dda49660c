//! What a new revision does with its own recorded test calls, in the real sandbox: what they cost,
//! which forms come up, and whether any breaks down. Never touches anybody's data: the host's
//! functions are answered from the recording. It refuses nothing; a reviewer sees what came of it.

mod tape;
mod values;

use onedoor_forms::{Form, Outcome, View};
use onedoor_manifest::{Budget, HostAnswer, RecordedCall, Recording};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use wasmtime::component::{Component, InstancePre, Val};

use self::tape::{Strayed, Tape};
use super::{
    Loaded,
    failure::{Failure, FailureKind},
};

/// How often each call is replayed: enough for a median.
const ROUNDS: usize = 5;
/// How long a whole replay may take; what is not replayed by then is told.
const LIMIT: Duration = Duration::from_secs(10);
/// The longest message kept, in bytes.
const MESSAGE: usize = 1024;
/// How many forms, and how many fields of each, are kept.
const FORMS: usize = 64;

/// What came of a replay.
#[derive(
    Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub struct Replay {
    /// The calls, in the order of the recording.
    pub calls: Vec<Replayed>,
    /// The forms that came up.
    pub forms: Vec<SeenForm>,
    /// How many calls of the tests the recording had no room for.
    pub left_out: u32,
    /// How many recorded calls there was no time for.
    pub not_replayed: u32,
}

/// What came of one recorded call.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Replayed {
    /// What was called: `portal.submit report lamp`.
    pub about: String,
    /// The author's test that recorded it.
    pub test: String,
    /// Guest time, in microseconds: the median of the rounds.
    pub guest_us: u64,
    /// The most memory, in bytes.
    pub memory: u64,
    /// How often it called the host.
    pub host_calls: u32,
    /// What was wrong, if anything.
    pub trouble: Option<Trouble>,
}

/// Why a call did not go as in its author's test.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Trouble {
    /// `strayed` when it asked the host for something else, `answer` when it answered otherwise;
    /// else the kind of failure.
    pub kind: String,
    /// What is known of it, for developers.
    pub message: String,
}

/// A form that came up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SeenForm {
    /// Its id.
    pub id: String,
    /// Its fields, by id.
    pub fields: Vec<SeenField>,
}

/// A field that came up.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SeenField {
    /// Its id.
    pub id: String,
    /// What it asks for, as the contract names it: `text`, `date`, `place`.
    pub kind: String,
    /// Whether there must be an answer.
    pub required: bool,
    /// Whether its answer is masked.
    pub sensitive: bool,
    /// Which fact about the person the host fills in.
    pub prefill: Option<String>,
    /// Which field of a dataset it asks for, as `dataset.field`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
}

/// Replays what `recording` holds.
pub async fn replay(loaded: &Loaded, recording: &Recording) -> Replay {
    let mut replay = Replay {
        left_out: recording.left_out,
        ..Replay::default()
    };
    let component = loaded.shape.pre.component();
    let pre = tape::linker(component).and_then(|it| it.instantiate_pre(component));
    let pre = match pre {
        Ok(pre) => pre,
        Err(error) => {
            // It has just been linked with the contract itself: this is ours to mend.
            tracing::error!(
                error = format!("{error:#}"),
                "a component was not linked for a replay"
            );
            replay.not_replayed = u32::try_from(recording.calls.len()).unwrap_or(u32::MAX);
            return replay;
        }
    };
    let (began, mut forms) = (Instant::now(), BTreeMap::new());
    for call in &recording.calls {
        if began.elapsed() > LIMIT {
            replay.not_replayed += 1;
            continue;
        }
        let (replayed, views) = rounds(&pre, loaded.manifest.budget, call).await;
        views.iter().for_each(|it| see(&mut forms, it));
        replay.calls.push(replayed);
    }
    replay.forms = forms
        .into_iter()
        .map(|(id, fields)| SeenForm {
            id,
            fields: fields.into_values().collect(),
        })
        .collect();
    replay
}

async fn rounds(
    pre: &InstancePre<Tape>,
    budget: Budget,
    call: &RecordedCall,
) -> (Replayed, Vec<View>) {
    let answers = Arc::new(call.host.clone());
    let mut times = Vec::new();
    let mut found = Round::default();
    for _ in 0..ROUNDS {
        let round = once(pre, budget, call, &answers).await;
        times.push(round.guest);
        found = round;
        if found.trouble.is_some() {
            break;
        }
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let replayed = Replayed {
        about: call.about(),
        test: call.test.chars().take(200).collect(),
        guest_us: u64::try_from(median.as_micros()).unwrap_or(u64::MAX),
        memory: found.memory as u64,
        host_calls: found.calls,
        trouble: found.trouble,
    };
    (replayed, found.views)
}

#[derive(Default)]
struct Round {
    guest: Duration,
    memory: usize,
    calls: u32,
    trouble: Option<Trouble>,
    views: Vec<View>,
}

async fn once(
    pre: &InstancePre<Tape>,
    budget: Budget,
    call: &RecordedCall,
    answers: &Arc<Vec<HostAnswer>>,
) -> Round {
    let (mut store, clock) = tape::store(pre.component(), answers, budget);
    let wall = Duration::from_millis(u64::from(budget.wall_ms));
    let answered = async {
        let instance = pre.instantiate_async(&mut store).await?;
        let function = function(pre.component(), call)
            .and_then(|index| instance.get_func(&mut store, index))
            .ok_or_else(|| wasmtime::Error::msg("it no longer exports this function"))?;
        let ty = function.ty(&store);
        let mut arguments = Vec::new();
        for ((_, ty), value) in ty.params().zip(&call.arguments) {
            arguments.push(values::lower(&ty, value).map_err(wasmtime::Error::msg)?);
        }
        let mut results = vec![Val::Bool(false); ty.results().len()];
        function
            .call_async(&mut store, &arguments, &mut results)
            .await?;
        Ok::<_, wasmtime::Error>(results.into_iter().next())
    };
    let ended = tokio::time::timeout(wall, clock.count(answered)).await;
    let (trouble, views) = match ended {
        Ok(Ok(answer)) => answer.map_or((None, Vec::new()), |it| judged(call, store.data(), &it)),
        Ok(Err(error)) => (Some(broke(&error)), Vec::new()),
        Err(_) => {
            let message = format!("no answer after {} ms", budget.wall_ms);
            (
                Some(trouble(FailureKind::WallClock.name(), &message)),
                Vec::new(),
            )
        }
    };
    Round {
        guest: clock.used(),
        memory: store.data().memory(),
        calls: store.data().calls,
        trouble,
        views,
    }
}

/// Where the component exports the recorded function.
fn function(
    component: &Component,
    call: &RecordedCall,
) -> Option<wasmtime::component::ComponentExportIndex> {
    let ty = component.component_type();
    let mut exports = ty.exports(component.engine());
    let (interface, _) =
        exports.find(|(name, _)| name.split(['/', '@']).nth(1) == Some(&call.export))?;
    let interface = component.get_export_index(None, interface)?;
    component.get_export_index(Some(&interface), &call.function)
}

/// Whether it answered as in the author's test, and the pages that it showed.
fn judged(call: &RecordedCall, tape: &Tape, answer: &Val) -> (Option<Trouble>, Vec<View>) {
    let refused = matches!(answer, Val::Result(Err(_)));
    let off = match () {
        () if refused != call.refused && refused => {
            Some("it refuses what it did not refuse in its test")
        }
        () if refused != call.refused => Some("it does not refuse what it refused in its test"),
        () if !tape.played_out() => Some("it asks the host for less than in its test"),
        () => None,
    };
    let views = match answer {
        Val::Result(Ok(Some(shown))) if call.export == "portal" => shown_by(call, shown),
        _ => Vec::new(),
    };
    (off.map(|what| trouble("answer", what)), views)
}

fn shown_by(call: &RecordedCall, answer: &Val) -> Vec<View> {
    let answer = values::lift(answer);
    let view = match call.function.as_str() {
        "render" => serde_json::from_value(answer).map(Some),
        _ => serde_json::from_value(answer).map(|outcome| match outcome {
            Outcome::Show(view) => Some(view),
            Outcome::Go(_) | Outcome::Invalid(_) => None,
        }),
    };
    match view {
        Ok(view) => view.into_iter().collect(),
        Err(error) => {
            tracing::warn!(%error, about = call.about(), "a replayed page could not be read");
            Vec::new()
        }
    }
}

fn broke(error: &wasmtime::Error) -> Trouble {
    if let Some(strayed) = error.downcast_ref::<Strayed>() {
        return trouble("strayed", &strayed.to_string());
    }
    let failure = Failure::of(error, None);
    trouble(failure.kind.name(), &failure.message)
}

fn trouble(kind: &str, message: &str) -> Trouble {
    let cut = message.get(..message.floor_char_boundary(MESSAGE));
    Trouble {
        kind: kind.to_owned(),
        message: cut.unwrap_or(message).to_owned(),
    }
}

/// Forms by id, with their fields by id.
type Forms = BTreeMap<String, BTreeMap<String, SeenField>>;

/// Adds the forms of a page. A form that comes up in several shapes has the fields of all, and a
/// field is as demanding as it ever was.
fn see(forms: &mut Forms, view: &View) {
    for form in view.blocks.iter().filter_map(form) {
        if forms.len() == FORMS && !forms.contains_key(&form.id) {
            continue;
        }
        let fields = forms.entry(form.id.clone()).or_default();
        for field in form.fields() {
            let seen = SeenField {
                id: field.id.clone(),
                kind: kind(&field.kind),
                required: field.required,
                sensitive: field.sensitive,
                prefill: field.prefill.and_then(|it| word(&it)),
                bind: field.bind.clone(),
            };
            let room = fields.len() < FORMS;
            match fields.get_mut(&field.id) {
                Some(before) => {
                    before.required |= seen.required;
                    before.sensitive |= seen.sensitive;
                    before.prefill = before.prefill.take().or(seen.prefill);
                    before.bind = before.bind.take().or(seen.bind);
                }
                None if room => {
                    fields.insert(field.id.clone(), seen);
                }
                None => {}
            }
        }
    }
}

fn form(block: &onedoor_forms::Block) -> Option<&Form> {
    match block {
        onedoor_forms::Block::Form(form) => Some(form),
        _ => None,
    }
}

/// The contract's word for what a field asks for; of a text that has a form of its own, that form.
fn kind(kind: &onedoor_forms::Kind) -> String {
    use onedoor_forms::{Kind, TextFormat};
    let named = match kind {
        Kind::Text(spec) if !matches!(spec.format, TextFormat::Free | TextFormat::Pattern) => {
            word(&spec.format)
        }
        Kind::Text(_) => Some("text".to_owned()),
        Kind::Integer(_) => Some("integer".to_owned()),
        Kind::Decimal(_) => Some("decimal".to_owned()),
        Kind::Flag => Some("flag".to_owned()),
        Kind::Date(_) => Some("date".to_owned()),
        Kind::Time => Some("time".to_owned()),
        Kind::One(_) => Some("one".to_owned()),
        Kind::Many(_) => Some("many".to_owned()),
        Kind::Files(_) => Some("files".to_owned()),
        Kind::Place(_) => Some("place".to_owned()),
        Kind::Person(_) => Some("person".to_owned()),
    };
    named.unwrap_or_else(|| "text".to_owned())
}

fn word(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value)
        .ok()?
        .as_str()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use onedoor_forms::{Block, Field, Kind, Prefill, Step, Text};

    fn field(id: &str, required: bool, prefill: Option<Prefill>) -> Field {
        Field {
            id: id.to_owned(),
            label: Text::raw(id),
            hint: None,
            kind: Kind::Flag,
            required,
            show_if: Vec::new(),
            default: None,
            prefill,
            sensitive: false,
            bind: None,
        }
    }

    fn view(fields: Vec<Field>) -> View {
        let step = Step {
            id: "one".to_owned(),
            title: Text::raw("One"),
            fields,
            show_if: Vec::new(),
        };
        let form = Form {
            id: "report".to_owned(),
            version: 1,
            steps: vec![step],
            checks: Vec::new(),
            review: false,
            declaration: None,
            consent: None,
            submit: Text::raw("Send"),
            state: String::new(),
        };
        View {
            title: Text::raw("t"),
            back: None,
            blocks: vec![Block::Form(form)],
        }
    }

    #[test]
    fn a_form_seen_twice_has_the_fields_of_both_and_the_harder_demands() {
        let mut forms = Forms::new();
        see(&mut forms, &view(vec![field("a", false, None)]));
        let again = vec![
            field("a", true, Some(Prefill::Phone)),
            field("b", false, None),
        ];
        see(&mut forms, &view(again));
        let fields = &forms["report"];
        assert_eq!(fields.len(), 2);
        assert!(fields["a"].required && !fields["b"].required);
        assert_eq!(fields["a"].prefill.as_deref(), Some("phone"));
    }
}
