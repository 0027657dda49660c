//! Divisions and cells, on the test host: those the test added, cells as rectangles. Points in
//! GCJ-02 and BD-09 are not converted here; they answer `other("test-host-datum")`.

use crate::{
    Column, Error, Page, Paging, Result,
    grid::{Datum, Division, Point},
    testing::{state, with_host},
};

pub fn locate(at: Point) -> Result<Option<Division>> {
    with_host("grid.locate", |host| {
        host.need("grid.read")?;
        for (name, degrees, most) in [("lon", at.lon, 180.0), ("lat", at.lat, 90.0)] {
            if !(-most..=most).contains(&degrees) {
                let problem = state::problem(name, "grid-point-range", most as u32);
                return Err(Error::Invalid(vec![problem]));
            }
        }
        if !matches!(at.datum, Datum::Cgcs2000 | Datum::Wgs84) {
            return Err(Error::Other("test-host-datum".to_owned()));
        }
        let code = host.cell_at(&at);
        Ok(host
            .divisions
            .iter()
            .find(|it| Some(&it.code) == code.as_ref())
            .cloned())
    })
}

pub fn get(code: &str) -> Result<Division> {
    with_host("grid.get", |host| {
        host.need("grid.read")?;
        host.divisions
            .iter()
            .find(|it| it.code == code)
            .cloned()
            .ok_or(Error::NotFound)
    })
}

pub fn children(code: &str, paging: &Paging) -> Result<Page> {
    with_host("grid.children", |host| {
        host.need("grid.read")?;
        if !host.divisions.iter().any(|it| it.code == code) {
            return Err(Error::NotFound);
        }
        let mut below: Vec<&Division> = host
            .divisions
            .iter()
            .filter(|it| it.parent.as_deref() == Some(code))
            .collect();
        below.sort_by(|a, b| a.code.cmp(&b.code));
        let after = paging.cursor.as_deref().unwrap_or_default();
        let limit = paging.limit.clamp(1, 200) as usize;
        let rest: Vec<&Division> = below
            .into_iter()
            .filter(|it| it.code.as_str() > after)
            .collect();
        let shown: Vec<&Division> = rest.iter().take(limit).copied().collect();
        let next = if rest.len() > limit {
            shown.last().map(|it| it.code.clone())
        } else {
            None
        };
        Ok(Page {
            ids: shown.iter().map(|it| &it.code).collect(),
            names: ["name", "level", "synthetic"].map(str::to_owned).to_vec(),
            columns: vec![
                Column::Texts(shown.iter().map(|it| &it.name).collect()),
                Column::Texts(shown.iter().map(|it| state::level_name(it.level)).collect()),
                Column::Bools(shown.iter().map(|it| it.synthetic).collect()),
            ],
            next,
        })
    })
}
