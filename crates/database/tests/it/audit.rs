use candor_database::{DatabaseError, Migration};
use candor_testing::on_both_empty;

use crate::{declared, noon, run};

const DIARY: Migration = Migration {
    name: "0002_diary",
    text: "-- service: core
CREATE TABLE diary (who CTEXT, day BIGINT, line CTEXT, mood DOUBLE PRECISION, ink BYTEA);
CREATE TABLE visit (who CTEXT NOT NULL, at_us BIGINT NOT NULL);
CREATE TABLE tally (day BIGINT NOT NULL);
",
};

fn core() -> Migration {
    candor_database::MIGRATIONS[0]
}

#[tokio::test]
async fn the_declared_schema_passes() {
    on_both_empty(async |test| {
        test.db.migrate_to(&[core(), DIARY], &[], noon()).await.expect("it applies");
        // `absent` is declared by a service that is off, so no migration made it.
        test.db.audit(&declared()).await.expect("everything is declared");
    })
    .await;
}

#[tokio::test]
async fn a_column_that_nobody_declared_is_named() {
    on_both_empty(async |test| {
        test.db.migrate_to(&[core(), DIARY], &[], noon()).await.expect("it applies");
        run(&test.db, "ALTER TABLE diary ADD COLUMN weather CTEXT").await.expect("it is added");
        let refused = test.db.audit(&declared()).await;
        let Err(DatabaseError::Undeclared(found)) = refused else { panic!("{refused:?}") };
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "diary.weather");
        assert!(found[0].message.contains("inventory.yaml of diary"), "{}", found[0].message);
    })
    .await;
}

#[tokio::test]
async fn a_table_that_nobody_declared_is_named() {
    on_both_empty(async |test| {
        test.db.migrate_to(&[core(), DIARY], &[], noon()).await.expect("it applies");
        run(&test.db, "CREATE TABLE shadow (name CTEXT)").await.expect("it is added");
        let refused = test.db.audit(&declared()).await;
        let Err(DatabaseError::Undeclared(found)) = refused else { panic!("{refused:?}") };
        assert_eq!(found[0].place, "shadow.name");
    })
    .await;
}

#[tokio::test]
async fn what_is_declared_and_missing_is_named() {
    on_both_empty(async |test| {
        test.db.migrate_to(&[core(), DIARY], &[], noon()).await.expect("it applies");
        for (change, place) in
            [("ALTER TABLE diary DROP COLUMN mood", "diary.mood"), ("DROP TABLE diary", "diary")]
        {
            run(&test.db, change).await.expect("it goes");
            let refused = test.db.audit(&declared()).await;
            let Err(DatabaseError::Missing(found)) = refused else { panic!("{refused:?}") };
            assert_eq!((found.len(), found[0].place.as_str()), (1, place));
        }
    })
    .await;
}
