//! One script of calls, played on the SDK's test host and on the real one. What an author's test
//! says of a plugin is worth as much as the two agree: view by view, error by error.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod native;
mod real;
mod script;

use script::script;

#[tokio::test]
async fn the_test_host_answers_as_the_real_one() {
    let steps = script();
    let native = native::play(&steps);
    let real = real::play(&steps).await;
    let mut differ = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if native[index] != real[index] {
            differ.push(format!(
                "{index}. {step:?}\n   test host: {}\n   real host: {}",
                native[index], real[index]
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{} differ\n{}",
        differ.len(),
        differ.join("\n")
    );
}

/// What the script is about did happen, on the test host at least: an error answered alike by
/// both hosts would agree as well.
#[test]
fn the_script_reaches_what_it_is_about() {
    let steps = script();
    let said = native::play(&steps);
    let find = |wanted: &str| {
        let found = steps
            .iter()
            .zip(&said)
            .filter(|(step, _)| format!("{step:?}").contains(wanted));
        found
            .map(|(_, said)| said.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    };
    for (step, words) in [
        ("\"caller\"", "roles: [Role::GridWorker]"),
        ("\"open\"", "P0101 “a lamp is out” submitted urgent"),
        ("\"open\"", "the one before: true"),
        ("\"list\"", "[P0105 two, P0105 one][P0101 a lamp is out"),
        ("\"told\"", "; caller None []; "),
        (
            "\"many-values\"",
            "200 Some(\\\"many/000\\\") Some(\\\"many/199\\\")",
        ),
        ("\"record-own\"", "true 3"),
        ("\"record-own\"", "of li anew"),
        ("\"record-agreed\"", "false"),
        ("\"record-erase\"", "erased"),
        ("\"record-list\"", "missing keep notes"),
        ("\"record-list\"", "of wang"),
        ("Submit", "Go(Route"),
        ("Suggest", "P0105"),
        (
            "\"ran\"",
            "open after 3 missed; caller None; P0105 “by itself”",
        ),
        ("\"ran\"", "the same: true"),
        ("\"ran\"", "alarm of 烟感 7: level Integer(7)"),
        ("\"ran\"", "wrote"),
        ("Job(\"fail\"", "Busy(5)"),
        ("Job(\"write\"", "NotFound"),
        ("Signal", "form-unknown-field"),
        ("Tiles(\"310101002\"", "count"),
        ("\"tell\"", "sent"),
        ("\"tell-many\"", "10 sent, then Busy("),
    ] {
        let found = find(step);
        assert!(found.contains(words), "{step} {words}:\n{found}");
    }
}

#[tokio::test]
async fn two_plugins_cannot_join_on_a_person() {
    let [one, other] = real::names_of_one_person().await;
    assert!(one.starts_with("View"), "{one}");
    assert_ne!(one, other);
    assert!(!one.contains("li\""), "{one}");
}
