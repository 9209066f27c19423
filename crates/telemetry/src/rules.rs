//! What is kept of a ping, decided without any IO: values in, values or named refusals out.
//!
//! In reading order: [`path`] (whose ping is this), [`body`] (bytes to parts), [`filter`] (parts to
//! what the permit allows), [`value`] (one metric), [`refusal`] and [`cause`] (every reason there
//! is), [`deletion`] (who wants to leave), [`trace`] (the same way, told to the operator), `raw` (why
//! somebody may look at single pings), [`json`] (how any of it is read).

pub mod body;
pub mod cause;
pub mod deletion;
pub mod filter;
pub mod json;
pub mod path;
pub(crate) mod raw;
pub mod refusal;
pub mod trace;
pub mod value;

pub use cause::Cause;
pub use refusal::{Dropped, Refusal};
pub use trace::Trace;
