//! Jobs of real components: one that never ends is stopped, stands in sight and holds up nobody;
//! one that ends well makes way for the next. Needs `cargo xtask guests`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use onedoor::{
    db::jobs::{of_plugin, runs},
    plugins::jobs,
};
use onedoor_tests::plugins::Host;

const ID: &str = "guest-endless-job";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_never_ends_is_stopped_and_stands_in_sight() {
    let mut host = Host::with(&["endless-job", "greeter"]).await;
    jobs::start(&host.plugins, &host.domain, &host.cx)
        .await
        .unwrap();
    for _ in 0..2 {
        host.domain.clock.advance(60);
        let cx = host.domain.system("jobs");
        let tried = jobs::turn(&host.plugins, &host.domain, &cx).await.unwrap();
        assert_eq!(tried, 2);
        host.greets().await;
    }
    let mut c = host.domain.database.read().await.unwrap();
    let standing = of_plugin(&mut c, ID).await.unwrap();
    let [forever, once] = standing.as_slice() else {
        unreachable!("{standing:?}")
    };
    assert!(
        forever
            .failure
            .as_ref()
            .unwrap()
            .contains("its manifest allows 300"),
        "{forever:?}"
    );
    assert_eq!(
        (forever.missed, forever.tries),
        (1, 1),
        "the first run never ended"
    );
    assert_eq!((once.missed, once.tries, &once.failure), (0, 0, &None));
    assert_eq!(runs(&mut c, ID, None, 10).await.unwrap().len(), 4);
    let faults = host.faults();
    assert!(faults.iter().all(|it| it.0 == "guest-time"), "{faults:?}");
    assert_eq!(faults.len(), 2);
}
