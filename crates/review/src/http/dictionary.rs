//! The data dictionary, as pages and as JSON: everybody may read all of it.
//!
//! | route | what |
//! | --- | --- |
//! | `GET /data` | search and browse, 50 a page |
//! | `GET /data/{product}`, `GET /data/{product}/{kind}/{name}` | a product; a ping, metric or field with its story |
//! | `GET /api/dictionary` | the search as JSON: [`SearchReply`] |
//! | `GET /api/dictionary/{product}` | [`ProductReply`] |
//! | `GET /api/dictionary/{product}/{kind}/{name}` | [`DatumReply`] |
//! | `GET /api/allow-list/{product}` | what the edge takes of a product now: [`AllowList`] |
//!
//! A search takes the parts of a [`Query`].

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query as Part, State as Shared};
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use candor_kernel::{Clock, limits};
use candor_web::{Frame, Problem, html};

use super::{ReviewState, problem};
use crate::dictionary::{Dictionary, OWN, Query, Shelf};
use crate::registry::Registry;

mod allowed;
mod reply;
mod shown;

pub use allowed::{AllowList, AllowedApp, AllowedMetric, AllowedPing};
pub use reply::{DatumReply, GrantReply, ProductReply, SearchReply, SummaryReply, ToldReply};
use shown::{Choices, Counts, Details, Row};

#[derive(Clone)]
struct DictionaryState {
    registry: Arc<Registry>,
    shelf: Arc<Shelf>,
    clock: Arc<dyn Clock>,
    raw_days: u32,
}

#[derive(Template)]
#[template(path = "dictionary/search.html")]
struct SearchPage {
    frame: Frame,
    query: Query,
    choices: Choices,
    count: usize,
    rows: Vec<SummaryReply>,
    /// Where the next page is, and the first where this is a later one.
    next: Option<String>,
    first: Option<String>,
}

#[derive(Template)]
#[template(path = "dictionary/product.html")]
struct ProductPage {
    frame: Frame,
    product: ProductReply,
    counts: Counts,
    /// The pings of a product, or the records of this server.
    parts: Vec<Row>,
}

#[derive(Template)]
#[template(path = "dictionary/datum.html")]
struct DatumPage {
    frame: Frame,
    title: String,
    datum: DatumReply,
    details: Details,
}

/// Returns the public routes. Raw pings are gone after `raw_days`.
pub fn routes(review: &ReviewState, raw_days: u32) -> Router {
    let (registry, clock) = (Arc::clone(&review.registry), Arc::clone(&review.clock));
    let state = DictionaryState { registry, shelf: Arc::default(), clock, raw_days };
    Router::new()
        .route("/data", get(search_page))
        .route("/data/{product}", get(product_page))
        .route("/data/{product}/{kind}/{name}", get(datum_page))
        .route("/api/dictionary", get(search))
        .route("/api/dictionary/{product}", get(product))
        .route("/api/dictionary/{product}/{kind}/{name}", get(datum))
        .route("/api/allow-list/{product}", get(allow_list))
        .with_state(state)
}

impl DictionaryState {
    async fn dictionary(&self) -> Result<Arc<Dictionary>, Problem> {
        self.shelf.current(&self.registry, self.clock.now()).await.map_err(problem)
    }
}

async fn search_page(
    Shared(state): Shared<DictionaryState>,
    Part(query): Part<Query>,
    frame: Frame,
) -> Result<Response, Problem> {
    let dictionary = state.dictionary().await?;
    let found = dictionary.search(&query.filter().map_err(Problem::bad_request)?);
    let page = SearchPage {
        frame,
        choices: Choices::of(&dictionary),
        count: found.count,
        rows: found.data.iter().map(|datum| SummaryReply::of(datum)).collect(),
        next: found.next.map(|after| query.after("/data", &after)),
        first: (!query.after.is_empty()).then(|| query.after("/data", "")),
        query,
    };
    Ok(html(&page))
}

async fn product_page(
    Shared(state): Shared<DictionaryState>,
    Path(id): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let dictionary = state.dictionary().await?;
    let product = dictionary.product(&id).ok_or_else(Problem::not_found)?;
    let counts = Counts::of(dictionary.data_of(&id));
    let parts = shown::parts(dictionary.data_of(&id), state.registry.own());
    let product = ProductReply::of(product, dictionary.data_of(&id));
    Ok(html(&ProductPage { frame, product, counts, parts }))
}

async fn datum_page(
    Shared(state): Shared<DictionaryState>,
    Path((product, kind, name)): Path<(String, String, String)>,
    frame: Frame,
) -> Result<Response, Problem> {
    let dictionary = state.dictionary().await?;
    let found = dictionary.datum(&product, &kind, &name).ok_or_else(Problem::not_found)?;
    let product = dictionary.product(&product).ok_or_else(Problem::not_found)?;
    let datum = DatumReply::of(found, product, state.raw_days);
    let details = Details::of(found, &dictionary);
    Ok(html(&DatumPage { frame, title: product.title.clone(), datum, details }))
}

async fn search(
    Shared(state): Shared<DictionaryState>,
    Part(query): Part<Query>,
) -> Result<Json<SearchReply>, Problem> {
    let dictionary = state.dictionary().await?;
    let found = dictionary.search(&query.filter().map_err(Problem::bad_request)?);
    let next = found.next.map(|after| query.after("/api/dictionary", &after));
    let data = found.data.iter().map(|datum| SummaryReply::of(datum)).collect();
    Ok(Json(SearchReply { count: found.count, data, next }))
}

async fn product(
    Shared(state): Shared<DictionaryState>,
    Path(id): Path<String>,
) -> Result<Json<ProductReply>, Problem> {
    let dictionary = state.dictionary().await?;
    let product = dictionary.product(&id).ok_or_else(Problem::not_found)?;
    Ok(Json(ProductReply::of(product, dictionary.data_of(&id))))
}

async fn datum(
    Shared(state): Shared<DictionaryState>,
    Path((product, kind, name)): Path<(String, String, String)>,
) -> Result<Json<DatumReply>, Problem> {
    let dictionary = state.dictionary().await?;
    let found = dictionary.datum(&product, &kind, &name).ok_or_else(Problem::not_found)?;
    let product = dictionary.product(&product).ok_or_else(Problem::not_found)?;
    Ok(Json(DatumReply::of(found, product, state.raw_days)))
}

async fn allow_list(
    Shared(state): Shared<DictionaryState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let in_force = Arc::clone(&state.registry.in_force().borrow());
    let list = AllowList::of(&in_force, &id);
    if list.apps.is_empty() && (id == OWN || state.dictionary().await?.product(&id).is_none()) {
        return Err(Problem::not_found());
    }
    let tag = format!("\"{}\"", in_force.revision);
    let known = headers.get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let tags = [(ETAG, tag.clone())];
    match known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        true => Ok((StatusCode::NOT_MODIFIED, tags).into_response()),
        false => Ok((tags, Json(list)).into_response()),
    }
}

#[cfg(test)]
mod tests;
