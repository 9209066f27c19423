//! Whether a datum may be taken from this person now: their signals (Do Not Track, Global Privacy
//! Control), their choices and what a review allowed go in, a [`Decision`] with its reason comes
//! out. What is allowed becomes a [`Permit`], and only with a permit is anything written.
//!
//! It stands alone: a project that keeps no inventory can read the two headers ([`Dnt::read`],
//! [`Gpc::read`]), fill in [`Terms`] by hand and ask [`decide`] or [`permit`].
//!
//! It never does IO, keeps no state, and knows no clock, no account and no address. It never takes
//! the absence of a signal for consent. It does not judge what a datum is: the review says so.
//!
//! ```
//! use candor_kernel::{DatumId, Revision};
//! use candor_preference::{Gpc, Offer, Signals, Standing, Terms, Use, Why, permit};
//!
//! let signals = Signals { gpc: Gpc::read([&b"1"[..]]), ..Signals::default() };
//! let measure = Terms { standing: Standing::InForce, purpose: Use::Measure, offer: Offer::On };
//! let datum = DatumId::parse("sample/metric/sample.app.started")?;
//!
//! let verdict = permit(Revision(7), &signals, [(datum, measure)]);
//! assert!(verdict.permit.is_none());
//! assert_eq!(verdict.refused[0].1.why, Why::OptOutSignal);
//! # Ok::<(), candor_kernel::IdError>(())
//! ```

mod capability;
mod decision;
mod permit;
mod signals;
mod why;

pub use capability::{Erasure, Maintenance, Safety};
pub use decision::{Decision, Inputs, Offer, Outcome, Standing, Terms, Tk, Use, decide};
pub use permit::{Permit, Verdict, permit};
pub use signals::{Choice, Dnt, Exception, Gpc, Signals};
pub use why::Why;
