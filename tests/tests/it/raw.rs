//! Who may look at single pings: whoever says who they are and why, for everybody to read.

use std::time::Duration;

use candor_tests::{CAPTURED_PATH, Reply, World, in_both_worlds};
use serde_json::{Value, json};

async fn look(world: &World, body: Value) -> Reply {
    world.admin("/api/admin/pings", &body).await
}

#[tokio::test]
async fn nobody_looks_without_a_name_and_a_reason() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        for (body, part) in [
            (json!({}), "Say why you look at single pings"),
            (json!({ "by": "Olive" }), "Say why you look at single pings"),
            (json!({ "by": "Olive", "reason": "It may be useful." }), "The reason is public"),
            (json!({ "reason": "A person asked what we hold." }), "Say who looks"),
            (json!({ "by": " ", "reason": "A person asked what we hold." }), "Say who looks"),
        ] {
            let reply = look(world, body).await;
            assert_eq!(reply.status, 422, "{}", reply.body);
            assert!(reply.body.contains(part), "{}", reply.body);
            assert!(!reply.body.contains("sample.app"), "{}", reply.body);
        }
        assert_eq!(world.admin_get("/api/admin/pings?limit=1").await.status, 405);
        assert_eq!(world.get("/api/raw-reads").await.json(), json!([]));
        assert!(world.get("/about/raw-reads").await.body.contains("Nobody has looked"));
    })
    .await;
}

#[tokio::test]
async fn each_look_is_public_before_anything_is_shown_and_ends_after_400_days() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        let reason = "A person asked what <we> hold.";
        let document = CAPTURED_PATH.rsplit('/').next();
        let body = json!({ "by": "Olive", "reason": reason, "document": document });
        for _ in 0..2 {
            let shown = look(world, body.clone()).await;
            assert_eq!(shown.json().as_array().map(Vec::len), Some(1), "{}", shown.body);
        }
        let nothing = json!({ "by": "Olive", "reason": reason, "limit": 0 });
        assert_eq!(look(world, nothing).await.json(), json!([]));
        let line = |product: &str, looks: u8, pings: u8| {
            json!({
                "day": "2026-11-21", "by": "Olive", "reason": reason, "product": product,
                "looks": looks, "pings": pings,
            })
        };
        let listed = world.get("/api/raw-reads").await.json();
        assert_eq!(listed, json!([line("-", 1, 0), line("sample", 2, 2)]));
        let page = world.get("/about/raw-reads").await.body;
        assert!(
            page.contains("<td>Olive</td>") && page.contains("what &#60;we&#62; hold"),
            "{page}"
        );
        assert!(!page.contains("sample.app"), "no ping is on it");
        assert!(world.get("/").await.body.contains("href=\"/about/raw-reads\""));
        world.check_all().await;
        assert_eq!(world.promise("S30").await.0, "kept", "its columns are declared");
        let looks_after = async |days: u64| {
            world.clock.advance(Duration::from_secs(days * 86_400));
            world.server.refresh(world.now()).await;
            world.server.housekeep(world.now()).await.expect("kept");
            world.get("/api/raw-reads").await.json().as_array().map(Vec::len)
        };
        assert_eq!(looks_after(399).await, Some(2));
        assert_eq!(looks_after(2).await, Some(0));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    in_both_worlds(async |world| {
        world.with_sample().await;
        assert_eq!(world.post_captured().await.status, 200);
        let dropped = world.server.db.transact(|tx| {
            Box::pin(async move {
                sqlx::query("DROP TABLE raw_read").execute(&mut **tx).await?;
                Ok::<_, candor_database::DatabaseError>(())
            })
        });
        dropped.await.expect("dropped");
        let reply = look(world, json!({ "by": "Olive", "reason": "A person asked." })).await;
        assert_eq!(reply.status, 503);
        assert!(!reply.body.contains("sample.app"), "{}", reply.body);
    })
    .await;
}
