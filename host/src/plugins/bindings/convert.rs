//! Between the generated types and those of `onedoor_forms`. Moves values, changes none: the rules
//! of a view are checked afterwards.

use onedoor_forms as forms;

use super::{notify, types, ui};

/// From the wire to the host's own type.
pub(in super::super) trait Lift {
    type To;
    fn lift(self) -> Self::To;
}

/// From the host's own type to the wire.
pub(in super::super) trait Lower {
    type To;
    fn lower(self) -> Self::To;
}

macro_rules! plain {
    ($trait:ident $method:ident: $($type:ty),* $(,)?) => { $(
        impl $trait for $type {
            type To = Self;
            fn $method(self) -> Self { self }
        }
    )* };
}

macro_rules! containers {
    ($trait:ident $method:ident) => {
        impl<T: $trait> $trait for Vec<T> {
            type To = Vec<T::To>;
            fn $method(self) -> Self::To {
                self.into_iter().map($trait::$method).collect()
            }
        }
        impl<T: $trait> $trait for Option<T> {
            type To = Option<T::To>;
            fn $method(self) -> Self::To {
                self.map($trait::$method)
            }
        }
        impl<A: $trait, B: $trait> $trait for (A, B) {
            type To = (A::To, B::To);
            fn $method(self) -> Self::To {
                (self.0.$method(), self.1.$method())
            }
        }
    };
}

plain!(Lift lift: String, f64, bool, u8, u32, u64, i64);
plain!(Lower lower: String, f64, bool, u8, u32, u64, i64);
containers!(Lift lift);
containers!(Lower lower);

/// `record!(Lift lift: wire => own { fields })`, the fields named alike on both sides.
macro_rules! record {
    ($trait:ident $method:ident: $from:ty => $to:path { $($field:ident),* $(,)? }) => {
        impl $trait for $from {
            type To = $to;
            fn $method(self) -> Self::To {
                type To = $to;
                To { $($field: self.$field.$method()),* }
            }
        }
    };
}

/// Cases named alike on both sides: `with` those that carry a value, then those that do not.
macro_rules! variant {
    ($trait:ident $method:ident: $from:ty => $to:ty { with $($full:ident)*; $($empty:ident)* }) => {
        impl $trait for $from {
            type To = $to;
            fn $method(self) -> Self::To {
                match self {
                    $(Self::$full(value) => <$to>::$full(value.$method()),)*
                    $(Self::$empty => <$to>::$empty,)*
                }
            }
        }
    };
}

// Both ways: what answers and routes are made of.
macro_rules! both {
    (record $wire:path = $own:path { $($field:ident),* $(,)? }) => {
        record!(Lift lift: $wire => $own { $($field),* });
        record!(Lower lower: $own => $wire { $($field),* });
    };
    (variant $wire:path = $own:path { with $($full:ident)*; $($empty:ident)* }) => {
        variant!(Lift lift: $wire => $own { with $($full)*; $($empty)* });
        variant!(Lower lower: $own => $wire { with $($full)*; $($empty)* });
    };
}

both!(record types::FileRef = forms::FileRef { id, name, mime, bytes });
both!(record ui::Route = forms::Route { page, parameters });
both!(record ui::Geo = forms::Geo { lon, lat });
both!(record ui::Place = forms::Place { at, division, address });
both!(variant ui::Value = forms::Value {
    with Text Integer Decimal Flag Date Time Choice Choices Files Place Person;
});
both!(record ui::Answer = forms::Answer { field, value });
record!(Lower lower: forms::Submission => ui::Submission { form, version, state, once, answers });

record!(Lift lift: notify::Letter => super::super::imports::notify::Letter { to, title, body, open });

// Words and errors.
variant!(Lift lift: types::Argument => forms::Argument { with Text Number Date; });
record!(Lift lift: types::Message => forms::Message { id, arguments });
variant!(Lift lift: types::Text => forms::Text { with Message Raw; });
record!(Lift lift: types::Problem => forms::Problem { at, message });
record!(Lift lift: types::Denial => forms::Denial { capability, line });
variant!(Lift lift: types::Error => forms::Error { with Denied Conflict Invalid Busy Other; NotFound });

