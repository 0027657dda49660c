//! Cases near a place. Decides nothing about which of them are alike.

use std::collections::BTreeMap;

use super::{Filter, lists::any, lists::within, read};
use crate::{
    cases::model::Case,
    db::{Connection, sql},
    error::Result,
    time::Timestamp,
};

/// Where and since when to look.
#[derive(Clone, Debug)]
pub struct Around {
    /// West and south, then east and north, in degrees; none where no point is known.
    pub bounds: Option<[[f64; 2]; 2]>,
    /// The community. With bounds, only cases without a point are found by it.
    pub community: String,
    /// Handed in since then.
    pub since: Timestamp,
}

/// Cases around a place, the newest first, at most `limit`; without their deadlines.
pub async fn around(
    c: &mut Connection,
    place: &Around,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<Case>> {
    let mut statement = sql("SELECT * FROM cases").push_bind(" WHERE opened >= ?", place.since);
    statement = statement
        .push_bind(" AND ((division >= ?", &place.community)
        .push_bind(" AND division < ?", format!("{}:", place.community));
    statement = match place.bounds {
        None => statement.push("))"),
        Some([[west, south], [east, north]]) => statement
            .push(" AND lat IS NULL) OR (")
            .push_bind("lat >= ?", south)
            .push_bind(" AND lat <= ?", north)
            .push_bind(" AND lon >= ?", west)
            .push_bind(" AND lon <= ?", east)
            .push("))"),
    };
    let rows = within(statement, filter)
        .push_bind(" ORDER BY id DESC LIMIT ?", limit)
        .all(c)
        .await?;
    rows.iter().map(read).collect()
}

/// What the reporters of these cases wrote, by case; none where nothing was, or it was erased.
pub async fn described(c: &mut Connection, cases: &[String]) -> Result<BTreeMap<String, String>> {
    let statement = sql(
        "SELECT e.case_id AS it, w.words AS words FROM case_events e JOIN case_words w ON w.event = e.id
         WHERE e.seq = 1",
    );
    let rows = any(statement, "e.case_id", Some(cases)).all(c).await?;
    rows.iter()
        .map(|row| Ok((row.get("it")?, row.get("words")?)))
        .collect()
}
