//! What can be said about the field just added to a form; only what its kind can take.

use std::marker::PhantomData;

use onedoor_forms::{Choice, Field, Kind, Prefill, Text, TextFormat, TextSpec, Value};

use super::{
    form::FormBuilder,
    key::{Day, Decimal, Files, Many, One, Spot, When, Whole, Words, YesNo},
};

/// The field just added.
#[derive(Debug)]
pub struct AddField<'a, K> {
    form: &'a mut FormBuilder,
    kind: PhantomData<fn() -> K>,
}

impl<'a, K> AddField<'a, K> {
    pub(super) fn new(form: &'a mut FormBuilder) -> Self {
        Self {
            form,
            kind: PhantomData,
        }
    }

    fn edit(self, change: impl FnOnce(&mut Field)) -> Self {
        self.form.edit(change);
        self
    }

    /// There must be an answer.
    pub fn required(self) -> Self {
        self.edit(|field| field.required = true)
    }

    /// Smaller words below the question.
    pub fn hint(self, hint: Text) -> Self {
        self.edit(|field| field.hint = Some(hint))
    }

    /// Asked only under a condition on earlier fields; else its answer is dropped.
    pub fn show_when(self, when: When) -> Self {
        self.edit(|field| field.show_if = when.into_condition())
    }

    /// Shown masked in lists and kept out of drafts.
    pub fn sensitive(self) -> Self {
        self.edit(|field| field.sensitive = true)
    }

    /// Asks for a field of a dataset, as `dataset.field`: what is held is filled in.
    pub fn bind(self, bind: &str) -> Self {
        self.edit(|field| field.bind = Some(bind.to_owned()))
    }
}

impl AddField<'_, Words> {
    fn spec(self, change: impl FnOnce(&mut TextSpec)) -> Self {
        self.edit(|field| {
            if let Kind::Text(spec) = &mut field.kind {
                change(spec);
            }
        })
    }

    /// What the text must look like.
    pub fn format(self, format: TextFormat) -> Self {
        self.spec(|spec| spec.format = format)
    }

    /// A regular expression for the whole text: at most 200 characters, no look-around.
    pub fn pattern(self, pattern: &str) -> Self {
        self.spec(|spec| {
            spec.format = TextFormat::Pattern;
            spec.pattern = Some(pattern.to_owned());
        })
    }

    /// How many characters, from fewest to most (at most 4,000).
    pub fn length(self, min: u32, max: u32) -> Self {
        self.spec(|spec| (spec.min, spec.max) = (min, max))
    }

    /// A text area of so many lines.
    pub fn lines(self, lines: u8) -> Self {
        self.spec(|spec| spec.lines = lines)
    }

    /// The answer it starts with.
    pub fn start_with(self, text: &str) -> Self {
        self.edit(|field| field.default = Some(Value::Text(text.to_owned())))
    }

    /// The host fills in what it holds about the person, for them to check.
    pub fn prefill(self, prefill: Prefill) -> Self {
        self.edit(|field| field.prefill = Some(prefill))
    }
}

impl AddField<'_, Whole> {
    /// The least and the greatest.
    pub fn bounds(self, min: i64, max: i64) -> Self {
        self.edit(|field| {
            if let Kind::Integer(spec) = &mut field.kind {
                (spec.min, spec.max) = (Some(min), Some(max));
            }
        })
    }

    /// Shown after the number.
    pub fn unit(self, unit: Text) -> Self {
        self.edit(|field| {
            if let Kind::Integer(spec) = &mut field.kind {
                spec.unit = Some(unit);
            }
        })
    }
}

impl AddField<'_, Decimal> {
    /// The least and the greatest.
    pub fn bounds(self, min: &str, max: &str) -> Self {
        self.edit(|field| {
            if let Kind::Decimal(spec) = &mut field.kind {
                (spec.min, spec.max) = (Some(min.to_owned()), Some(max.to_owned()));
            }
        })
    }
}

impl AddField<'_, YesNo> {
    /// The answer it starts with.
    pub fn start_with(self, yes: bool) -> Self {
        self.edit(|field| field.default = Some(Value::Flag(yes)))
    }
}

impl AddField<'_, Day> {
    /// The earliest: a date, or `today`, `today+7d`, `today-7d`.
    pub fn earliest(self, min: &str) -> Self {
        self.edit(|field| {
            if let Kind::Date(spec) = &mut field.kind {
                spec.min = Some(min.to_owned());
            }
        })
    }

    /// The latest, in the same form.
    pub fn latest(self, max: &str) -> Self {
        self.edit(|field| {
            if let Kind::Date(spec) = &mut field.kind {
                spec.max = Some(max.to_owned());
            }
        })
    }
}

impl AddField<'_, One> {
    /// An option.
    pub fn option(self, id: &str, label: Text) -> Self {
        self.edit(|field| {
            if let Kind::One(options) = &mut field.kind {
                options.push(Choice {
                    id: id.to_owned(),
                    label,
                    hint: None,
                });
            }
        })
    }

    /// The option it starts with.
    pub fn start_with(self, option: &str) -> Self {
        self.edit(|field| field.default = Some(Value::Choice(option.to_owned())))
    }
}

impl AddField<'_, Many> {
    /// An option.
    pub fn option(self, id: &str, label: Text) -> Self {
        self.edit(|field| {
            if let Kind::Many(spec) = &mut field.kind {
                let all = spec.options.len() as u32 == spec.max;
                spec.options.push(Choice {
                    id: id.to_owned(),
                    label,
                    hint: None,
                });
                spec.max += u32::from(all);
            }
        })
    }

    /// How many to choose; said after the options.
    pub fn bounds(self, min: u32, max: u32) -> Self {
        self.edit(|field| {
            if let Kind::Many(spec) = &mut field.kind {
                (spec.min, spec.max) = (min, max);
            }
        })
    }
}

impl AddField<'_, Files> {
    /// How many, at most 6.
    pub fn count(self, min: u8, max: u8) -> Self {
        self.edit(|field| {
            if let Kind::Files(spec) = &mut field.kind {
                (spec.min, spec.max) = (min, max);
            }
        })
    }
}

impl AddField<'_, Spot> {
    /// Only places below this division.
    pub fn within(self, division: &str) -> Self {
        self.edit(|field| {
            if let Kind::Place(spec) = &mut field.kind {
                spec.within = Some(division.to_owned());
            }
        })
    }

    /// A point or a cell is needed; a community alone will not do.
    pub fn precise(self) -> Self {
        self.edit(|field| {
            if let Kind::Place(spec) = &mut field.kind {
                spec.precise = true;
            }
        })
    }

    /// The host fills in the person's community, for them to check.
    pub fn prefill_community(self) -> Self {
        self.edit(|field| field.prefill = Some(Prefill::Community))
    }
}
