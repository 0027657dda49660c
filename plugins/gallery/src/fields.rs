//! One form for each kind of field. The form, its field and the function have one name.

use onedoor_sdk::*;

/// This file, for the code beside each sample.
pub const SOURCE: &str = include_str!("fields.rs");

/// Adds a field to a form.
type Ask = fn(&mut FormBuilder);

/// Every kind of field, and every format of a text, by the contract's name for it.
pub fn all() -> Result<Vec<(&'static str, Block)>> {
    let samples: [(&str, Ask); 19] = [
        ("text-free", text_free),
        ("text-lines", text_lines),
        ("text-name", text_name),
        ("text-phone", text_phone),
        ("text-email", text_email),
        ("text-id-card", text_id_card),
        ("text-credit-code", text_credit_code),
        ("text-plate", text_plate),
        ("text-pattern", text_pattern),
        ("integer", integer),
        ("decimal", decimal),
        ("flag", flag),
        ("date", date),
        ("time", time),
        ("one", one),
        ("many", many),
        ("files", files),
        ("place", place),
        ("person", person),
    ];
    let form = |(name, ask): (&'static str, Ask)| {
        let mut form = FormBuilder::new(name, 1, msg("send"));
        ask(&mut form);
        Ok((name, Block::Form(form.finish()?)))
    };
    samples.into_iter().map(form).collect()
}

/// Whether a value is of the kind that a form asks for.
pub fn fits(form: &str, value: &Value) -> bool {
    match value {
        Value::Text(_) => form.starts_with("text-") || form == "search",
        Value::Integer(_) => form == "integer",
        Value::Decimal(_) => form == "decimal",
        Value::Flag(_) => form == "flag",
        Value::Date(_) => form == "date",
        Value::Time(_) => form == "time",
        Value::Choice(_) => form == "one",
        Value::Choices(_) => form == "many",
        Value::Files(_) => form == "files",
        Value::Place(_) => form == "place",
        Value::Person(_) => form == "person",
    }
}

fn text_free(form: &mut FormBuilder) {
    form.words(Key::new("text-free"), msg("ask-words"))
        .required()
        .hint(msg("ask-hint"))
        .length(2, 40);
}

fn text_lines(form: &mut FormBuilder) {
    form.words(Key::new("text-lines"), msg("ask-words"))
        .required()
        .length(2, 500)
        .lines(4);
}

fn text_name(form: &mut FormBuilder) {
    form.words(Key::new("text-name"), msg("ask-name"))
        .required()
        .format(TextFormat::Name);
}

fn text_phone(form: &mut FormBuilder) {
    form.words(Key::new("text-phone"), msg("ask-phone"))
        .required()
        .format(TextFormat::Phone);
}

fn text_email(form: &mut FormBuilder) {
    form.words(Key::new("text-email"), msg("ask-email"))
        .required()
        .format(TextFormat::Email);
}

fn text_id_card(form: &mut FormBuilder) {
    form.words(Key::new("text-id-card"), msg("ask-id-card"))
        .required()
        .format(TextFormat::IdCard)
        .sensitive();
}

fn text_credit_code(form: &mut FormBuilder) {
    form.words(Key::new("text-credit-code"), msg("ask-credit-code"))
        .required()
        .format(TextFormat::CreditCode);
}

fn text_plate(form: &mut FormBuilder) {
    form.words(Key::new("text-plate"), msg("ask-plate"))
        .required()
        .format(TextFormat::Plate);
}

fn text_pattern(form: &mut FormBuilder) {
    form.words(Key::new("text-pattern"), msg("ask-lamp"))
        .required()
        .pattern("[0-9]{4}");
}

fn integer(form: &mut FormBuilder) {
    form.whole(Key::new("integer"), msg("ask-count"))
        .required()
        .bounds(1, 99)
        .unit(msg("lamps"));
}

fn decimal(form: &mut FormBuilder) {
    form.decimal(Key::new("decimal"), msg("ask-height"), 2)
        .required()
        .bounds("0.50", "30");
}

fn flag(form: &mut FormBuilder) {
    form.yes_no(Key::new("flag"), msg("ask-agree")).required();
}

fn date(form: &mut FormBuilder) {
    form.day(Key::new("date"), msg("ask-day"))
        .required()
        .earliest("today-30d")
        .latest("today");
}

fn time(form: &mut FormBuilder) {
    form.time(Key::new("time"), msg("ask-time")).required();
}

fn one(form: &mut FormBuilder) {
    form.one(Key::new("one"), msg("ask-one"))
        .required()
        .option("out", msg("out"))
        .option("flickers", msg("flickers"));
}

fn many(form: &mut FormBuilder) {
    form.many(Key::new("many"), msg("ask-many"))
        .required()
        .option("out", msg("out"))
        .option("flickers", msg("flickers"))
        .bounds(1, 2);
}

fn files(form: &mut FormBuilder) {
    form.photos(Key::new("files"), msg("ask-photos"))
        .required()
        .count(1, 3);
}

fn place(form: &mut FormBuilder) {
    form.place(Key::new("place"), msg("ask-place")).required();
}

fn person(form: &mut FormBuilder) {
    form.person(Key::new("person"), msg("ask-person"), "sample")
        .required();
}
