//! One value, written as XML or as JSON by the Spark convention, which GeoReport v2 maps the two by:
//! a list is an array in JSON and an element of elements in XML, and what is empty is null in one
//! and an empty element in the other. Knows no field of any answer.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Number, Value};

/// In which form an answer is written: the client appends it to the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `text/xml`: the form that the specification requires.
    Xml,
    /// `application/json`.
    Json,
}

impl Format {
    /// What follows the last dot of a path's last segment, and the segment before it.
    pub fn split(segment: &str) -> Option<(&str, Self)> {
        let (name, suffix) = segment.rsplit_once('.')?;
        match suffix {
            "xml" => Some((name, Self::Xml)),
            "json" => Some((name, Self::Json)),
            _ => None,
        }
    }
}

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Nothing.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Whole(u16),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// Values, and the name of each one's element in XML.
    List(&'static str, Vec<Self>),
    /// Fields, in order.
    Record(Vec<(&'static str, Self)>),
}

impl Node {
    /// Text; nothing when it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        match text.into() {
            text if text.is_empty() => Self::Null,
            text => Self::Text(text),
        }
    }

    /// What is there, or nothing.
    pub fn maybe<T>(value: Option<T>, node: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Null, node)
    }

    fn json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => Value::Bool(flag),
            Self::Whole(number) => Value::from(number),
            Self::Number(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
            Self::Text(text) => Value::String(text),
            Self::List(_, items) => Value::Array(items.into_iter().map(Self::json).collect()),
            Self::Record(fields) => {
                let fields = fields.into_iter();
                let pairs = fields.map(|(name, value)| (name.to_owned(), value.json()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    fn xml(&self, name: &str, out: &mut String) {
        out.push_str(&format!("<{name}>"));
        match self {
            Self::Null => {}
            Self::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Whole(number) => out.push_str(&number.to_string()),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => escape(text, out),
            Self::List(element, items) => items.iter().for_each(|it| it.xml(element, out)),
            Self::Record(fields) => fields.iter().for_each(|(name, it)| it.xml(name, out)),
        }
        out.push_str(&format!("</{name}>"));
    }
}

/// Text as XML 1.0 allows it (2.2, 2.4); characters that it allows in no form are left out.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // As it stands, a reader would make a line feed of it (2.11).
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => {}
        }
    }
}

/// An answer; `root` is the name of the outermost element.
pub fn respond(format: Format, status: StatusCode, root: &'static str, node: Node) -> Response {
    let (kind, body) = match format {
        Format::Json => ("application/json; charset=utf-8", node.json().to_string()),
        Format::Xml => {
            let mut body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
            node.xml(root, &mut body);
            ("text/xml; charset=utf-8", body)
        }
    };
    let mut response = (status, body).into_response();
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_in_two_forms() {
        let node = Node::List(
            "request",
            vec![Node::Record(vec![
                ("service_request_id", Node::text("1")),
                ("notes", Node::text("a < b & \"c\" > d\u{1}\r")),
                ("account_id", Node::text("")),
                ("lat", Node::Number(31.25)),
                ("metadata", Node::Flag(true)),
                ("code", Node::Whole(404)),
            ])],
        );
        let mut xml = String::new();
        node.xml("service_requests", &mut xml);
        let expected = "<service_requests><request><service_request_id>1</service_request_id>\
             <notes>a &lt; b &amp; \"c\" &gt; d&#13;</notes><account_id></account_id>\
             <lat>31.25</lat><metadata>true</metadata><code>404</code></request></service_requests>";
        assert_eq!(xml, expected);
        let expected = serde_json::json!([{
            "service_request_id": "1", "notes": "a < b & \"c\" > d\u{1}\r", "account_id": null,
            "lat": 31.25, "metadata": true, "code": 404,
        }]);
        assert_eq!(node.json(), expected);
    }

    #[test]
    fn the_form_stands_at_the_end() {
        assert_eq!(Format::split("P0101.xml"), Some(("P0101", Format::Xml)));
        assert_eq!(Format::split("a.b.json"), Some(("a.b", Format::Json)));
        assert_eq!(Format::split("P0101"), None);
        assert_eq!(Format::split("P0101.html"), None);
    }
}
