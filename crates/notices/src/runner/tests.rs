use candor_inventory::promise::Allowed;
use candor_inventory::{BoxFuture, Promise, Verdict};
use candor_testing::on_both;

use super::*;

/// A check that says what the test wants.
struct Says(Mutex<Result<Verdict, String>>);

impl Checks for Says {
    fn promises(&self) -> Vec<Promise> {
        Promise::read("- {id: S30, stops: [telemetry], mutation: sweep-nothing, repeat: Look.}")
            .expect("whole")
    }

    fn run<'a>(&'a self, _: &'a PromiseId, _: Timestamp) -> BoxFuture<'a, Result<Verdict, String>> {
        let says = self.0.lock().expect("no panic").clone();
        Box::pin(async move { says })
    }
}

fn says(verdict: Result<Verdict, String>) -> Arc<Says> {
    Arc::new(Says(Mutex::new(verdict)))
}

fn at(minutes: u64) -> Timestamp {
    Timestamp::from_micros(1_795_219_200_000_000).plus(Duration::from_secs(minutes * 60))
}

fn runner(db: &Database, checks: &[Arc<Says>]) -> (Runner, watch::Receiver<Arc<Standing>>) {
    let (sender, standing) = watch::channel(Arc::default());
    let checks: Vec<_> = checks.iter().map(|says| Arc::clone(says) as Arc<dyn Checks>).collect();
    (Runner::new(db.clone(), &checks, sender, at(0), "test".to_owned()), standing)
}

fn state(runner: &Runner, now: Timestamp) -> State {
    runner.watched(now)[0].state
}

#[tokio::test]
async fn telemetry_waits_for_the_first_check_and_stops_when_it_breaks() {
    on_both(async |test| {
        let check = says(Ok(Verdict::kept("Fine.")));
        let (runner, standing) = runner(&test.db, &[Arc::clone(&check)]);
        let open = |now| is_open(&standing, now);
        assert!(!open(at(0)), "nothing is open before the first check");
        assert_eq!(runner.tick(at(1)).await, 1);
        assert!(open(at(1)) && state(&runner, at(1)) == State::Kept);
        assert_eq!(runner.tick(at(2)).await, 0, "not due yet");

        *check.0.lock().unwrap() = Ok(Verdict::broken("Found a row."));
        assert_eq!(runner.tick(at(61)).await, 1);
        assert!(!open(at(61)) && state(&runner, at(61)) == State::Broken);
        *check.0.lock().unwrap() = Ok(Verdict::kept("Mended."));
        assert_eq!(runner.tick(at(62)).await, 1, "checked again soon");
        assert!(open(at(62)) && state(&runner, at(62)) == State::Kept);

        let history = runner.history(at(62)).await.expect("readable");
        let outcomes: Vec<_> = history.iter().map(|(_, _, outcome)| *outcome).collect();
        assert_eq!(outcomes, [Outcome::Kept, Outcome::Broken, Outcome::Kept]);
    })
    .await;
}

#[tokio::test]
async fn one_part_that_finds_a_fault_breaks_the_promise_for_all() {
    on_both(async |test| {
        let fine = says(Ok(Verdict::kept("Fine.")));
        for (other, expected, fact) in [
            (Ok(Verdict::kept("Fine too.")), State::Kept, "Fine. Fine too."),
            (Ok(Verdict::broken("Found.")), State::Broken, "Found."),
            (Err("no room".to_owned()), State::Stale, "The check could not run: no room."),
        ] {
            let (runner, _standing) = runner(&test.db, &[Arc::clone(&fine), says(other)]);
            runner.run_all(at(1)).await;
            let report = &runner.watched(at(1))[0];
            assert_eq!(report.state, expected);
            assert_eq!(report.last.as_ref().expect("it ran").fact, fact);
        }
    })
    .await;
}

#[tokio::test]
async fn a_result_that_is_too_old_stops_the_part() {
    on_both(async |test| {
        let (runner, standing) = runner(&test.db, &[says(Ok(Verdict::kept("Fine.")))]);
        runner.run_all(at(0)).await;
        assert_eq!(state(&runner, at(180)), State::Kept);
        assert_eq!(state(&runner, at(181)), State::Stale);
        runner.tell(at(181));
        assert!(!is_open(&standing, at(181)));
    })
    .await;
}

#[tokio::test]
async fn the_register_lists_every_promise_and_what_is_not_built_is_open() {
    on_both(async |test| {
        let (runner, _standing) = runner(&test.db, &[says(Ok(Verdict::kept("Fine.")))]);
        runner.run_all(at(0)).await;
        let reports = runner.reports(at(0));
        assert_eq!(reports.len(), 112);
        let open = reports.iter().filter(|report| report.state == State::Open).count();
        assert_eq!(open, 111);
    })
    .await;
}

fn is_open(standing: &watch::Receiver<Arc<Standing>>, now: Timestamp) -> bool {
    matches!(standing.borrow().allows(Part::Telemetry, now), Allowed::Open)
}
