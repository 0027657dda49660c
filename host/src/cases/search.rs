//! Searching cases and their notes by words, within what the one who asks may see. Reads only; the
//! index is written with the case (`db/cases/search.rs`).

use super::{actors, model::Case};
use crate::{
    context::Context,
    db::cases::{Filter, search as rows},
    domain::Domain,
    error::{Error, Problem, Result},
    page::{Page, Paging},
    text,
};

/// The longest question, in characters.
pub const QUESTION: usize = 100;
/// How many terms a question has at most; a run of Chinese has one less than characters.
pub const TERMS: usize = 32;

/// The cases of the caller's sight in whose number, title, address or notes every word of
/// `question` stands, the newest first. `Unauthenticated` for nobody; `Invalid` for a question that
/// is empty, only punctuation, or too long.
pub async fn search(
    domain: &Domain,
    cx: &Context,
    question: &str,
    paging: &Paging,
) -> Result<Page<Case>> {
    if cx.plugin.is_some() {
        return Err(Error::Forbidden("persons-only"));
    }
    let filter = Filter {
        seen: actors::sight(cx)?,
        ..Filter::default()
    };
    if question.chars().count() > QUESTION {
        let problem = Problem::at("q", "text-too-long").with("limit", QUESTION);
        return Err(Error::Invalid(vec![problem]));
    }
    let wanted = text::wanted(question);
    if wanted.is_empty() {
        return Err(Error::invalid("q", "search-empty"));
    }
    if wanted.len() > TERMS {
        let problem = Problem::at("q", "search-too-many").with("limit", TERMS);
        return Err(Error::Invalid(vec![problem]));
    }
    let after = paging.cursor.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| Error::invalid("cursor", "error-cursor"))?;
    let limit = paging.limit();
    let mut c = domain.database.read().await?;
    let found = rows::find(&mut c, &wanted, &filter, after, limit + 1).await?;
    let page = Page::cut(found, limit, |(place, _)| place.to_string());
    Ok(Page {
        items: page.items.into_iter().map(|(_, case)| case).collect(),
        next: page.next,
    })
}

/// Indexes some of the cases of before there was an index; how many. Goes on where it was left.
pub async fn turn(domain: &Domain) -> Result<usize> {
    let write = domain
        .database
        .write(|t| Box::pin(async move { rows::catch_up(t).await }));
    write.await
}
