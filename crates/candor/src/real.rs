//! The real clock, the real dice, the real log: made here and nowhere else.

use std::io::{Write, stderr};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use candor_kernel::{Clock, Dice, Timestamp};
use candor_web::LogTap;
use tracing_subscriber::EnvFilter;

/// The operating system's clock.
pub struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that is handed round")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        #[expect(clippy::disallowed_methods, reason = "this is the clock that is handed round")]
        let now = Instant::now();
        now.duration_since(*START.get_or_init(|| now))
    }
}

/// The operating system's randomness.
pub struct RealDice;

impl Dice for RealDice {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "these are the dice that are handed round")]
        getrandom::fill(bytes).expect("without randomness no key and no token can be made");
    }
}

/// Sets what belongs to a process: where TLS gets its cryptography, and panics that quote nothing.
pub fn prepare_process() {
    // A second call in one process, as in tests, changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    std::panic::set_hook(Box::new(|panic| {
        // A message may quote data; the place is enough to find the fault.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic; the request it happened in got an error");
    }));
}

/// Starts the log: JSON lines to standard error. Libraries that could write headers are kept off.
pub fn start_log(level: &str) -> Result<(), String> {
    let directives = format!("{level},hyper=off,h2=off,rustls=off,axum=off,tower=off,sqlx=warn");
    let filter = EnvFilter::try_new(&directives)
        .map_err(|_| format!("log = {level:?} is no level; write error, warn, info or debug."))?;
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(|| Both);
    // A test process may have a log already.
    let _ = log.try_init();
    Ok(())
}

/// Returns what hears the log of this process, while a check listens.
#[must_use]
pub fn log_tap() -> LogTap {
    static TAP: OnceLock<LogTap> = OnceLock::new();
    TAP.get_or_init(LogTap::default).clone()
}

/// Writes a line to standard error, and lets the tap hear exactly that.
struct Both;

impl Write for Both {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        log_tap().hear(line);
        stderr().write_all(line).map(|()| line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        stderr().flush()
    }
}
