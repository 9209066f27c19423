//! A notice as one HTML file: nothing is fetched, no script is needed.

use askama::Template;

use super::told::Notice;
use super::view::{self, Group};
use crate::Failure;

/// The look of the server's pages, and what a built notice has beside them.
const STYLE: &str = concat!(
    include_str!("../../../../../assets/candor.css"),
    include_str!("../../../../../pages/notice-build/own.css")
);

#[derive(Template)]
#[template(path = "notice-build/notice.html")]
struct Page<'a> {
    notice: &'a Notice,
    product: &'a str,
    style: &'static str,
    sensitive: Vec<Group<'a>>,
    others: Vec<Group<'a>>,
    others_title: &'static str,
    ended: Vec<Group<'a>>,
    files: String,
}

/// Writes it.
pub(super) fn write(notice: &Notice) -> Result<String, Failure> {
    let sensitive = view::sensitive(notice);
    let page = Page {
        notice,
        product: notice.product(),
        style: STYLE,
        others: view::others(notice),
        others_title: if sensitive.is_empty() { "All of it" } else { "Everything else" },
        sensitive,
        ended: view::ended(notice),
        files: notice.read_from(),
    };
    page.render().map_err(|error| Failure::other(error.to_string()))
}
