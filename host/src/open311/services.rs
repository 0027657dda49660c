//! What can be reported: the classes of the duty list that are incidents. Planned work and what
//! concerns one person's own affairs are no services of Open311.

use crate::{
    cases::{duty::DutyItem, model::Procedure},
    context::{Context, Locale},
    domain::Domain,
    error::{Error, Result},
    i18n::Words,
};

/// The code of the one question that every service asks; the host's own form asks the same.
pub const DANGER: &str = "danger";
/// Its two answers.
pub const ANSWERS: [&str; 2] = ["no", "yes"];

/// A service, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The class of the duty list.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is, and the law that it rests on.
    pub description: String,
    /// Its names in both languages, by which it is found.
    pub keywords: Vec<String>,
    /// The field of management that it belongs to.
    pub group: String,
}

/// All services, by code.
pub fn list(domain: &Domain, cx: &Context) -> Vec<Service> {
    let list = domain.duty.list();
    let items = list.items().filter(|it| offered(it));
    items.map(|it| service(cx, it)).collect()
}

/// One service. `NotFound` when there is none of that code.
pub fn one(domain: &Domain, cx: &Context, code: &str) -> Result<Service> {
    let list = domain.duty.list();
    let item = list.item(code).filter(|it| offered(it));
    item.map(|it| service(cx, it)).ok_or(Error::NotFound)
}

fn offered(item: &DutyItem) -> bool {
    item.procedure == Procedure::Incident
}

fn service(cx: &Context, item: &DutyItem) -> Service {
    let w = Words(cx.locale);
    let field = format!("domain-{}", item.domain.name());
    let group = w.t(&field);
    let said = [("field", group.as_str()), ("basis", &item.basis)];
    let mut keywords = Vec::new();
    for locale in [Locale::Chinese, Locale::English] {
        keywords.push(item.name(locale).to_owned());
        keywords.push(Words(locale).t(&field));
    }
    Service {
        code: item.code.clone(),
        name: item.name(cx.locale).to_owned(),
        description: w.tx("open311-service", &said),
        keywords,
        group,
    }
}
