//! Components that no compiler would make: each is refused, or stopped for its own reason, its
//! neighbour is answered as before, and what it took is given back. Needs `cargo xtask guests`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use onedoor::plugins::{CallError, FailureKind, verify::verify};
use onedoor_manifest::{CONTRACT, SECTION_CONTRACT, SECTION_MANIFEST};
use onedoor_tests::{
    attacks::{FORGED, forge},
    forged::{component, manifest, section},
    plugins::Host,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_stopped_for_its_own_reason() {
    use FailureKind::{GuestTime, Start};
    let reasons = [
        (GuestTime, "allows"),
        (Start, "handle"),
        (Start, "handle"),
        (Start, "memories"),
        (Start, "table"),
    ];
    let mut host = Host::with(&["greeter"]).await;
    let mut wrong = Vec::new();
    for (name, (kind, says)) in FORGED.into_iter().zip(reasons) {
        if let Err(refused) = host.install(&forge(name)).await {
            // It was not even loaded, for what it asks for: as good as stopped.
            let refused = format!("{refused:?}");
            assert_eq!(kind, Start, "{name}: {refused}");
            assert!(refused.contains("plugin-unfit"), "{name}: {refused}");
            assert!(refused.contains(says), "{name}: {refused}");
            assert!(host.plugins.get(&format!("guest-{name}")).is_none());
        } else {
            for _ in 0..3 {
                let failure = host.attacked(name).await;
                if failure.kind != kind || !failure.message.contains(says) {
                    wrong.push(format!("{name}: {failure}"));
                }
                host.greets().await;
            }
            let faults = host.faults();
            assert_eq!(faults.len(), 3, "{name}: {faults:?}");
            assert!(faults.iter().all(|it| it.0 == kind.name()), "{name}");
            // Two more, and nothing runs for a while: what it took is free for its neighbours.
            host.attacked(name).await;
            host.attacked(name).await;
            let paused = host.render(name, "attack").await;
            assert!(matches!(paused, Err(CallError::Paused(_))), "{paused:?}");
            host.faults();
        }
        host.greets().await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_manifest_that_lies_is_refused() {
    let honest = manifest("guest-liar");
    let service = "[[services]]\nid = \"s\"\ntitle = { zh = \"服务\", en = \"Service\" }\n\
        description = { zh = \"服务\", en = \"Service\" }\nlife_event = \"other\"\n\
        audience = \"everyone\"\npage = \"home\"\n";
    let with_service = format!("{honest}\n{service}");
    let two = {
        let mut two = component("portal-plugin", &honest, |_| {});
        section(&mut two, SECTION_MANIFEST, &with_service);
        two
    };
    let other_contract = {
        let mut other = component("portal-plugin", &honest, |_| {});
        let (name, said) = (SECTION_CONTRACT.as_bytes(), CONTRACT.as_bytes());
        let whole = [name, said].concat();
        let found = other.windows(whole.len()).position(|it| it == whole);
        let at = found.unwrap() + name.len();
        other.splice(at..at + said.len(), *b"0.9.0");
        other
    };
    for (component, code) in [
        // A service that no page stands behind.
        (
            component("triage-plugin", &with_service, |_| {}),
            "plugin-service-without-portal",
        ),
        // Two manifests: one to be reviewed, one to be run.
        (two, "plugin-section-twice"),
        // Another contract than its interfaces have.
        (other_contract, "plugin-contract-other"),
        // A capability that there is not.
        (
            component(
                "portal-plugin",
                &honest.replace("capabilities = []", "capabilities = [\"everything\"]"),
                |_| {},
            ),
            "plugin-manifest-flaw",
        ),
    ] {
        let refused = format!("{:?}", verify(&component).err());
        assert!(refused.contains(code), "{code}: {refused}");
    }
    assert!(verify(&component("portal-plugin", &with_service, |_| {})).is_ok());
}
