//! What is kept of a ping, decided without any IO: values in, values or named refusals out.
//!
//! In reading order: [`path`] (whose ping is this), [`body`] (bytes to parts), [`filter`] (parts to
//! what the permit allows), [`value`] (one metric), [`refusal`] (every reason there is).

pub mod body;
pub mod filter;
pub mod path;
pub mod refusal;
pub mod value;

pub use refusal::{Dropped, Refusal};
