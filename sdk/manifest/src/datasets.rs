//! What a department keeps about persons, and for what a plugin reads it, as the manifest says it;
//! with the rules of both. A dataset belongs to the department, not to the revision.

use onedoor_forms::{
    Answers, Choice, Date, DateSpec, DecimalSpec, Field, Form, IntegerSpec, Kind, ManySpec,
    PlaceSpec, Step, Text, TextFormat, TextSpec, Value, Why, check_form, validate,
};
use serde::{Deserialize, Serialize};

use crate::{
    Manifest, Words,
    check::{Flaws, unique},
};

/// Most datasets of a manifest.
const DATASETS: usize = 8;
/// Most purposes of a manifest.
const PURPOSES: usize = 16;
/// Most fields of a dataset.
const FIELDS: usize = 50;

/// What records of a dataset are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A person.
    Person,
}

/// On what keeping or reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A duty laid down by law (Personal Information Protection Law, art. 13 no. 3 and 34).
    Duty,
    /// The person's consent (art. 13 no. 1), or their guardian's under 14 (art. 31).
    Consent,
}

impl Basis {
    /// Its name in a manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Consent => "consent",
        }
    }
}

/// How freely a field is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Anyone may know it.
    Public,
    /// Other departments may be granted it.
    Shared,
    /// Harm may come of it (Personal Information Protection Law, art. 28): granted with care.
    Sensitive,
    /// Never leaves the department that owns it.
    Restricted,
}

impl Class {
    /// Its name in a manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Shared => "shared",
            Self::Sensitive => "sensitive",
            Self::Restricted => "restricted",
        }
    }
}

/// What is kept about each of some persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// Letters, digits, `_` and `-`, at most 64; one owner in a whole installation.
    pub id: String,
    /// Its name: at most 20 characters in Chinese, 40 in English.
    pub name: Words,
    /// What a record is about.
    pub subject: SubjectKind,
    /// What it is kept for, in plain words: at most 120 characters.
    pub purpose: Words,
    /// On what keeping it stands.
    pub basis: Basis,
    /// The law and its article: at most 120 characters; needed for a duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<Words>,
    /// How many days a record is kept after its last change: 1 to 36,500.
    pub keep_days: u32,
    /// What is kept: 1 to 50.
    pub fields: Vec<DatasetField>,
}

/// One thing that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetField {
    /// Letters, digits, `_` and `-`, at most 64; unique in the dataset. For good.
    pub id: String,
    /// What it is: at most 20 characters in Chinese, 40 in English.
    pub name: Words,
    /// What it must be.
    pub kind: DatasetKind,
    /// How freely it is shared.
    pub class: Class,
    /// The national code of this item where one exists, for example `GB/T 2261.1`. Two datasets of
    /// two departments never hold the same item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What a value must be: the kinds of a form's fields but files and persons, by the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DatasetKind {
    /// Words.
    Text {
        /// Fewest characters.
        #[serde(default)]
        min: u32,
        /// Most characters, at most 4,000.
        max: u32,
        /// What it must look like.
        #[serde(default = "free")]
        format: TextFormat,
    },
    /// A whole number.
    Integer {
        /// The least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// The greatest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// A number that keeps its digits.
    Decimal {
        /// Digits after the point, at most 6.
        scale: u8,
    },
    /// Yes or no.
    Flag,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// One of some options.
    One(Vec<CodeWords>),
    /// Several of some options.
    Many(Vec<CodeWords>),
    /// A place.
    Place,
}

/// An option: its id and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeWords {
    /// Letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// At most 20 characters in Chinese, 40 in English.
    pub name: Words,
}

const fn free() -> TextFormat {
    TextFormat::Free
}

/// For what a plugin reads: what a person agrees to, or what a grant is given for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Letters, digits, `_` and `-`, at most 64; unique in the manifest.
    pub id: String,
    /// In plain words, as the person reads it: at most 120 characters.
    pub words: Words,
    /// On what reading stands.
    pub basis: Basis,
    /// The law and its article: at most 120 characters; needed for a duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<Words>,
    /// Which fields of which datasets: 1 to 8. Only what the purpose needs (art. 6).
    pub uses: Vec<Uses>,
}

/// Fields of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uses {
    /// The dataset; this plugin's, or another's.
    pub dataset: String,
    /// Its fields.
    pub fields: Vec<String>,
}

impl Dataset {
    /// The field of that id.
    pub fn field(&self, id: &str) -> Option<&DatasetField> {
        self.fields.iter().find(|it| it.id == id)
    }

