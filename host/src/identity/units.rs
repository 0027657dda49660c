//! The offices that posts belong to, for those who look after people. Reads only.

use super::{Act, Resource, need};
use crate::{
    context::Context,
    db::{self, units::Unit},
    domain::Domain,
    error::Result,
};

/// Units whose division is `within` or below it, by division and id; at most 2,000.
pub async fn below(domain: &Domain, cx: &Context, within: &str) -> Result<Vec<Unit>> {
    need(cx, Act::ReadPeople, Resource::default())?;
    let mut c = domain.database.read().await?;
    db::units::below(&mut c, within).await
}
