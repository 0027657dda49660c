//! The builder of forms.

use onedoor_forms::{
    Check, DateSpec, DecimalSpec, Field, FileSpec, Form, IntegerSpec, Kind, ManySpec, Media,
    PersonSpec, PlaceSpec, Step, Text, TextFormat, TextSpec, check_form,
};

use super::{
    broken,
    field::AddField,
    key::{Day, Decimal, Files, Key, Many, One, Somebody, Spot, Time, When, Whole, Words, YesNo},
};
use crate::Result;

const FILE_BYTES: u64 = 10 * 1024 * 1024;

/// Builds a form, field by field.
#[derive(Clone, Debug)]
pub struct FormBuilder {
    form: Form,
}

impl FormBuilder {
    /// A form whose button says `submit`. Raise `version` when the fields change.
    pub fn new(id: &str, version: u32, submit: Text) -> Self {
        Self {
            form: Form {
                id: id.to_owned(),
                version,
                steps: Vec::new(),
                checks: Vec::new(),
                review: false,
                declaration: None,
                submit,
                state: String::new(),
                consent: None,
            },
        }
    }

    /// Begins a step: what is asked from here on stands on a page of its own. A form of one page
    /// needs none.
    pub fn step(&mut self, id: &str, title: Text) -> &mut Self {
        self.begin(id, title, Vec::new())
    }

    /// Begins a step that is asked only under a condition on earlier steps.
    pub fn step_when(&mut self, id: &str, title: Text, when: When) -> &mut Self {
        self.begin(id, title, when.into_condition())
    }

    /// Shows all answers for a last look before they are sent.
    pub fn review(&mut self) -> &mut Self {
        self.form.review = true;
        self
    }

    /// What the person declares by sending the form.
    pub fn declare(&mut self, words: Text) -> &mut Self {
        self.form.declaration = Some(words);
        self
    }

    /// Up to 2,000 characters of the plugin's own, handed back with the answers.
    pub fn state(&mut self, state: impl Into<String>) -> &mut Self {
        self.form.state = state.into();
        self
    }

    /// Refuses the form with a message at a field when a condition holds.
    pub fn refuse_when<K>(&mut self, when: When, at: Key<K>, message: Text) -> &mut Self {
        let check = Check {
            fail_if: when.into_condition(),
            at: at.id().to_owned(),
            message,
        };
        self.form.checks.push(check);
        self
    }

    /// Asks for a text of at most 200 characters on one line.
    pub fn words(&mut self, key: Key<Words>, label: Text) -> AddField<'_, Words> {
        let spec = TextSpec {
            format: TextFormat::Free,
            pattern: None,
            min: 0,
            max: 200,
            lines: 1,
        };
        self.add(key, label, Kind::Text(spec))
    }

    /// Asks for a whole number.
    pub fn whole(&mut self, key: Key<Whole>, label: Text) -> AddField<'_, Whole> {
        self.add(key, label, Kind::Integer(IntegerSpec::default()))
    }

    /// Asks for a number with so many digits after the point, at most 6.
    pub fn decimal(&mut self, key: Key<Decimal>, label: Text, scale: u8) -> AddField<'_, Decimal> {
        self.add(
            key,
            label,
            Kind::Decimal(DecimalSpec {
                scale,
                ..DecimalSpec::default()
            }),
        )
    }

    /// Asks for a yes or a no. `required` means it must be yes.
    pub fn yes_no(&mut self, key: Key<YesNo>, label: Text) -> AddField<'_, YesNo> {
        self.add(key, label, Kind::Flag)
    }

    /// Asks for a date.
    pub fn day(&mut self, key: Key<Day>, label: Text) -> AddField<'_, Day> {
        self.add(key, label, Kind::Date(DateSpec::default()))
    }

    /// Asks for a time of day.
    pub fn time(&mut self, key: Key<Time>, label: Text) -> AddField<'_, Time> {
        self.add(key, label, Kind::Time)
    }

    /// Asks for one of some options.
    pub fn one(&mut self, key: Key<One>, label: Text) -> AddField<'_, One> {
        self.add(key, label, Kind::One(Vec::new()))
    }

    /// Asks for several of some options; as many as there are, unless `bounds` says otherwise.
    pub fn many(&mut self, key: Key<Many>, label: Text) -> AddField<'_, Many> {
        self.add(
            key,
            label,
            Kind::Many(ManySpec {
                options: Vec::new(),
                min: 0,
                max: 0,
            }),
        )
    }

    /// Asks for up to 3 photos of at most 10 MiB.
    pub fn photos(&mut self, key: Key<Files>, label: Text) -> AddField<'_, Files> {
        self.files(key, label, Media::Photo)
    }

    /// Asks for up to 3 files of at most 10 MiB.
    pub fn files(&mut self, key: Key<Files>, label: Text, media: Media) -> AddField<'_, Files> {
        let spec = FileSpec {
            media,
            min: 0,
            max: 3,
            max_bytes: FILE_BYTES,
        };
        self.add(key, label, Kind::Files(spec))
    }

    /// Asks for a place.
    pub fn place(&mut self, key: Key<Spot>, label: Text) -> AddField<'_, Spot> {
        self.add(key, label, Kind::Place(PlaceSpec::default()))
    }

    /// Asks for a person, for a purpose of the manifest: residents pick themselves or somebody they
    /// act for, staff find somebody of their area. The answer is a token for
    /// [`records::open`](crate::records::open).
    pub fn person(
        &mut self,
        key: Key<Somebody>,
        label: Text,
        purpose: &str,
    ) -> AddField<'_, Somebody> {
        let purpose = purpose.to_owned();
        self.add(key, label, Kind::Person(PersonSpec { purpose }))
    }

    /// Sending the form gives consent to this purpose of the manifest, by its sheet that stands
    /// with the answers to be checked.
    pub fn consent(&mut self, purpose: &str) -> &mut Self {
        self.form.consent = Some(purpose.to_owned());
        self.review()
    }

    /// The form, checked by the host's own rules.
    pub fn finish(self) -> Result<Form> {
        let breaches = check_form(&self.form);
        if breaches.is_empty() {
            return Ok(self.form);
        }
        Err(broken(&format!("form {}", self.form.id), &breaches))
    }

    fn begin(&mut self, id: &str, title: Text, show_if: onedoor_forms::Condition) -> &mut Self {
        self.form.steps.push(Step {
            id: id.to_owned(),
            title,
            fields: Vec::new(),
            show_if,
        });
        self
    }

    fn add<K>(&mut self, key: Key<K>, label: Text, kind: Kind) -> AddField<'_, K> {
        if self.form.steps.is_empty() {
            self.begin("form", Text::raw(""), Vec::new());
        }
        let field = Field {
            id: key.id().to_owned(),
            label,
            hint: None,
            kind,
            required: false,
            show_if: Vec::new(),
            default: None,
            prefill: None,
            sensitive: false,
            bind: None,
        };
        if let Some(step) = self.form.steps.last_mut() {
            step.fields.push(field);
        }
        AddField::new(self)
    }

    /// Changes the field added last.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Field)) {
        let last = self
            .form
            .steps
            .last_mut()
            .and_then(|step| step.fields.last_mut());
        if let Some(field) = last {
            change(field);
        }
    }
}