    /// Whether answers may be kept. Each fault names its field.
    pub fn validate(
        &self,
        answers: &[onedoor_forms::Answer],
        today: Date,
    ) -> Result<(), Vec<(String, Why)>> {
        let unknown = answers.iter().filter(|it| self.field(&it.field).is_none());
        let mut faults: Vec<(String, Why)> = unknown
            .map(|it| (it.field.clone(), rule("form-unknown-field")))
            .collect();
        let given: Answers = answers.iter().cloned().collect();
        if let Err(found) = validate(&self.form(), &given, today) {
            faults.extend(found.into_iter().map(|it| (it.at, it.why)));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// The fields as a form, whose rules they share; a consent or an answer may leave any out.
    fn form(&self) -> Form {
        let field = |it: &DatasetField| Field {
            id: it.id.clone(),
            label: Text::raw(&it.name.zh),
            hint: None,
            kind: it.kind.kind(),
            required: false,
            show_if: Vec::new(),
            default: None,
            prefill: None,
            sensitive: false,
            bind: None,
        };
        Form {
            id: self.id.clone(),
            version: 1,
            steps: vec![Step {
                id: "record".to_owned(),
                title: Text::raw(""),
                fields: self.fields.iter().map(field).collect(),
                show_if: Vec::new(),
            }],
            checks: Vec::new(),
            review: false,
            declaration: None,
            submit: Text::raw(""),
            state: String::new(),
            consent: None,
        }
    }

    /// What would no longer fit records kept under `before`: fields taken away or of another kind.
    pub fn breaks(&self, before: &Self) -> Vec<String> {
        let broken = before.fields.iter().filter(|old| {
            self.field(&old.id)
                .is_none_or(|new| !new.kind.takes(&old.kind))
        });
        broken.map(|it| it.id.clone()).collect()
    }
}

fn rule(code: &'static str) -> Why {
    Why::Rule {
        code,
        arguments: Vec::new(),
    }
}

fn options(list: &[CodeWords]) -> Vec<Choice> {
    let choice = |it: &CodeWords| Choice {
        id: it.id.clone(),
        label: Text::raw(&it.name.zh),
        hint: None,
    };
    list.iter().map(choice).collect()
}

impl DatasetKind {
    /// The same kind as a form asks for it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text { min, max, format } => Kind::Text(TextSpec {
                format: *format,
                pattern: None,
                min: *min,
                max: *max,
                lines: if *max > 200 { 4 } else { 1 },
            }),
            Self::Integer { min, max } => Kind::Integer(IntegerSpec {
                min: *min,
                max: *max,
                unit: None,
            }),
            Self::Decimal { scale } => Kind::Decimal(DecimalSpec {
                scale: *scale,
                ..DecimalSpec::default()
            }),
            Self::Flag => Kind::Flag,
            Self::Date => Kind::Date(DateSpec::default()),
            Self::Time => Kind::Time,
            Self::One(list) => Kind::One(options(list)),
            Self::Many(list) => Kind::Many(ManySpec {
                options: options(list),
                min: 0,
                max: u32::try_from(list.len()).unwrap_or(u32::MAX),
            }),
            Self::Place => Kind::Place(PlaceSpec::default()),
        }
    }

    /// Whether an answer of a form's field can be an answer of this one.
    pub fn is_asked_by(&self, kind: &Kind) -> bool {
        std::mem::discriminant(&self.kind()) == std::mem::discriminant(kind)
    }

    /// Whether every value of `before` is one of this kind.
    fn takes(&self, before: &Self) -> bool {
        let holds = |new: &[CodeWords], old: &[CodeWords]| {
            old.iter()
                .all(|it| new.iter().any(|option| option.id == it.id))
        };
        match (self, before) {
            (
                Self::Text { min, max, format },
                Self::Text {
                    min: least,
                    max: most,
                    format: was,
                },
            ) => min <= least && max >= most && (format == was || *format == TextFormat::Free),
            (
                Self::Integer { min, max },
                Self::Integer {
                    min: least,
                    max: most,
                },
            ) => {
                let low = min.is_none_or(|it| least.is_some_and(|least| it <= least));
                low && max.is_none_or(|it| most.is_some_and(|most| it >= most))
            }
            (Self::Decimal { scale }, Self::Decimal { scale: was }) => scale >= was,
            (Self::One(new), Self::One(old)) | (Self::Many(new), Self::Many(old)) => {
                holds(new, old)
            }
            _ => self == before,
        }
    }

    /// The words of the options chosen; none for other kinds.
    pub fn words_of(&self, value: &Value) -> Option<Words> {
        let named = |list: &[CodeWords], ids: &[&String]| {
            let found = |id: &&String| list.iter().find(|it| it.id == **id).map(|it| &it.name);
            let words: Vec<&Words> = ids.iter().filter_map(found).collect();
            let joined = |pick: fn(&Words) -> &str, with: &str| {
                words
                    .iter()
                    .map(|it| pick(it))
                    .collect::<Vec<_>>()
                    .join(with)
            };
            Words {
                zh: joined(|it| &it.zh, "、"),
                en: joined(|it| &it.en, ", "),
            }
        };
        match (self, value) {
            (Self::One(list), Value::Choice(id)) => Some(named(list, &[id])),
            (Self::Many(list), Value::Choices(ids)) => {
                Some(named(list, &ids.iter().collect::<Vec<_>>()))
            }
            _ => None,
        }
    }
}

