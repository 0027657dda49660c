//! Rows of service points.

use super::{Connection, Row, sql};
use crate::error::Result;

/// Where residents are served.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct ServicePoint {
    /// Its code, the importer's own.
    pub code: String,
    /// What it is, for example `canteen`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its English name; the Chinese one where there is none.
    pub name_en: String,
    /// Where, in words.
    pub address: String,
    /// The community it is in, 12 digits.
    pub community: String,
    /// Longitude, CGCS2000.
    pub lon: f64,
    /// Latitude, CGCS2000.
    pub lat: f64,
    /// When it is open, for example `Mo-Fr 09:00-17:00; Sa 09:00-12:00`.
    pub hours: String,
    /// What is done there, in words.
    pub services: String,
    /// Whether a wheelchair gets in.
    pub wheelchair: bool,
}

fn read(row: &Row) -> Result<ServicePoint> {
    Ok(ServicePoint {
        code: row.get("code")?,
        kind: row.get("kind")?,
        name: row.get("name")?,
        name_en: row.get("name_en")?,
        address: row.get("address")?,
        community: row.get("community")?,
        lon: row.get("lon")?,
        lat: row.get("lat")?,
        hours: row.get("hours")?,
        services: row.get("services")?,
        wheelchair: row.get("wheelchair")?,
    })
}

/// Writes a point, new or known by its code.
pub async fn put(c: &mut Connection, it: &ServicePoint) -> Result<()> {
    sql("INSERT INTO service_points
         (code, kind, name, name_en, address, community, lon, lat, hours, services, wheelchair)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, name = excluded.name,
         name_en = excluded.name_en, address = excluded.address, community = excluded.community,
         lon = excluded.lon, lat = excluded.lat, hours = excluded.hours,
         services = excluded.services, wheelchair = excluded.wheelchair")
    .bind(&it.code)
    .bind(&it.kind)
    .bind(&it.name)
    .bind(&it.name_en)
    .bind(&it.address)
    .bind(&it.community)
    .bind(it.lon)
    .bind(it.lat)
    .bind(&it.hours)
    .bind(&it.services)
    .bind(it.wheelchair)
    .run(c)
    .await
    .map(drop)
}

/// Points within bounds (south-west and north-east corner); at most 2,000.
pub async fn within(c: &mut Connection, [low, high]: [[f64; 2]; 2]) -> Result<Vec<ServicePoint>> {
    let rows = sql(
        "SELECT * FROM service_points WHERE lat BETWEEN $1 AND $2 AND lon BETWEEN $3 AND $4
         ORDER BY code LIMIT 2000",
    )
    .bind(low[1])
    .bind(high[1])
    .bind(low[0])
    .bind(high[0])
    .all(c)
    .await?;
    rows.iter().map(read).collect()
}

/// Points of a community, by code; at most 2,000.
pub async fn of(c: &mut Connection, community: &str) -> Result<Vec<ServicePoint>> {
    let rows = sql("SELECT * FROM service_points WHERE community = $1 ORDER BY code LIMIT 2000")
        .bind(community)
        .all(c)
        .await?;
    rows.iter().map(read).collect()
}
