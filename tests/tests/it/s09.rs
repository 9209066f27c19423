//! S09: the log holds nothing of a visitor, and no file of this server holds the log.

use candor_kernel::Fault;
use candor_tests::in_both_worlds;

#[tokio::test]
async fn s09_holds_and_a_planted_line_was_heard() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        world.check_all().await;
        let (state, fact) = world.promise("S09").await;
        assert_eq!(state, "kept", "{fact}");
        for part in ["address, forwarded address, browser name", "a line planted in it was heard"] {
            assert!(fact.contains(part), "{fact}");
        }
        let data = world.folder.path().join("data");
        let left = std::fs::read_dir(data).expect("readable").flatten();
        let left = left.filter(|file| file.file_name().to_string_lossy().starts_with("search-"));
        assert_eq!(left.count(), 0, "what the search planted is gone");
    })
    .await;
}

#[tokio::test]
async fn s09_breaks_when_the_log_says_everything() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert!(world.faults.set(Fault::LogEverything, true));
        world.check_all().await;
        let (state, fact) = world.promise("S09").await;
        assert_eq!(
            (state.as_str(), fact.as_str()),
            ("broken", "The address of a trial request was found in the log.")
        );
        assert_eq!(world.post_captured().await.status, 503, "nobody's pings meet this log");
        assert!(world.faults.set(Fault::LogEverything, false));
        world.check_all().await;
        assert_eq!(world.promise("S09").await.0, "kept");
        assert_eq!(world.post_captured().await.status, 200);
    })
    .await;
}
