//! C17, C18, S37, H12 and H13: what a person said, which version it is, and where it came from.

use candor_kernel::Fault;
use candor_segments::scan;
use candor_tests::{World, in_both_worlds};

/// The promise holds, breaks with its fault and the given words, stops collection, and holds again.
async fn breaks(world: &World, id: &str, fault: Fault, words: &str) {
    world.check_all().await;
    let (state, fact) = world.promise(id).await;
    assert_eq!(state, "kept", "{id}: {fact}");
    assert_eq!(world.post_captured().await.status, 200);
    assert!(world.faults.set(fault, true));
    world.check_all().await;
    let (state, fact) = world.promise(id).await;
    assert_eq!(state, "broken", "{id} with {}: {fact}", fault.name());
    assert!(fact.contains(words), "{id}: {fact}");
    assert_eq!(world.post_captured().await.status, 503, "collection stops");
    assert!(world.faults.set(fault, false));
    world.check_all().await;
    assert_eq!(world.promise(id).await.0, "kept", "mended");
    // Whatever a check planted or a fault let through is gone.
    let left = scan::files_with(&world.folder.path().join("data/landing"), &[b"canary-"]);
    assert_eq!(left.expect("readable"), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn c17_breaks_when_the_edge_ignores_what_a_browser_says() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        breaks(world, "C17", Fault::IgnoreSignals, "A ping with DNT: 1 was sent and found").await;
    })
    .await;
}

#[tokio::test]
async fn c18_breaks_when_the_edge_believes_the_channel_that_a_ping_claims() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        breaks(world, "C18", Fault::BelieveChannel, "claimed to be a nightly").await;
    })
    .await;
}

#[tokio::test]
async fn s37_breaks_when_the_edge_does_not_read_the_opt_out() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let shown = world.get("/.well-known/gpc.json").await;
        assert_eq!(shown.json()["gpc"], true, "{}", shown.body);
        breaks(world, "S37", Fault::IgnoreGpc, "A ping with Sec-GPC: 1 was sent and found").await;
    })
    .await;
}

#[tokio::test]
async fn h12_breaks_when_an_address_is_kept() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        breaks(world, "H12", Fault::KeepAddress, "holds that address").await;
    })
    .await;
}

#[tokio::test]
async fn h13_breaks_when_an_address_is_kept() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        breaks(world, "H13", Fault::KeepAddress, "holds that address").await;
    })
    .await;
}
