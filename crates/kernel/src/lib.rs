//! What every part of Candor shares: typed ids, time, chance, limits, personal values, faults.
//!
//! It never does IO, reads no clock and rolls no dice of its own, and depends on no other crate
//! of the house. Time and chance are handed in: see [`Clock`] and [`Dice`].
//!
//! ```
//! use candor_kernel::{Day, DatumId, Timestamp};
//! let day = Timestamp::from_micros(1_795_219_200_000_000).day();
//! assert_eq!(day.to_string(), "2026-11-21");
//! assert_eq!(Day::parse("2026-11-21"), Some(day));
//! assert!(DatumId::parse("sample/metric/sample.app.started").is_ok());
//! ```

mod dice;
mod faults;
mod ids;
pub mod limits;
mod personal;
mod time;

pub use dice::{Dice, KeyUse, Keys, LiveKeys, Secret};
pub use faults::{Fault, Faults};
pub use ids::{
    AppId, DatumId, DocumentId, DocumentKey, IdError, MetricId, PersonName, PingName, ProductId,
    PromiseId, ReportId, RepositoryRev, Revision, SubjectKey,
};
pub use personal::{Personal, Sink, sink};
pub use time::{Clock, DAY_MICROS, Day, Timestamp};
