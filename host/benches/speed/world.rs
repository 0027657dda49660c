//! What is measured: guests, a street with a hundred communities, and the same page made by the
//! host itself.

use std::{path::Path, sync::Arc};

use onedoor::{
    context::Context,
    domain::Domain,
    error::Result,
    grid,
    page::Paging,
    plugins::{About, Plugins, compile, verify::verify},
    time::Timestamp,
};
use onedoor_forms::{Block, Cell, Route, Table, TableColumn, TableRow, Text, View};

/// A street that is given a hundred communities.
pub const STREET: &str = "310101099";

/// Huangpu, with [`STREET`].
pub fn divisions(now: Timestamp) -> grid::Import {
    let mut import = grid::huangpu(now).unwrap();
    let like = |level| {
        let found = import.divisions.iter().find(|it| it.level == level);
        found.cloned().unwrap()
    };
    let (street, community) = (
        like(grid::DivisionLevel::Street),
        like(grid::DivisionLevel::Community),
    );
    import.divisions.push(grid::Division {
        code: STREET.to_owned(),
        ..street
    });
    import.divisions.extend((1..=100).map(|n| grid::Division {
        code: format!("{STREET}{n:03}"),
        parent: Some(STREET.to_owned()),
        ..community.clone()
    }));
    import
}

/// Makes guests of `tests/guests` active; `folder` holds what they are compiled to.
pub async fn load(plugins: &Plugins, folder: &Path, guests: &[&str]) {
    for guest in guests {
        let component = component(guest);
        let artefact = folder.join(guest);
        std::fs::write(&artefact, compile(&component).unwrap()).unwrap();
        put(plugins, &artefact, &component).await.unwrap();
    }
}

/// A component of `tests/guests`.
pub fn component(guest: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/guests/{guest}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run `cargo xtask guests`", path.display()))
}

/// Makes a component active that was compiled to `artefact`, as its manifest says. An error when the
/// pool has no room for it.
pub async fn put(plugins: &Plugins, artefact: &Path, component: &[u8]) -> Result<()> {
    let verified = verify(component)?;
    let about = About {
        manifest: verified.manifest,
        digest: verified.digest,
        bundles: verified.sections.bundles,
    };
    let loaded = plugins.engine().load(artefact, about).await?;
    plugins.put(Arc::new(loaded));
    Ok(())
}

/// The page that the guest `greeter` makes.
pub fn greeting(at: &Route) -> View {
    let text = || Text::raw(at.page.as_str());
    View {
        title: text(),
        back: None,
        blocks: vec![Block::Text(text())],
    }
}

/// The page that the guest `rows` makes of [`STREET`]: a hundred rows of four cells.
pub fn table(domain: &Domain, cx: &Context) -> View {
    let page = grid::children(domain, cx, STREET, &Paging::first(100)).unwrap();
    let rows = page.items.into_iter().map(|it| TableRow {
        cells: [
            it.code.clone(),
            it.name,
            level(it.level).to_owned(),
            if it.synthetic { "yes" } else { "no" }.to_owned(),
        ]
        .map(|words| Cell::Text(Text::raw(words)))
        .to_vec(),
        id: it.code,
        open: None,
    });
    let columns = ["code", "name", "level", "synthetic"].map(|id| TableColumn {
        id: id.to_owned(),
        label: Text::raw(id),
        numeric: false,
    });
    View {
        title: Text::raw("rows"),
        back: None,
        blocks: vec![Block::Table(Table {
            id: "divisions".to_owned(),
            caption: Text::raw(STREET),
            columns: columns.to_vec(),
            rows: rows.collect(),
            next: None,
            empty: Text::raw("-"),
        })],
    }
}

fn level(level: grid::DivisionLevel) -> &'static str {
    match level {
        grid::DivisionLevel::Province => "province",
        grid::DivisionLevel::City => "city",
        grid::DivisionLevel::District => "district",
        grid::DivisionLevel::Street => "street",
        grid::DivisionLevel::Community => "community",
        grid::DivisionLevel::Cell => "cell",
    }
}
