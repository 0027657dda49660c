//! Records of many people at once, each of whom has the read in their log first.

use onedoor_forms::{Answer, Answers};
use onedoor_manifest::Basis;

use super::{
    access::{self, Read},
    grants::Stand,
    held::{Reached, acting, answers, bounded, officers, unit},
};
use crate::{
    context::{Context, Principal},
    db::{records as rows, subjects},
    domain::Domain,
    error::{Error, Result},
    identity::pseudonym,
    page::{Page, Paging},
    plugins::Capability,
    time::Timestamp,
};

/// The most fields of a list.
const LISTED: usize = 20;

/// Which records to list.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of persons below this division.
    pub division: Option<String>,
    /// Changed at or after.
    pub changed: Option<Timestamp>,
    /// What to read.
    pub fields: Vec<String>,
}

/// A record of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The person's pseudonym.
    pub subject: String,
    /// What is held of the fields asked for.
    pub answers: Answers,
    /// When it changed last.
    pub changed: Timestamp,
}

/// Records of a dataset: for an officer of persons in their area, where nobody calls of those in
/// the area of the plugin's grant. Everyone in the page has a row in their log first.
pub async fn list(
    domain: &Domain,
    cx: &Context,
    dataset: &str,
    purpose: &str,
    filter: &Filter,
    paging: &Paging,
) -> Reached<Page<Row>> {
    let plugin = acting(cx, Capability::RecordsList)?;
    bounded(&filter.fields, LISTED)?;
    let scopes: Vec<String> = match &cx.principal {
        Principal::System(_) => vec![String::new()],
        _ => officers(cx).map(|it| it.division.clone()).collect(),
    };
    if scopes.is_empty() {
        return Err(Error::Forbidden("not-an-officer").into());
    }
    let limit = paging.limit();
    let (found, next) = {
        let mut c = domain.database.read().await?;
        let stand = Stand::find(&mut c, cx, dataset, purpose, &filter.fields).await?;
        let areas = match stand.purpose.basis {
            Basis::Consent => scopes,
            Basis::Duty => common(&scopes, &stand.areas()),
        };
        if stand.purpose.basis == Basis::Duty && areas.is_empty() {
            return Err(stand.missing(&mut c, cx, dataset, &filter.fields).await?);
        }
        let after = match &paging.cursor {
            Some(subject) => subjects::account(&mut c, &plugin.id, subject).await?,
            None => Some(String::new()),
        };
        let after = after.ok_or_else(|| Error::invalid("cursor", "records-cursor"))?;
        let consent = stand.purpose.basis == Basis::Consent;
        let wanted = rows::Wanted {
            dataset,
            areas: &areas,
            division: filter.division.as_deref(),
            changed: filter.changed,
            agreed: consent.then_some((plugin.id.as_str(), purpose)),
            after: &after,
        };
        let page = rows::list(&mut c, &wanted, cx.now, limit + 1).await?;
        let page = Page::cut(page, limit, |it: &rows::Record| it.account.clone());
        let mut found = Vec::new();
        for row in page.items {
            let basis = stand
                .covers(&mut c, cx, &row.account, dataset, &filter.fields)
                .await?;
            found.extend(basis.map(|basis| (row, basis)));
        }
        (found, page.next)
    };
    let reads = found.iter().map(|(row, basis)| Read {
        subject: row.account.clone(),
        unit: unit(cx, plugin),
        fields: filter
            .fields
            .iter()
            .map(|it| format!("{dataset}.{it}"))
            .collect::<Vec<_>>()
            .join(","),
        purpose: format!("{}:{purpose}", plugin.id),
        basis: basis.clone(),
        case: None,
    });
    let named = found
        .iter()
        .map(|(row, _)| row.account.clone())
        .chain(next.clone());
    access::log_listed(domain, cx, reads.collect(), named.collect()).await?;
    let items = found.iter().map(|(row, _)| {
        let all = answers(row)?;
        let wanted = filter.fields.iter().filter_map(|field| {
            let value = all.get(field)?.clone();
            Some(Answer {
                field: field.clone(),
                value,
            })
        });
        Ok(Row {
            subject: pseudonym(&domain.keys, &plugin.id, &row.account),
            answers: wanted.collect(),
            changed: row.changed,
        })
    });
    Ok(Page {
        items: items.collect::<Result<_>>()?,
        next: next.map(|it| pseudonym(&domain.keys, &plugin.id, &it)),
    })
}

/// Where both an officer and a grant reach: of each pair the narrower, if one is in the other.
fn common(scopes: &[String], areas: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for scope in scopes {
        for area in areas {
            if scope.starts_with(area.as_str()) {
                found.push(scope.clone());
            } else if area.starts_with(scope.as_str()) {
                found.push(area.clone());
            }
        }
    }
    found
}
