//! Who is there to do the work, counted.

use std::collections::BTreeSet;

use super::{Connection, sql};
use crate::{error::Result, time::Timestamp};

/// Offices and the people in them.
#[derive(Clone, Debug, Default)]
pub struct Staffed {
    /// Kinds of office that there are, with authority.
    pub kinds: BTreeSet<String>,
    /// Units of a place without the instrument by which they were founded.
    pub units_without: u64,
    /// Districts that have an office.
    pub districts: BTreeSet<String>,
    /// Divisions whose desk somebody dispatches at.
    pub desks: BTreeSet<String>,
    /// Administrators in force.
    pub administrators: u64,
    /// People with another post in force.
    pub staff: u64,
}

/// Counts at `now`.
pub async fn staffed(c: &mut Connection, now: Timestamp) -> Result<Staffed> {
    let mut found = Staffed::default();
    sql("SELECT kind, division, instrument, lent FROM units")
        .each(c, &mut |row| {
            let instrument: Option<String> = row.get("instrument")?;
            let lent: Option<Timestamp> = row.get("lent")?;
            if instrument.is_some() || lent.is_some() {
                found.kinds.insert(row.get("kind")?);
            }
            let division: String = row.get("division")?;
            // The operator has no place, and needs none.
            found.units_without += u64::from(instrument.is_none() && division.len() >= 6);
            found.districts.extend(division.get(..6).map(str::to_owned));
            Ok(())
        })
        .await?;
    let (mut administrators, mut staff) = (BTreeSet::new(), BTreeSet::new());
    sql("SELECT p.account, p.role, u.kind, u.division FROM posts p
         JOIN units u ON u.id = p.unit JOIN accounts a ON a.id = p.account
         WHERE a.kind = 'person' AND a.disabled IS NULL AND p.since <= $1
         AND (p.until IS NULL OR p.until > $1)")
    .bind(now)
    .each(c, &mut |row| {
        let (account, role): (String, String) = (row.get("account")?, row.get("role")?);
        if role == "dispatcher" && row.get::<String>("kind")? == "desk" {
            found.desks.insert(row.get("division")?);
        }
        match role.as_str() {
            "administrator" => administrators.insert(account),
            _ => staff.insert(account),
        };
        Ok(())
    })
    .await?;
    found.administrators = administrators.len() as u64;
    found.staff = staff.len() as u64;
    Ok(found)
}