// Forms.
variant!(Lift lift: ui::Operator => forms::Operator { with; Eq Ne Lt Le Gt Ge OneOf Contains Filled Empty });
record!(Lift lift: ui::Test => forms::Test { field, operator, than });
record!(Lift lift: ui::Choice => forms::Choice { id, label, hint });
variant!(Lift lift: ui::TextFormat => forms::TextFormat { with; Free Name Phone Email IdCard CreditCode Plate Pattern });
record!(Lift lift: ui::TextSpec => forms::TextSpec { format, pattern, min, max, lines });
record!(Lift lift: ui::IntegerSpec => forms::IntegerSpec { min, max, unit });
record!(Lift lift: ui::DecimalSpec => forms::DecimalSpec { min, max, scale, unit });
record!(Lift lift: ui::DateSpec => forms::DateSpec { min, max });
record!(Lift lift: ui::ManySpec => forms::ManySpec { options, min, max });
variant!(Lift lift: ui::Media => forms::Media { with; Photo Document Any });
record!(Lift lift: ui::FileSpec => forms::FileSpec { media, min, max, max_bytes });
record!(Lift lift: ui::PersonSpec => forms::PersonSpec { purpose });
record!(Lift lift: ui::PlaceSpec => forms::PlaceSpec { within, precise });
variant!(Lift lift: ui::Kind => forms::Kind { with Text Integer Decimal Date One Many Files Place Person; Flag Time });
variant!(Lift lift: ui::Prefill => forms::Prefill { with; Name Phone Community });
record!(Lift lift: ui::Field => forms::Field {
    id, label, hint, kind, required, show_if, default, prefill, sensitive, bind,
});
record!(Lift lift: ui::Check => forms::Check { fail_if, at, message });
record!(Lift lift: ui::Step => forms::Step { id, title, fields, show_if });
record!(Lift lift: ui::Form => forms::Form {
    id, version, steps, checks, review, declaration, submit, state, consent,
});

// Blocks.
variant!(Lift lift: ui::Weight => forms::Weight { with; Primary Secondary Danger });
record!(Lift lift: ui::Confirm => forms::Confirm { title, body, yes });
variant!(Lift lift: ui::Effect => forms::Effect { with Go Dial; Call });
record!(Lift lift: ui::Action => forms::Action { id, label, weight, effect, confirm, disabled });
variant!(Lift lift: ui::Tone => forms::Tone { with; Neutral Info Success Warning Danger });
record!(Lift lift: ui::Status => forms::Status { label, tone });
record!(Lift lift: ui::Notice => forms::Notice { tone, title, body });
variant!(Lift lift: ui::Cell => forms::Cell { with Text Number At Status Link Files; });
record!(Lift lift: ui::Pair => forms::Pair { key, value });
variant!(Lift lift: ui::MomentState => forms::MomentState { with; Done Current Upcoming Stopped });
record!(Lift lift: ui::Moment => forms::Moment { state, title, at, due, by, note });
record!(Lift lift: ui::TableColumn => forms::TableColumn { id, label, numeric });
record!(Lift lift: ui::TableRow => forms::TableRow { id, cells, open });
record!(Lift lift: ui::Table => forms::Table { id, caption, columns, rows, next, empty });
record!(Lift lift: ui::Card => forms::Card { title, hint, status, go });
record!(Lift lift: ui::Figure => forms::Figure { label, value, note });
variant!(Lift lift: ui::Block => forms::Block {
    with Heading Text Bullets Details Notice Summary Timeline Table Cards Figures Files Form Actions;
});
record!(Lift lift: ui::View => forms::View { title, back, blocks });
variant!(Lift lift: ui::Outcome => forms::Outcome { with Show Go Invalid; });
