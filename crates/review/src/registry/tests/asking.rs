use super::*;

#[tokio::test]
async fn a_push_takes_the_place_of_the_request_that_is_open() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let (one, two) =
            (metrics(&[("a", "technical")]), metrics(&[("a", "technical"), ("b", "technical")]));
        let first = push(&registry, &one, ("Ann", 1), Wants::default()).await;
        let same = push(&registry, &one, ("Cy", 2), Wants::default()).await;
        assert_eq!((same.request, same.superseded), (first.request, None));
        let second = push(&registry, &two, ("Bo", 3), Wants::default()).await;
        assert_eq!((second.request, second.superseded), (Some(2), Some(1)));
        assert_eq!(told(&second), ["till new", "a new", "b new"], "nothing was decided yet");
        let (old, _) = registry.request(1).await.expect("it reads").expect("it is there");
        assert_eq!((old.state.as_str(), old.superseded_by), ("superseded", Some(2)));
        let open = store::open_about(&fresh.db, (Kind::Collect, "shop")).await.expect("it reads");
        assert_eq!(open.map(|open| open.request), Some(2));
        let refused = decide(&registry, 1, (Outcome::Granted, &[]), 4).await.expect_err("closed");
        assert_eq!(refused, "The request is superseded, not open.");
        decide(&registry, 2, (Outcome::Granted, &[]), 4).await.expect("it is open");
        assert_eq!(standing(&registry), ["a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_asked_before_does_not_decide_through_another() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        for (by, name) in [("Sam", "a"), ("Ann", "b"), ("Bo", "c")] {
            push(&registry, &metrics(&[(name, "technical")]), (by, 1), Wants::default()).await;
        }
        let refused = decide(&registry, 3, (Outcome::Granted, &[]), 2).await;
        assert!(refused.expect_err("Sam asked first").contains("are two people"));
    })
    .await;
}

#[tokio::test]
async fn a_request_ends_when_nothing_is_asked_any_more() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let (one, two) =
            (metrics(&[("a", "technical")]), metrics(&[("a", "technical"), ("b", "technical")]));
        push(&registry, &one, ("Ann", 1), Wants::default()).await;
        decide(&registry, 1, (Outcome::Granted, &[]), 2).await.expect("it is open");
        push(&registry, &two, ("Ann", 3), Wants::default()).await;
        let back = push(&registry, &one, ("Ann", 4), Wants::default()).await;
        assert_eq!((back.request, back.superseded), (None, Some(2)));
        let (old, _) = registry.request(2).await.expect("it reads").expect("it is there");
        assert_eq!((old.state.as_str(), old.superseded_by), ("superseded", None));
    })
    .await;
}

#[tokio::test]
async fn a_change_ends_its_grant_at_once_and_says_so() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let before = metrics(&[("a", "technical"), ("b", "technical"), ("c", "technical")]);
        push(&registry, &before, ("Ann", 1), Wants::default()).await;
        decide(&registry, 1, (Outcome::Granted, &[]), 2).await.expect("it is open");
        assert_eq!(standing(&registry), ["a", "b", "c"]);
        let after = metrics(&[("a", "interaction"), ("b", "technical")]);
        let after = after.replace("How often b.", "How many times b was seen.");
        let pushed = push(&registry, &after, ("Ann", 3), Wants::default()).await;
        // The ping is as sensitive as before for its own terms; only its parts changed.
        assert_eq!(told(&pushed), ["a changed!"]);
        assert_eq!(standing(&registry), ["b"]);
        let says = &pushed.asked[0].says;
        assert_eq!(says.len(), 1, "{says:?}");
        let gone: Vec<_> =
            pushed.removed.iter().map(|gone| (gone.datum.as_str(), gone.voided)).collect();
        assert_eq!(gone, [("shop/metric/shop.cart.c", true)]);
        assert_eq!(pushed.changed[0].0.as_str(), "shop/metric/shop.cart.b", "no review for words");
        let (_, shown) = registry.request(2).await.expect("it reads").expect("it is there");
        assert_eq!(shown, pushed.asked, "the request says what the push said");
        assert_eq!(shown[0].row.description, "How often a.");
    })
    .await;
}

#[tokio::test]
async fn what_is_left_out_of_a_grant_stays_refused() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let text = metrics(&[("a", "technical"), ("b", "technical")]);
        push(&registry, &text, ("Ann", 1), Wants::default()).await;
        let except = &["shop/metric/shop.cart.b"][..];
        decide(&registry, 1, (Outcome::Granted, except), 2).await.expect("it is open");
        assert_eq!(standing(&registry), ["a"]);
        let same = push(&registry, &text, ("Ann", 3), Wants::default()).await;
        assert_eq!((same.request, same.refused.len()), (None, 1));
        assert_eq!((same.refused[0].0.as_str(), same.refused[0].1), (except[0], 1));
        let again = Wants { again: true, ..Wants::default() };
        let asked = push(&registry, &text, ("Ann", 4), again).await;
        assert_eq!((asked.request, told(&asked)), (Some(2), vec!["b ungranted".to_owned()]));
        decide(&registry, 2, (Outcome::Granted, &[]), 5).await.expect("it is open");
        assert_eq!(standing(&registry), ["a", "b"]);
        decide(&registry, 2, (Outcome::Withdrawn, &[]), 6).await.expect("it was granted");
        assert_eq!(standing(&registry), ["a"]);
    })
    .await;
}

#[tokio::test]
async fn files_that_cannot_be_kept_are_named() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let text = metrics(&[("a", "technical")]);
        let long = "x".repeat(201);
        for (name, expected) in [
            ("pings.yaml", "pings.yaml: Two files have this name; push one."),
            ("", ": A file's name has 1 to 200 bytes."),
            (long.as_str(), ": A file's name has 1 to 200 bytes."),
        ] {
            let mut files = files(&text);
            files[0].0 = name.to_owned();
            let (registration, requester) = (registration(), person("Ann"));
            let push = Push {
                registration: &registration,
                files: &files,
                requester: &requester,
                rev: None,
                wants: Wants::default(),
            };
            match registry.push(push, at(1)).await {
                Err(ReviewError::Definitions(found)) => {
                    assert!(found[0].to_string().ends_with(expected), "{found:?}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
        assert!(registry.revisions(&shop()).await.expect("it reads").is_empty());
    })
    .await;
}
