//! Between recorded values and those of a component, by the component's own types: so that a replay
//! knows every function of the contract, whatever it is called. Names are compared without regard to
//! case and to what joins their words, which the two languages write differently.

use serde_json::{Map, Number, Value, json};
use wasmtime::component::{Type, Val};

/// Why a recorded value is none of the type.
pub(super) type Unfit = String;

/// Makes a handle: a recording says that there was one, and no more.
pub(super) type Handles<'a> = dyn FnMut() -> Result<Val, Unfit> + 'a;

/// The value of type `ty` that `value` stands for; of a type without handles.
pub(super) fn lower(ty: &Type, value: &Value) -> Result<Val, Unfit> {
    lower_with(
        ty,
        value,
        &mut || Err("no handle may stand here".to_owned()),
    )
}

/// The value of type `ty` that `value` stands for.
pub(super) fn lower_with(ty: &Type, value: &Value, own: &mut Handles<'_>) -> Result<Val, Unfit> {
    let unfit = || format!("{value:.80} is no value of its type");
    let whole = || value.as_i64().ok_or_else(unfit);
    Ok(match ty {
        Type::Bool => Val::Bool(value.as_bool().ok_or_else(unfit)?),
        Type::S8 => Val::S8(whole()?.try_into().map_err(|_| unfit())?),
        Type::U8 => Val::U8(whole()?.try_into().map_err(|_| unfit())?),
        Type::S16 => Val::S16(whole()?.try_into().map_err(|_| unfit())?),
        Type::U16 => Val::U16(whole()?.try_into().map_err(|_| unfit())?),
        Type::S32 => Val::S32(whole()?.try_into().map_err(|_| unfit())?),
        Type::U32 => Val::U32(whole()?.try_into().map_err(|_| unfit())?),
        Type::S64 => Val::S64(whole()?),
        Type::U64 => Val::U64(value.as_u64().ok_or_else(unfit)?),
        #[allow(
            clippy::cast_possible_truncation,
            reason = "as it was before it was recorded"
        )]
        Type::Float32 => Val::Float32(value.as_f64().ok_or_else(unfit)? as f32),
        Type::Float64 => Val::Float64(value.as_f64().ok_or_else(unfit)?),
        Type::Char => {
            let mut text = value.as_str().ok_or_else(unfit)?.chars();
            Val::Char(text.next().ok_or_else(unfit)?)
        }
        Type::String => Val::String(value.as_str().ok_or_else(unfit)?.to_owned()),
        Type::List(list) => {
            let (items, ty) = (value.as_array().ok_or_else(unfit)?, list.ty());
            let items = items.iter().map(|it| lower_with(&ty, it, own));
            Val::List(items.collect::<Result<_, _>>()?)
        }
        Type::Tuple(tuple) => {
            let items = value.as_array().ok_or_else(unfit)?;
            if items.len() != tuple.types().len() {
                return Err(unfit());
            }
            let items = tuple
                .types()
                .zip(items)
                .map(|(ty, it)| lower_with(&ty, it, own));
            Val::Tuple(items.collect::<Result<_, _>>()?)
        }
        Type::Record(record) => {
            let fields = value.as_object().ok_or_else(unfit)?;
            let mut lowered = Vec::new();
            for field in record.fields() {
                // What is absent is null: recordings leave empty parts out.
                let found = fields.iter().find(|(name, _)| alike(name, field.name));
                let found = found.map_or_else(|| absent(&field.ty), |(_, it)| it.clone());
                lowered.push((field.name.to_owned(), lower_with(&field.ty, &found, own)?));
            }
            Val::Record(lowered)
        }
        Type::Variant(variant) => {
            let (name, payload) = case(value).ok_or_else(unfit)?;
            let case = variant.cases().find(|it| alike(it.name, name));
            let case = case.ok_or_else(unfit)?;
            let payload = match &case.ty {
                Some(ty) => {
                    let payload = payload.unwrap_or(&Value::Null);
                    Some(Box::new(lower_with(ty, payload, own)?))
                }
                None => None,
            };
            Val::Variant(case.name.to_owned(), payload)
        }
        Type::Enum(names) => {
            let name = value.as_str().ok_or_else(unfit)?;
            let found = names.names().find(|it| alike(it, name));
            Val::Enum(found.ok_or_else(unfit)?.to_owned())
        }
        Type::Option(option) => Val::Option(match value {
            Value::Null => None,
            value => Some(Box::new(lower_with(&option.ty(), value, own)?)),
        }),
        Type::Result(result) => {
            let (name, payload) = case(value).ok_or_else(unfit)?;
            let payload = payload.unwrap_or(&Value::Null);
            let mut side = |ty: Option<Type>| {
                let lowered = ty.map(|ty| lower_with(&ty, payload, own).map(Box::new));
                lowered.transpose()
            };
            Val::Result(if alike(name, "ok") {
                Ok(side(result.ok())?)
            } else {
                Err(side(result.err())?)
            })
        }
        Type::Flags(flags) => {
            let set = value.as_array().ok_or_else(unfit)?;
            let set: Vec<&str> = set.iter().filter_map(Value::as_str).collect();
            let names = flags
                .names()
                .filter(|it| set.iter().any(|set| alike(set, it)));
            Val::Flags(names.map(str::to_owned).collect())
        }
        Type::Own(_) => own()?,
        // The contract has none of the others yet; a recording of them is not played back.
        _ => return Err(unfit()),
    })
}

