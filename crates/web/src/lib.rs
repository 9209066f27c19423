//! The edge of the server: listeners, what every reply carries, what every page stands in, and
//! the one form of an error.
//!
//! A router of slices goes through [`Edge::around`]; from then on every reply has its security
//! headers, every error is a [`Problem`], every request writes one log line without anything of
//! the person in it, and handlers can take a [`Frame`], a [`Place`] or the [`signals`] of a request.
//!
//! It never lets a network address past itself: a slice sees a [`Place`], a keyed hash that lives
//! for an hour at most. It never decides about data, and holds nothing on disk but, where asked,
//! a development certificate.
//!
//! ```
//! use axum::{Router, routing::get};
//! use candor_web::{Frame, Problem};
//!
//! async fn answer(frame: Frame) -> Result<String, Problem> {
//!     match frame.site.name.as_str() {
//!         "" => Err(Problem::not_found()),
//!         name => Ok(format!("This is {name}.")),
//!     }
//! }
//! let router: Router = Router::new().route("/answer", get(answer));
//! ```

// Templates name this crate by its own name, from here and from the slices alike.
extern crate self as candor_web;

pub mod assets;
mod body;
mod client;
mod dressing;
mod edge;
mod headers;
pub mod health;
mod log;
mod mark;
mod page;
mod problem;
pub mod serve;
mod signals;
mod visit;

pub use client::{
    Admits, FailureLimit, Memory, Network, NetworkError, Overload, Place, Places, SubmitLimit,
    Taken, trial,
};
pub use dressing::wants_page;
pub use edge::Edge;
pub use log::{Hearing, LogTap, Quiet};
pub use mark::{Strip, state_word};
pub use page::{Build, Frame, NavItem, Site, html};
pub use problem::Problem;
pub use signals::signals;
pub use visit::{Own, Visit, Voice};

/// What this crate keeps: a log line per request, and keyed places in memory.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
