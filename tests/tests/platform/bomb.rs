//! A component that is small, reads well, and explodes in the compiler: the limits of the process
//! that compiles stop it, the upload is refused, nothing remains of it, and the next upload is
//! taken. Needs `cargo build --workspace --bins` and `cargo xtask guests`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use onedoor::{
    app::App,
    config::{Config, Kind},
    context::{Channel, Context, Principal},
    db::units::Unit,
    error::Error,
    identity::{Person, Post, Role, operations::populate},
    plugins::{revisions, verify::digest},
};
use onedoor_tests::{
    forged::{FUNCTIONS, Module, TYPES, component, manifest, number},
    plugins,
};

/// How many values each loop takes and leaves: the most there may be.
const WIDTH: usize = 1_000;
/// How many loops there are, one after the other.
const LOOPS: usize = 400_000;

/// A function whose loops each take a thousand values: to the compiler four hundred million.
fn bomb(module: &mut Module) {
    let values = |into: &mut Vec<u8>| {
        number(WIDTH, into);
        into.extend([0x7e; WIDTH]);
    };
    let mut wide = vec![0x60];
    values(&mut wide);
    values(&mut wide);
    let wide = module.add(TYPES, &wide);
    let plain = module.add(TYPES, &[0x60, 0, 0]);
    let mut index = Vec::new();
    number(plain, &mut index);
    module.add(FUNCTIONS, &index);
    let mut code = [0x42, 0].repeat(WIDTH);
    // The type of a block is a signed number: in two bytes, its sign is not mistaken.
    let mut one = vec![0x03, wide as u8 & 0x7f | 0x80, (wide >> 7) as u8];
    one.extend([0x41, 0, 0x0d, 0, 0x0b]);
    code.extend(one.repeat(LOOPS));
    code.extend([0x1a].repeat(WIDTH));
    module.function(&code);
}

fn developer(app: &App) -> Context {
    let mut cx = app.domain.system("test");
    cx.channel = Channel::App;
    cx.principal = Principal::Person(Person {
        account: "dev".to_owned(),
        name: "dev".to_owned(),
        posts: vec![Post {
            id: "dev".to_owned(),
            unit: "dept-emergency".to_owned(),
            division: "310101".to_owned(),
            role: Role::DepartmentDeveloper,
            from: cx.now,
            until: None,
        }],
        phone_hash: None,
    });
    cx
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_explodes_in_the_compiler_is_refused_and_nothing_remains() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let app = App::open(Config::local(Kind::Development, data.clone(), 0));
    let app = app.await.unwrap();
    let unit = Unit {
        id: "dept-emergency".to_owned(),
        name_zh: "应急局".to_owned(),
        name_en: "Emergency".to_owned(),
        kind: "emergency".to_owned(),
        division: "310101".to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    };
    let cx = app.domain.system("test");
    populate(&app.domain, &cx, vec![unit], Vec::new())
        .await
        .unwrap();
    let bomb = component("portal-plugin", &manifest("guest-bomb"), bomb);
    assert!(bomb.len() < 4 << 20, "{} bytes", bomb.len());
    let name = digest(&bomb).replace("sha256:", "");
    let refused = revisions::upload(&app, &developer(&app), bomb).await;
    let Err(Error::Invalid(problems)) = refused else {
        panic!("{refused:?}");
    };
    let codes: Vec<_> = problems.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["plugin-compile-cost"], "{problems:?}");
    let seen = revisions::overview(&app, &developer(&app)).await.unwrap();
    assert!(seen.is_empty(), "{seen:?}");
    let left: Vec<_> = files(&data)
        .into_iter()
        .filter(|it| it.contains(&name))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let good = plugins::component("greeter");
    revisions::upload(&app, &developer(&app), good)
        .await
        .unwrap();
    app.close().await;
}
