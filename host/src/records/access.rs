//! The hook: no personal value leaves the host but through here. It checks the basis, and the row
//! that tells the person is on the disk before the value is handed over.

use sha2::{Digest as _, Sha256};

use crate::{
    cases::{self, model::Case},
    context::{Context, Principal},
    db::{
        self, Connection, Transaction,
        accounts::Key,
        audit::{Access, Grant},
    },
    domain::Domain,
    error::{Error, Result},
    identity::{self, Act, Resource, audit, policy},
    page::{Page, Paging},
    plugins::Capability,
};

/// A fact about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The name they gave.
    Name,
    /// Their phone number.
    Phone,
    /// The community they live in.
    Community,
}

/// What the log calls that which a plugin keeps about somebody.
const KEPT: &str = "kept";

impl Field {
    /// The name in grants and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Community => "community",
        }
    }
}

/// Name and phone of whoever reported a case, for an officer with authority over it. None for
/// anyone else, and nothing is logged then, since nothing was read.
pub async fn contact(
    domain: &Domain,
    cx: &Context,
    case: &Case,
) -> Result<Option<(Option<String>, Option<String>)>> {
    if cx.plugin.is_some() {
        return Ok(None);
    }
    let account = cx.account().unwrap_or_default();
    let resource = Resource {
        division: Some(&case.division),
        ..Resource::default()
    };
    let post = cx
        .posts()
        .find(|post| policy::allows(post, account, Act::ReadContact, resource));
    let Some(post) = post else {
        return Ok(None);
    };
    let subject = match (&case.reporter, &case.phone_hash) {
        (Some(account), _) => account.clone(),
        (None, Some(hash)) => format!("phone:{hash}"),
        (None, None) => return Ok(None),
    };
    // Whoever reported it themselves is not told of their own look.
    if cases::actors::reported(cx, case) {
        return Ok(None);
    }
    let unit = post.unit.clone();
    let (name, phone) = {
        let mut c = domain.database.read().await?;
        db::cases::contact(&mut c, &case.id).await?
    };
    let fields: Vec<Field> = [
        (name.is_some(), Field::Name),
        (phone.is_some(), Field::Phone),
    ]
    .into_iter()
    .filter_map(|(held, field)| held.then_some(field))
    .collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let read = Read {
        subject,
        unit: Some(unit),
        fields: joined(&fields),
        purpose: "case".to_owned(),
        basis: "duty".to_owned(),
        case: Some(case.id.clone()),
    };
    log(domain, cx, vec![read]).await?;
    Ok(Some((name, phone)))
}

/// Facts about the person who is calling, for a plugin with a grant for `purpose`. Facts that are
/// not held are left out. `NotGranted` names what is missing.
pub async fn claims(
    domain: &Domain,
    cx: &Context,
    purpose: &str,
    fields: &[Field],
) -> Result<Vec<(Field, String)>> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    plugin.capabilities.need(Capability::IdentityClaims)?;
    let Principal::Person(person) = &cx.principal else {
        return Err(Error::Unauthenticated);
    };
    let (grant, account) = {
        let mut c = domain.database.read().await?;
        let account = db::accounts::by(&mut c, Key::Id(&person.account)).await?;
        let account = account.ok_or(Error::NotFound)?;
        let home = account.community.as_deref().unwrap_or_default();
        let grantee = format!("plugin:{}", plugin.id);
        let grant = granted(&mut c, cx, &grantee, purpose, fields, home).await?;
        (grant, account)
    };
    let held: Vec<(Field, String)> = fields
        .iter()
        .filter_map(|field| {
            let value = match field {
                Field::Name => Some(account.name.clone()),
                Field::Phone => account.phone.clone(),
                Field::Community => account.community.clone(),
            };
            value.map(|value| (*field, value))
        })
        .collect();
    let read = Read {
        subject: person.account.clone(),
        unit: Some(plugin.department.clone()),
        fields: joined(&held.iter().map(|(field, _)| *field).collect::<Vec<_>>()),
        purpose: format!("{}:{purpose}", plugin.id),
        basis: format!("grant:{}", grant.id),
        case: None,
    };
    log(domain, cx, vec![read]).await?;
    Ok(held)
}

/// What is held about the caller themselves, to fill in a form for them to check. Their own look
/// at their own data is no access by anyone.
pub async fn own(domain: &Domain, cx: &Context, field: Field) -> Result<Option<String>> {
    let Principal::Person(person) = &cx.principal else {
        return Ok(None);
    };
    let mut c = domain.database.read().await?;
    let account = db::accounts::by(&mut c, Key::Id(&person.account)).await?;
    Ok(account.and_then(|it| match field {
        Field::Name => Some(it.name),
        Field::Phone => it.phone,
        Field::Community => it.community,
    }))
}

/// Notes that a plugin reads, while nobody calls, what it keeps about somebody who uses it.
pub async fn kept(domain: &Domain, cx: &Context, account: String) -> Result<()> {
    let plugin = cx.plugin.as_ref().ok_or(Error::Forbidden("plugin-only"))?;
    let read = Read {
        subject: account,
        unit: Some(plugin.department.clone()),
        fields: KEPT.to_owned(),
        purpose: "service".to_owned(),
        basis: "asked".to_owned(),
        case: None,
    };
    log(domain, cx, vec![read]).await
}

