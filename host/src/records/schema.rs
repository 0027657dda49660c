//! A dataset as JSON Schema (draft 2020-12), by the same rules that its answers are held to.

use onedoor_forms::TextFormat;
use onedoor_manifest::{CodeWords, Dataset, DatasetKind};
use serde_json::{Value, json};

/// The schema of one record's answers.
pub fn schema(it: &Dataset) -> Value {
    let properties: serde_json::Map<String, Value> = it
        .fields
        .iter()
        .map(|field| {
            let mut value = kind(&field.kind);
            if let Some(value) = value.as_object_mut() {
                value.insert("title".to_owned(), json!(field.name.zh));
                value.insert("description".to_owned(), json!(field.name.en));
                value.insert("x-class".to_owned(), json!(field.class.name()));
                if let Some(code) = &field.code {
                    value.insert("x-code".to_owned(), json!(code));
                }
            }
            (field.id.clone(), value)
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": it.name.zh,
        "description": it.name.en,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn kind(it: &DatasetKind) -> Value {
    let ids = |list: &[CodeWords]| list.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    match it {
        DatasetKind::Text { min, max, format } => {
            let mut value = json!({ "type": "string", "minLength": min, "maxLength": max });
            if let (TextFormat::Email, Some(value)) = (format, value.as_object_mut()) {
                value.insert("format".to_owned(), json!("email"));
            }
            value
        }
        DatasetKind::Integer { min, max } => {
            let mut value = json!({ "type": "integer" });
            if let Some(value) = value.as_object_mut() {
                value.extend(min.map(|it| ("minimum".to_owned(), json!(it))));
                value.extend(max.map(|it| ("maximum".to_owned(), json!(it))));
            }
            value
        }
        DatasetKind::Decimal { scale: 0 } => json!({ "type": "string", "pattern": "^-?[0-9]+$" }),
        DatasetKind::Decimal { scale } => json!({
            "type": "string",
            "pattern": format!("^-?[0-9]+(\\.[0-9]{{1,{scale}}})?$"),
        }),
        DatasetKind::Flag => json!({ "type": "boolean" }),
        DatasetKind::Date => json!({ "type": "string", "format": "date" }),
        DatasetKind::Time => {
            json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" })
        }
        DatasetKind::One(list) => json!({ "enum": ids(list) }),
        DatasetKind::Many(list) => json!({
            "type": "array", "uniqueItems": true, "items": { "enum": ids(list) },
        }),
        DatasetKind::Place => json!({
            "type": "object",
            "properties": {
                "at": { "type": ["object", "null"], "properties": {
                    "lon": { "type": "number", "minimum": -180, "maximum": 180 },
                    "lat": { "type": "number", "minimum": -90, "maximum": 90 },
                } },
                "division": { "type": ["string", "null"], "pattern": "^[0-9]{2,15}$" },
                "address": { "type": "string", "maxLength": 200 },
            },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_fields() {
        let text = kind(&DatasetKind::Text {
            min: 2,
            max: 9,
            format: TextFormat::Free,
        });
        assert_eq!(text["maxLength"], 9);
        let number = kind(&DatasetKind::Integer {
            min: None,
            max: Some(3),
        });
        assert_eq!(number, json!({ "type": "integer", "maximum": 3 }));
    }
}
