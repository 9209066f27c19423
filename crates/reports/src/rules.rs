//! What may be published, and how it is noised, shown and drawn. Pure; whole numbers and fractions
//! only, no floating point: its rounding has undone noise before. The reasons are in
//! docs/decisions/0009-mechanism.md.
//!
//! - [`Spec`]: what somebody asks for; [`Plan`]: the same, joined with what is in force.
//! - [`Period`], [`Span`]: which days, and when.
//! - [`Budget`]: how much may be given away, and the noise, thresholds and errors that follow.
//! - [`Release`]: from true totals and noise to what is shown; [`Edition`]: the document of it.

pub mod bars;
pub mod budget;
pub mod edition;
pub mod period;
pub mod plan;
pub mod release;
pub mod spec;
pub mod words;

pub use bars::{Bar, Point, Tenths, bars};
pub use budget::{Budget, Fraction, Preset};
pub use edition::{Edition, Making};
pub use period::{Period, Span, week, week_start};
pub use plan::Plan;
pub use release::{Noise, Release, Shown};
pub use spec::Spec;
