//! Answers to a form, made up from its own rules: what a plugin must take, or refuse with a
//! reason. Never a real person's: the numbers are those that the standards print as examples.

use onedoor_forms::{
    Answers, Choice, Date, Field, FileRef, FileSpec, Form, Geo, Kind, Media, Place, PlaceSpec,
    TextFormat, TextSpec, Value, date, formats, validate,
};

/// How many ways a form is filled in: other options, other flags.
pub(super) const WAYS: usize = 3;
/// A place in Huangpu, and its community.
const PLACE: (f64, f64, &str) = (121.4743, 31.2212, "310101022027");

/// Right answers to `form`, the `way`th of [`WAYS`]; none when they cannot be made up.
pub(super) fn answers(form: &Form, way: usize, today: Date) -> Option<Answers> {
    let all: Vec<&Field> = form.fields().collect();
    let needed: Vec<&Field> = all.iter().copied().filter(|it| it.required).collect();
    // With everything first; a rule across fields may want less.
    [all, needed].into_iter().find_map(|fields| {
        let mut answers = Answers::default();
        for field in fields {
            if let Some(value) = value(field, way, today) {
                answers.set(field.id.as_str(), value);
            }
        }
        validate(form, &answers, today).ok()
    })
}

/// Answers of another kind than each field asks for.
pub(super) fn garbage(form: &Form) -> Answers {
    let mut answers = Answers::default();
    for field in form.fields() {
        let wrong = match field.kind {
            Kind::Text(_) => Value::Integer(i64::MIN),
            Kind::Integer(_) | Kind::Decimal(_) => Value::Flag(true),
            Kind::Flag | Kind::Date(_) | Kind::Time => Value::Text("\u{202e}\u{0}𠮷".repeat(1000)),
            Kind::One(_) | Kind::Many(_) => Value::Date("9999-99-99".to_owned()),
            Kind::Files(_) | Kind::Place(_) | Kind::Person(_) => {
                Value::Choices(vec![String::new()])
            }
        };
        answers.set(field.id.as_str(), wrong);
    }
    answers.set("no-such-field", Value::Text("?".to_owned()));
    answers
}

fn value(field: &Field, way: usize, today: Date) -> Option<Value> {
    let option = |options: &[Choice]| {
        let at = way.min(options.len().saturating_sub(1));
        options.get(at).map(|it| it.id.clone())
    };
    Some(match &field.kind {
        Kind::Text(spec) => Value::Text(text(spec, field, today)?),
        Kind::Integer(spec) => {
            let (least, most) = (spec.min.unwrap_or(i64::MIN), spec.max.unwrap_or(i64::MAX));
            Value::Integer(1.max(least).min(most))
        }
        Kind::Decimal(spec) => {
            let number = spec.min.clone().or_else(|| spec.max.clone());
            Value::Decimal(number.unwrap_or_else(|| "1".to_owned()))
        }
        Kind::Flag => Value::Flag(field.required || way.is_multiple_of(2)),
        Kind::Date(spec) => {
            let bound = |text: &Option<String>| Date::bound(text.as_deref()?, today);
            let least = bound(&spec.min).unwrap_or(today);
            let most = bound(&spec.max).unwrap_or(today.max(least));
            Value::Date(today.max(least).min(most).to_string())
        }
        Kind::Time => Value::Time(format!("{:02}:00", 9 + way)),
        Kind::One(options) => Value::Choice(option(options)?),
        Kind::Many(spec) => {
            let count = (spec.min as usize).max(1 + way).min(spec.max as usize);
            let options = spec.options.iter().take(count);
            Value::Choices(options.map(|it| it.id.clone()).collect())
        }
        Kind::Files(spec) => Value::Files(files(spec)?),
        Kind::Place(spec) => Value::Place(place(spec)?),
        // A token that stands for nobody: a plugin is to say so, not to fail.
        Kind::Person(_) => Value::Person("a-token-that-is-over".to_owned()),
    })
}

fn text(spec: &TextSpec, field: &Field, today: Date) -> Option<String> {
    let (min, max) = (spec.min as usize, spec.max as usize);
    match spec.format {
        TextFormat::Free => Some(
            "一二三四五六七八九十"
                .chars()
                .cycle()
                .take(max.min(min.max(10)))
                .collect(),
        ),
        TextFormat::Name => Some("张三".to_owned()),
        TextFormat::Phone => Some("13800138000".to_owned()),
        TextFormat::Email => Some("name@example.org".to_owned()),
        // The example of GB 11643.
        TextFormat::IdCard => Some("11010519491231002X".to_owned()),
        // The example of GB 32100.
        TextFormat::CreditCode => Some("91350100M000100Y43".to_owned()),
        TextFormat::Plate => Some("沪A12345".to_owned()),
        TextFormat::Pattern => pattern(spec, field, today),
    }
}