pub(crate) fn flaws(found: &mut Flaws, manifest: &Manifest) {
    let ids: Vec<&String> = manifest.datasets.iter().map(|it| &it.id).collect();
    found.need(
        "datasets",
        ids.len() <= DATASETS && unique(&ids),
        "at most 8 datasets, each id once",
    );
    for it in &manifest.datasets {
        dataset(found, it);
    }
    let ids: Vec<&String> = manifest.purposes.iter().map(|it| &it.id).collect();
    found.need(
        "purposes",
        ids.len() <= PURPOSES && unique(&ids),
        "at most 16 purposes, each id once",
    );
    let claimed = |id: &String| manifest.claims.iter().any(|it| it.id == *id);
    found.need(
        "purposes",
        !ids.iter().any(|it| claimed(it)),
        "another id than a claim's: grants and logs name both alike",
    );
    for it in &manifest.purposes {
        purpose(found, manifest, it);
    }
    let reads = manifest.asks_for("records.read") || manifest.asks_for("records.list");
    found.need(
        "purposes",
        !reads || !manifest.purposes.is_empty(),
        "a plugin that reads records says for what under [[purposes]]",
    );
    found.need(
        "datasets",
        !manifest.asks_for("records.write") || !manifest.datasets.is_empty(),
        "a plugin that writes records declares them under [[datasets]]",
    );
}

fn legal(found: &mut Flaws, at: &str, basis: Basis, legal: Option<&Words>) {
    match legal {
        Some(words) => found.words(&format!("{at}.legal"), words, 120, 240),
        None => found.need(
            &format!("{at}.legal"),
            basis == Basis::Consent,
            "a duty names the law and its article",
        ),
    }
}

fn dataset(found: &mut Flaws, it: &Dataset) {
    let at = format!("datasets.{}", it.id);
    found.id(&at, &it.id);
    found.words(&format!("{at}.name"), &it.name, 20, 40);
    found.words(&format!("{at}.purpose"), &it.purpose, 120, 240);
    found.range(&format!("{at}.keep_days"), it.keep_days, 1..=36_500);
    legal(found, &at, it.basis, it.legal.as_ref());
    let ids: Vec<&String> = it.fields.iter().map(|it| &it.id).collect();
    found.need(
        &format!("{at}.fields"),
        (1..=FIELDS).contains(&ids.len()) && unique(&ids),
        "1 to 50 fields, each id once",
    );
    for field in &it.fields {
        let at = format!("{at}.fields.{}", field.id);
        found.words(&format!("{at}.name"), &field.name, 20, 40);
        let code = field.code.as_deref().unwrap_or("-");
        found.need(
            &format!("{at}.code"),
            (1..=64).contains(&code.chars().count()),
            "1 to 64 characters",
        );
        if let DatasetKind::One(list) | DatasetKind::Many(list) = &field.kind {
            for option in list {
                found.words(&format!("{at}.kind.{}", option.id), &option.name, 20, 40);
            }
        }
    }
    for breach in check_form(&it.form()) {
        found.need(&at, false, &breach.to_string());
    }
}

fn purpose(found: &mut Flaws, manifest: &Manifest, it: &Purpose) {
    let at = format!("purposes.{}", it.id);
    found.id(&at, &it.id);
    found.words(&format!("{at}.words"), &it.words, 120, 240);
    legal(found, &at, it.basis, it.legal.as_ref());
    let sets: Vec<&String> = it.uses.iter().map(|it| &it.dataset).collect();
    found.need(
        &format!("{at}.uses"),
        (1..=8).contains(&sets.len()) && unique(&sets),
        "1 to 8 datasets, each once",
    );
    for uses in &it.uses {
        let at = format!("{at}.uses.{}", uses.dataset);
        found.id(&at, &uses.dataset);
        found.need(
            &at,
            (1..=FIELDS).contains(&uses.fields.len()) && unique(&uses.fields),
            "1 to 50 fields, each once",
        );
        for field in &uses.fields {
            found.id(&at, field);
            let own = manifest.dataset(&uses.dataset);
            found.need(
                &at,
                own.is_none_or(|own| own.field(field).is_some()),
                &format!("`{field}` is no field of the dataset"),
            );
        }
    }
}
