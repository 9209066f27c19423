//! Decisions.

use candor_database::{Database, Tx};
use candor_kernel::Timestamp;

use super::{Decision, ReviewError, request, requesters};
use crate::rules::{Asked, may_decide};

/// Decides a request, if the rules allow it.
pub async fn decide(
    db: &Database,
    number: i64,
    decision: &Decision,
    now: Timestamp,
) -> Result<(), ReviewError> {
    // Items never change after a request was opened; its state is checked again when it is written.
    let row = request(db, number).await?;
    let Some(row) = row else { return Err(ReviewError::Unknown(format!("request {number}"))) };
    let requesters = &requesters(db, number).await?;
    let asked = Asked { kind: row.kind, state: &row.state, requesters, items: &row.items };
    may_decide(asked, decision, now.day())?;
    candor_database::without_nul(&decision.note)?;
    let before = row.state.as_str();
    db.transact(|tx| {
        Box::pin(async move {
            let changed = sqlx::query(
                "UPDATE review_request SET state = $1 WHERE request = $2 AND state = $3",
            )
            .bind(decision.outcome.name())
            .bind(number)
            .bind(before)
            .execute(&mut **tx)
            .await?
            .rows_affected();
            if changed == 0 {
                return Err(ReviewError::NotAllowed("Somebody else decided it meanwhile.".into()));
            }
            leave_out(tx, number, decision).await?;
            keep(tx, number, decision, now).await
        })
    })
    .await
}

async fn leave_out(tx: &mut Tx<'_>, request: i64, decision: &Decision) -> Result<(), ReviewError> {
    for datum in &decision.except {
        sqlx::query("UPDATE review_item SET refused = 1 WHERE request = $1 AND datum = $2")
            .bind(request)
            .bind(datum.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn keep(
    tx: &mut Tx<'_>,
    request: i64,
    decision: &Decision,
    now: Timestamp,
) -> Result<(), ReviewError> {
    sqlx::query(
        "INSERT INTO review_decision (request, steward, note, decided_us, expires_day) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (request) DO UPDATE SET \
         steward = excluded.steward, note = excluded.note, decided_us = excluded.decided_us, expires_day = excluded.expires_day",
    )
    .bind(request)
    .bind(decision.steward.as_str())
    .bind(decision.note.as_str())
    .bind(now.micros())
    .bind(decision.expires.number())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