/// A text that a pattern takes, where a usual one does.
fn pattern(spec: &TextSpec, field: &Field, today: Date) -> Option<String> {
    let pattern = formats::pattern(spec.pattern.as_deref()?)?;
    let given = match &field.default {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let repeated = ["1", "a", "A", "字"]
        .into_iter()
        .flat_map(|letter| (1..=20).map(move |count| letter.repeat(count)));
    let mixed = ["A1", "a-1", "A12345", "2026-001"].map(str::to_owned);
    let mut usual = given
        .into_iter()
        .chain(repeated)
        .chain(mixed)
        .chain([today.to_string()]);
    usual.find(|it| pattern.is_match(it))
}

/// Files that nobody handed in: the plugin sees no more of a file than this.
fn files(spec: &FileSpec) -> Option<Vec<FileRef>> {
    let mime = match spec.media {
        Media::Photo | Media::Any => "image/jpeg",
        Media::Document => "application/pdf",
    };
    let file = |n: u8| FileRef {
        id: format!("check-{n}"),
        name: format!("{n}.jpg"),
        mime: mime.to_owned(),
        bytes: 1,
    };
    // None unless they are asked for: the host would not know them.
    (spec.min > 0).then(|| (0..spec.min).map(file).collect())
}

fn place(spec: &PlaceSpec) -> Option<Place> {
    let (lon, lat, community) = PLACE;
    let within = spec.within.as_deref().unwrap_or_default();
    community.starts_with(within).then(|| Place {
        at: Some(Geo { lon, lat }),
        division: Some(community.to_owned()),
        address: "弄堂口".to_owned(),
    })
}

/// The day of an instant in `YYYY-MM-DD`.
pub(super) fn day(text: &str) -> Option<Date> {
    date::Date::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use onedoor_forms::{DateSpec, DecimalSpec, IntegerSpec, ManySpec, Step, Text};

    #[test]
    fn a_form_of_every_kind_is_filled_in() {
        let today = day("2026-11-23").unwrap();
        let formats = [
            TextFormat::Free,
            TextFormat::Name,
            TextFormat::Phone,
            TextFormat::Email,
            TextFormat::IdCard,
            TextFormat::CreditCode,
            TextFormat::Plate,
            TextFormat::Pattern,
        ];
        let texts = formats.map(|format| {
            let pattern = (format == TextFormat::Pattern).then(|| "[0-9]{4}".to_owned());
            let (min, max) = (1, 50);
            Kind::Text(TextSpec {
                format,
                pattern,
                min,
                max,
                lines: 1,
            })
        });
        let choice = |id: &str| Choice {
            id: id.to_owned(),
            label: Text::raw(id),
            hint: None,
        };
        let options = vec![choice("a"), choice("b")];
        let number = |text: &str| Some(text.to_owned());
        let rest = [
            Kind::Integer(IntegerSpec {
                min: Some(5),
                max: Some(9),
                unit: None,
            }),
            Kind::Decimal(DecimalSpec {
                min: number("2.50"),
                max: None,
                scale: 2,
                unit: None,
            }),
            Kind::Flag,
            Kind::Date(DateSpec {
                min: number("today+3d"),
                max: None,
            }),
            Kind::Date(DateSpec {
                min: None,
                max: number("today-3d"),
            }),
            Kind::Time,
            Kind::One(options.clone()),
            Kind::Many(ManySpec {
                options,
                min: 2,
                max: 2,
            }),
            Kind::Files(FileSpec {
                media: Media::Document,
                min: 2,
                max: 3,
                max_bytes: 10,
            }),
            Kind::Place(PlaceSpec {
                within: Some("310101".to_owned()),
                precise: true,
            }),
        ];
        let kinds = texts.into_iter().chain(rest);
        let fields = kinds.enumerate().map(|(n, kind)| Field {
            id: format!("f{n}"),
            label: Text::raw("?"),
            hint: None,
            kind,
            required: true,
            show_if: Vec::new(),
            default: None,
            prefill: None,
            sensitive: false,
            bind: None,
        });
        let step = Step {
            id: "one".to_owned(),
            title: Text::raw("?"),
            fields: fields.collect(),
            show_if: Vec::new(),
        };
        let form = Form {
            id: "all".to_owned(),
            version: 1,
            steps: vec![step],
            checks: Vec::new(),
            review: false,
            declaration: None,
            submit: Text::raw("!"),
            state: String::new(),
            consent: None,
        };
        for way in 0..WAYS {
            let answers = answers(&form, way, today).unwrap();
            assert_eq!(answers.in_order(&form).len(), 18);
        }
        assert_eq!(
            validate(&form, &garbage(&form), today).unwrap_err().len(),
            18
        );
    }
}
