//! What every page stands in: the server's name, its navigation and its build.

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};

use crate::{Problem, assets};

/// What the frame says about this server. Made once by the binary.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// The server's name, as its operator calls it.
    pub name: String,
    /// Links to the services that are on; the others do not appear.
    pub navigation: Vec<NavItem>,
    /// True when the data are invented, which every page then says.
    pub demo: bool,
    /// What runs here.
    pub build: Build,
}

/// One link of the navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// The words of the link.
    pub label: String,
    /// Where it leads: a path on this server.
    pub href: String,
}

/// What runs here, for the last line of every page (S38).
#[derive(Debug, Clone, Default)]
pub struct Build {
    /// The version.
    pub version: String,
    /// The first digits of the commit; empty when not known.
    pub commit: String,
    /// The licence's short name.
    pub licence: String,
    /// Where exactly this source is.
    pub source: String,
}

/// The frame of one page; every page's template has one in a field named `frame`.
///
/// As an extractor it knows which page was asked for. Where no [`Site`] was given, as in the
/// tests of a slice, the frame is empty.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// What it says about this server.
    pub site: Arc<Site>,
    path: String,
}

impl Frame {
    /// Makes the frame of the page at `path`.
    #[must_use]
    pub fn new(site: Arc<Site>, path: &str) -> Self {
        Self { site, path: path.to_owned() }
    }

    /// Tells whether this page is the one that a link of the navigation leads to, or below it.
    #[must_use]
    pub fn is_at(&self, item: &NavItem) -> bool {
        let rest = self.path.strip_prefix(item.href.as_str());
        rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && item.href != "/"))
    }

    /// Returns the path of the stylesheet.
    #[must_use]
    pub fn stylesheet(&self) -> &'static str {
        assets::STYLESHEET.path()
    }

    /// Returns the path of the icon.
    #[must_use]
    pub fn icon(&self) -> &'static str {
        assets::ICON.path()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let site = parts.extensions.get::<Arc<Site>>().cloned().unwrap_or_default();
        Ok(Self::new(site, parts.uri.path()))
    }
}

/// Renders a page. A template that cannot be rendered becomes a 500 [`Problem`].
#[must_use]
pub fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::internal().into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(
        ext = "html",
        source = r#"{% import "parts/note.html" as note %}{% import "parts/table.html" as table %}{% import "parts/field.html" as field -%}
{% call note::note("refused", title) %}<p>Write a name.</p>{% endcall %}
{% call table::scroll("Names") %}<table></table>{% endcall %}
{% call field::field("name", "Name", "text", value, "As on letters.", wrong, true) %}{% endcall %}
{% call field::field("site", "Site", "url", "", "", "", false) %}{% endcall %}"#
    )]
    struct Parts {
        title: String,
        value: String,
        wrong: &'static str,
    }

    #[test]
    fn parts_tie_their_words_together() {
        let parts = Parts {
            title: "A < B".to_owned(),
            value: "\"quoted\"".to_owned(),
            wrong: "Too short.",
        };
        insta::assert_snapshot!(parts.render().expect("it renders"), @r##"
        <div class="note refused" role="alert">
        <p class="note-title">A &#60; B</p>
        <p>Write a name.</p>
        </div>
        <div class="scroll" role="region" aria-label="Names" tabindex="0">
        <table></table>
        </div>
        <div class="field">
        <label for="name">Name</label>
        <p class="hint" id="name-hint">As on letters.</p>
        <p class="wrong" id="name-wrong">Too short.</p>
        <input id="name" name="name" type="text" value="&#34;quoted&#34;" aria-describedby="name-wrong name-hint" aria-invalid="true" required>
        </div>
        <div class="field">
        <label for="site">Site <span class="quiet">(optional)</span></label>
        <input id="site" name="site" type="url" value="">
        </div>
        "##);
    }

    #[test]
    fn a_link_is_current_on_its_page_and_below() {
        let current = |path: &str, href: &str| {
            let item = NavItem { label: String::new(), href: href.to_owned() };
            Frame::new(Arc::default(), path).is_at(&item)
        };
        assert!(current("/promises", "/promises"));
        assert!(current("/promises/S30", "/promises"));
        assert!(!current("/promises.svg", "/promises"));
        assert!(!current("/promise", "/promises"));
        assert!(current("/", "/"));
        assert!(!current("/promises", "/"));
    }
}
