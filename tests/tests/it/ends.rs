//! B17 and S31: single pings are gone after their days, in landing and at rest.

use std::time::Duration;

use candor_kernel::Fault;
use candor_tests::{World, in_both_worlds};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn b17_s31_hold_and_leave_nothing_behind() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        for id in ["B17", "S31"] {
            let (state, fact) = world.promise(id).await;
            assert_eq!(state, "kept", "{fact}");
            assert!(fact.contains("kinds of pings say why they are kept"), "{fact}");
            assert!(fact.contains("nothing from before 2026-10-22 is in any folder"), "{fact}");
        }
        assert_eq!((old(world), world.stored().await.len()), (0, 0), "it sweeps its own pings");
    })
    .await;
}

#[tokio::test]
async fn b17_breaks_when_the_sweeper_sweeps_nothing() {
    breaks("B17", Fault::SweepNothing).await;
}

#[tokio::test]
async fn s31_breaks_when_pings_stay() {
    breaks("S31", Fault::KeepPings).await;
}

#[tokio::test]
async fn b17_sees_a_file_that_the_manifest_forgot() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        let folder = world.folder.path().join("data/rest/sample/sample-bundle");
        std::fs::create_dir_all(&folder).expect("a folder");
        let forgotten = folder.join("2026-08-01-1.parquet");
        std::fs::write(&forgotten, b"left by hand").expect("written");
        world.check_all().await;
        let (state, fact) = world.promise("B17").await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("1 files and entries"), "{fact}");
        assert!(fact.contains("sample/sample-bundle/2026-08-01-1.parquet"), "{fact}");
        std::fs::remove_file(forgotten).expect("removed");
        world.check_all().await;
        assert_eq!(world.promise("B17").await.0, "kept");
    })
    .await;
}

/// Names in the folders of pings that begin with a day before the oldest that is kept.
fn old(world: &World) -> usize {
    let folders = ["data/landing", "data/rest/candor-probe/probe"];
    let names = folders.into_iter().flat_map(|folder| {
        std::fs::read_dir(world.folder.path().join(folder)).into_iter().flatten()
    });
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("readable").file_name();
    names.map(name).filter(|name| name.to_string_lossy().starts_with("2026-10")).count()
}

/// Red with the fault, and pings wait; mended, all that was planted is gone, and pings are taken.
async fn breaks(id: &str, fault: Fault) {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        assert!(world.faults.set(fault, true));
        world.check_all().await;
        let (state, fact) = world.promise(id).await;
        assert_eq!(state, "broken", "{fact}");
        assert!(fact.contains("are there of days before 2026-10-22: 2026-10-21.db"), "{fact}");
        assert_eq!(world.post_captured().await.status, 503);
        assert!(world.get("/reports").await.body.contains("No new numbers for now"));
        assert!(old(world) > 0);
        assert!(world.faults.set(fault, false));
        world.pass(Duration::from_secs(10)).await;
        assert_eq!(world.promise(id).await.0, "kept", "mended, and checked again by itself");
        assert_eq!(old(world), 0);
        assert_eq!(world.post_captured().await.status, 200);
        world.clock.advance(31 * DAY);
        world.server.refresh(world.now()).await;
        world.server.housekeep(world.now()).await.expect("kept");
        assert_eq!(world.stored().await.len(), 0, "and so are the pings of everybody");
    })
    .await;
}