/// A variant as recordings have it: its name alone, or one name with what it carries.
fn case(value: &Value) -> Option<(&str, Option<&Value>)> {
    match value {
        Value::String(name) => Some((name, None)),
        Value::Object(fields) if fields.len() == 1 => {
            let (name, payload) = fields.iter().next()?;
            Some((name, Some(payload)))
        }
        _ => None,
    }
}

fn absent(ty: &Type) -> Value {
    match ty {
        Type::List(_) => json!([]),
        _ => Value::Null,
    }
}

fn alike(one: &str, other: &str) -> bool {
    let plain = |it: &str| -> String {
        let letters = it.chars().filter(|it| !matches!(it, '-' | '_'));
        letters.map(|it| it.to_ascii_lowercase()).collect()
    };
    plain(one) == plain(other)
}

/// What a component answered, as `onedoor_forms` reads it.
pub(super) fn lift(value: &Val) -> Value {
    let of = |payload: &Option<Box<Val>>| payload.as_ref().map(|it| lift(it));
    let case = |name: &str, payload: Option<Value>| match payload {
        Some(payload) => Value::Object(Map::from_iter([(name.to_owned(), payload)])),
        None => json!(name),
    };
    match value {
        Val::Bool(it) => json!(it),
        Val::S8(it) => json!(it),
        Val::U8(it) => json!(it),
        Val::S16(it) => json!(it),
        Val::U16(it) => json!(it),
        Val::S32(it) => json!(it),
        Val::U32(it) => json!(it),
        Val::S64(it) => json!(it),
        Val::U64(it) => json!(it),
        Val::Float32(it) => json!(it),
        Val::Float64(it) => Number::from_f64(*it).map_or(Value::Null, Value::Number),
        Val::Char(it) => json!(it),
        Val::String(it) => json!(it),
        Val::List(items) | Val::Tuple(items) => items.iter().map(lift).collect(),
        Val::Record(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(name, it)| (name.replace('-', "_"), lift(it)))
                    .collect(),
            )
        }
        Val::Variant(name, payload) => case(name, of(payload)),
        Val::Enum(name) => json!(name),
        Val::Option(payload) => of(payload).unwrap_or_default(),
        Val::Result(Ok(payload)) => case("ok", Some(of(payload).unwrap_or_default())),
        Val::Result(Err(payload)) => case("err", Some(of(payload).unwrap_or_default())),
        Val::Flags(names) => json!(names),
        _ => Value::Null,
    }
}
