//! The instruments by which units were founded 设立依据. No authority, no act (法无授权不可为): a
//! unit without one leads no class and is sent no case. Units that were there before this was asked
//! have 90 days from the first start of a version that asks; until then the list of what is left to
//! do names them.

use super::{Act, Resource, audit, need};
use crate::{
    context::{Context, Principal},
    db,
    domain::Domain,
    error::{Error, Problem, Result},
};

/// How long units from before the rule may act without an instrument, in seconds: 90 days.
pub const LEAVE: i64 = 90 * 24 * 3600;
/// The most characters of an instrument.
pub const LONGEST: usize = 200;

/// Names the instrument of a unit: title, number and date, at most 200 characters. Effective at
/// once. For administrators who have signed in.
pub async fn name(domain: &Domain, cx: &Context, unit: &str, instrument: &str) -> Result<()> {
    need(cx, Act::ManagePeople, Resource::default())?;
    let instrument = instrument.trim().to_owned();
    let length = instrument.chars().count();
    if length == 0 || instrument.chars().any(char::is_control) {
        return Err(Error::invalid("instrument", "instrument-empty"));
    }
    if length > LONGEST {
        let problem = Problem::at("instrument", "text-too-long").with("limit", LONGEST);
        return Err(Error::Invalid(vec![problem]));
    }
    let (at, asked, unit) = (domain.clone(), cx.clone(), unit.to_owned());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            db::units::put_instrument(t, &unit, &instrument).await?;
            audit::record(t, &at, &asked, "instrument", &unit, "done").await
        })
    });
    write.await
}

/// Gives the units that were there before the rule their leave. For the host, when it starts;
/// changes nothing when it was done before.
pub async fn lend(domain: &Domain, cx: &Context) -> Result<()> {
    by_host(cx)?;
    let (at, asked) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let lent = db::units::lend(t, asked.now.plus_seconds(LEAVE)).await?;
            if lent > 0 {
                audit::record(t, &at, &asked, "lend-authority", "units", "done").await?;
            }
            Ok(())
        })
    });
    write.await
}

/// Ends the leave that is over. For the host, each hour.
pub async fn end_leave(domain: &Domain, cx: &Context) -> Result<()> {
    by_host(cx)?;
    let (at, asked) = (domain.clone(), cx.clone());
    let write = domain.database.write(move |t| {
        Box::pin(async move {
            let ended = db::units::end_leave(t, asked.now).await?;
            if ended > 0 {
                tracing::warn!(
                    units = ended,
                    "units without an instrument may act no longer"
                );
                audit::record(t, &at, &asked, "end-authority", "units", "done").await?;
            }
            Ok(())
        })
    });
    write.await
}

fn by_host(cx: &Context) -> Result<()> {
    match cx.principal {
        Principal::System(_) => Ok(()),
        _ => Err(Error::Forbidden("system-only")),
    }
}