async fn granted(
    c: &mut Connection,
    cx: &Context,
    grantee: &str,
    purpose: &str,
    fields: &[Field],
    home: &str,
) -> Result<Grant> {
    let grants = db::audit::grants(c, grantee, purpose, cx.now).await?;
    let covers = |grant: &Grant| {
        grant.dataset.is_empty()
            && home.starts_with(&grant.area)
            && fields
                .iter()
                .all(|field| grant.fields.iter().any(|it| it == field.name()))
    };
    grants
        .into_iter()
        .find(covers)
        .ok_or_else(|| Error::NotGranted {
            capability: format!("grant for \"{purpose}\""),
            line: {
                let kinds: Vec<&str> = fields.iter().map(|it| it.name()).collect();
                onedoor_manifest::line::claim(purpose, &kinds)
            },
        })
}

/// A read that is about to happen.
pub(super) struct Read {
    /// Whose data: an account, or `phone:` and a keyed hash.
    pub(super) subject: String,
    /// For which unit.
    pub(super) unit: Option<String>,
    /// Which fields, by comma: `name`, or `dataset.field`.
    pub(super) fields: String,
    /// For what: a word of the host's, or `plugin:purpose`.
    pub(super) purpose: String,
    /// `duty`, `grant:ID`, `consent:ID`, or `asked`: by the service that the person uses.
    pub(super) basis: String,
    /// The case at hand.
    pub(super) case: Option<String>,
}

fn joined(fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|it| it.name()).collect();
    names.join(",")
}

/// Puts reads on the disk, in one commit, before a value leaves.
pub(super) async fn log(domain: &Domain, cx: &Context, reads: Vec<Read>) -> Result<()> {
    log_listed(domain, cx, reads, Vec::new()).await
}

/// The same, and from now on the acting plugin may name these accounts by their pseudonyms.
pub(super) async fn log_listed(
    domain: &Domain,
    cx: &Context,
    reads: Vec<Read>,
    named: Vec<String>,
) -> Result<()> {
    if reads.is_empty() && named.is_empty() {
        return Ok(());
    }
    let plugin = cx.plugin.as_ref().map(|it| it.id.clone());
    let mut rows: Vec<Access> = reads.into_iter().map(|it| row(domain, cx, it)).collect();
    // Always in the same order: two writers that lock the same persons do not wait for each other.
    rows.sort_by(|a, b| a.subject.cmp(&b.subject));
    let shared = domain.clone();
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            for row in rows {
                append(t, row).await?;
            }
            for account in named {
                let plugin = plugin.as_deref().unwrap_or_default();
                let subject = identity::pseudonym(&shared.keys, plugin, &account);
                db::subjects::put(t, plugin, &subject, &account).await?;
            }
            Ok(())
        })
    });
    write.await
}

fn row(domain: &Domain, cx: &Context, read: Read) -> Access {
    Access {
        id: domain.ids.id(cx.now),
        subject: read.subject,
        seq: 0,
        at: cx.now,
        reader: audit::actor(cx),
        unit: read.unit,
        plugin: cx.plugin.as_ref().map(|it| it.id.clone()),
        fields: read.fields,
        purpose: read.purpose,
        basis: read.basis,
        case: read.case,
        previous: String::new(),
        hash: String::new(),
    }
}

async fn append(t: &mut Transaction, mut row: Access) -> Result<()> {
    let last = db::audit::last_access(t, &row.subject).await?;
    let (seq, previous) = last.map_or((1, String::new()), |(seq, hash)| (seq + 1, hash));
    row.seq = seq;
    row.previous = previous;
    row.hash = hash(&row);
    db::audit::insert_access(t, &row).await
}

/// What a row's hash is over: every field, one to a line.
pub fn hash(row: &Access) -> String {
    let none = String::new();
    let text = [
        &row.id,
        &row.subject,
        &row.seq.to_string(),
        &row.at.micros().to_string(),
        &row.reader,
        row.unit.as_ref().unwrap_or(&none),
        row.plugin.as_ref().unwrap_or(&none),
        &row.fields,
        &row.purpose,
        &row.basis,
        row.case.as_ref().unwrap_or(&none),
        &row.previous,
    ]
    .map(String::as_str)
    .join("\n");
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// 谁看过我的信息: every read of data about the caller, the newest first.
pub async fn about_me(domain: &Domain, cx: &Context, paging: &Paging) -> Result<Page<Access>> {
    let subjects: Vec<String> = match &cx.principal {
        Principal::Person(person) => {
            let by_phone = person.phone_hash.iter().map(|hash| format!("phone:{hash}"));
            by_phone.chain([person.account.clone()]).collect()
        }
        Principal::Phone { hash } => vec![format!("phone:{hash}")],
        _ => return Err(Error::Unauthenticated),
    };
    let mut c = domain.database.read().await?;
    let limit = paging.limit();
    let found = db::audit::accesses(&mut c, &subjects, paging.cursor.as_deref(), limit + 1).await?;
    Ok(Page::cut(found, limit, |it| it.id.clone()))
}
