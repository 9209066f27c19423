use super::*;

const IMPORT: Wants = Wants { import: true, again: false };

/// Three metrics of a product of long standing; the last was never reviewed.
fn old() -> String {
    let text = metrics(&[("a", "technical"), ("b", "interaction"), ("c", "technical")]);
    text.replace("['https://example.org/c']", "[]")
}

#[tokio::test]
async fn reviews_of_elsewhere_count_when_they_are_confirmed() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        let imported = push(&registry, &old(), ("Ann", 1), IMPORT).await;
        assert_eq!(told(&imported), ["a elsewhere", "b elsewhere"]);
        let left: Vec<_> = imported.unlinked.iter().map(DatumId::as_str).collect();
        assert_eq!(left, ["shop/ping/till", "shop/metric/shop.cart.c"]);
        assert_eq!(standing(&registry), [""; 0], "nothing before somebody confirms it");
        let except = &["shop/metric/shop.cart.b"];
        decide(&registry, 1, (Outcome::Granted, except), 2).await.expect("it is open");
        assert_eq!(standing(&registry), ["a"]);
        let (row, shown) = registry.request(1).await.expect("it reads").expect("it is there");
        assert_eq!(row.title, "Confirm 2 data of Shop, reviewed elsewhere");
        let note = row.decision.map(|(_, note, _)| note);
        assert_eq!(note.as_deref(), Some("It is little. Reviewed before at example.org (1)."));
        assert_eq!(shown[0].row.reviews, ["https://example.org/a"]);
        let rest = push(&registry, &old(), ("Ann", 3), Wants::default()).await;
        assert_eq!(told(&rest), ["till ungranted", "c ungranted"]);
    })
    .await;
}

#[tokio::test]
async fn a_push_keeps_what_an_open_import_knows() {
    on_both(async |fresh| {
        let registry = registry(&fresh.db);
        push(&registry, &old(), ("Ann", 1), IMPORT).await;
        let pushed = push(&registry, &old(), ("Ann", 2), Wants::default()).await;
        assert_eq!(told(&pushed), ["till new", "a elsewhere", "b elsewhere", "c new"]);
        assert_eq!(pushed.superseded, Some(1));
    })
    .await;
}
