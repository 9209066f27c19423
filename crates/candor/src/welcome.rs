//! The owner's first page: what this server's own parts declare, and the button that accepts it.
//!
//! The link holds a code that is made at each start and kept in memory only. It stands in the path
//! and not in a query; no page sends a referrer and the log has no paths.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use candor_inventory::Inventory;
use candor_inventory::declaration::{Field, Retention};
use candor_kernel::{Clock, Dice, PersonName};
use candor_review::Registry;
use candor_web::{FailureLimit, Frame, Place, Problem, html};
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// The owner's code.
pub struct Owner(String);

impl Owner {
    /// Makes a code.
    #[must_use]
    pub fn new(dice: &dyn Dice) -> Self {
        let mut bytes = [0; 16];
        dice.fill(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns the path of the owner's page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/welcome/{}", self.0)
    }

    fn is(&self, code: &str) -> bool {
        self.0.as_bytes().ct_eq(code.as_bytes()).into()
    }
}

/// What the page needs.
#[derive(Clone)]
pub struct WelcomeState {
    /// Requests and decisions.
    pub registry: Arc<Registry>,
    /// The code.
    pub owner: Arc<Owner>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Counts wrong codes.
    pub failures: Arc<FailureLimit>,
}

#[derive(Template)]
#[template(path = "welcome/welcome.html")]
struct WelcomePage {
    frame: Frame,
    path: String,
    accepted: bool,
    parts: Vec<Inventory>,
    wrong: &'static str,
}

impl WelcomePage {
    fn fields(&self) -> impl Iterator<Item = (String, &Field)> {
        self.parts.iter().flat_map(|part| &part.records).flat_map(|(record, declared)| {
            declared.fields.iter().map(move |(name, field)| (format!("{record}.{name}"), field))
        })
    }

    /// What says something about a person by itself: to be read first.
    fn personal(&self) -> Vec<(String, &Field)> {
        self.fields().filter(|(_, field)| field.marked == Some(true)).collect()
    }
}

#[derive(Deserialize)]
struct Accepting {
    #[serde(default)]
    by: String,
}

/// Returns the routes.
pub fn routes(state: WelcomeState) -> Router {
    Router::new().route("/welcome/{code}", get(show).post(accept)).with_state(state)
}

async fn show(
    State(state): State<WelcomeState>,
    Path(code): Path<String>,
    place: Place,
    frame: Frame,
) -> Result<Response, Problem> {
    admit(&state, &code, place)?;
    page(&state, frame, "").await
}

async fn accept(
    State(state): State<WelcomeState>,
    Path(code): Path<String>,
    place: Place,
    frame: Frame,
    Form(form): Form<Accepting>,
) -> Result<Response, Problem> {
    admit(&state, &code, place)?;
    let Ok(by) = PersonName::parse(form.by.trim()) else {
        return page(
            &state,
            frame,
            "Write the name of the person who accepts, up to 80 characters.",
        )
        .await;
    };
    let accepted = state.registry.accept_own(by, state.clock.now()).await;
    accepted.map_err(candor_review::http::problem)?;
    Ok(Redirect::to(&state.owner.path()).into_response())
}

fn admit(state: &WelcomeState, code: &str, place: Place) -> Result<(), Problem> {
    state.failures.admit(place, state.clock.monotonic())?;
    if !state.owner.is(code) {
        return Err(Problem::not_found());
    }
    state.failures.succeeded(place);
    Ok(())
}

async fn page(
    state: &WelcomeState,
    frame: Frame,
    wrong: &'static str,
) -> Result<Response, Problem> {
    let accepted = state.registry.accepted(state.clock.now().day()).await;
    let accepted = accepted.map_err(candor_review::http::problem)?;
    let (path, parts) = (state.owner.path(), state.registry.own().to_vec());
    Ok(html(&WelcomePage { frame, path, accepted, parts, wrong }))
}
