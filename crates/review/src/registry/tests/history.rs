use super::*;
use crate::rules::row;

/// Pushes in any order, with repeats: the list only grows at its newest end.
#[tokio::test]
async fn the_history_of_a_product_never_shrinks() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let mut before = Vec::new();
        let states = [["a", "b", "c"], ["b", "a", "a"], ["a", "a", "c"]].concat();
        for (number, state) in (1..).zip(states) {
            let text = metrics(&[(state, "technical")]);
            let files = files(&text);
            let by = format!("Ann {number}");
            push(&registry, &text, (&by, number), Wants::default()).await;
            let after = registry.revisions(&shop()).await.expect("it reads");
            assert!(after.ends_with(&before), "{number}: an earlier state changed or went");
            let same = before.first().is_some_and(|newest: &store::RevisionRow| {
                newest.fingerprint == files_fingerprint(&files)
            });
            assert_eq!(after.len(), before.len() + usize::from(!same), "{number}");
            assert_eq!(after[0].fingerprint, files_fingerprint(&files));
            before = after;
        }
        let numbers: Vec<_> = before.iter().map(|row| row.number).collect();
        assert_eq!(numbers, (1..=6).rev().collect::<Vec<_>>());
        assert_eq!((before[5].by.as_str(), before[5].pushed), ("Ann 1", at(1)));
        let hashes: BTreeSet<_> = before.iter().map(|row| row.fingerprint).collect();
        assert_eq!(hashes.len(), 3, "a state is known by its content");
    })
    .await;
}

#[tokio::test]
async fn an_earlier_state_stays_readable() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let (first, second) = (metrics(&[("a", "technical")]), metrics(&[("b", "technical")]));
        for (seconds, text) in [(1, &first), (2, &second)] {
            push(&registry, text, ("Ann", seconds), Wants::default()).await;
        }
        assert_eq!(registry.files(&shop(), 1).await.expect("it is there"), files(&first));
        let definitions = registry.definitions(&shop(), 2).await.expect("it is there");
        assert!(definitions.metrics.contains_key("shop.cart.b"));
        let unknown = registry.files(&shop(), 3).await.expect_err("nobody pushed it").to_string();
        assert_eq!(unknown, "There is no state 3 of shop; see `candor review list`.");
    })
    .await;
}

#[tokio::test]
async fn what_changed_from_state_to_state_is_said() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let first = metrics(&[("a", "technical"), ("b", "technical")]);
        let second = metrics(&[("a", "interaction"), ("c", "technical")]);
        push(&registry, &first, ("Ann", 1), Wants::default()).await;
        push(&registry, &second, ("Ann", 2), Wants::default()).await;
        assert_eq!(registry.changes(&shop(), 1).await.expect("it reads"), []);
        let changes = registry.changes(&shop(), 2).await.expect("it reads");
        let voids: Vec<_> = changes.iter().map(|(id, it)| (id.as_str(), it.voids)).collect();
        assert_eq!(
            voids,
            [
                ("shop/metric/shop.cart.a", true),
                ("shop/metric/shop.cart.b", true),
                ("shop/metric/shop.cart.c", false),
            ]
        );
        assert_eq!(row::says(&changes[0].1).len(), 1, "{changes:?}");
    })
    .await;
}
