use std::collections::HashMap;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

async fn ask(path: &str, etag: &str) -> (u16, HeaderMap, usize) {
    let request = Request::get(path).header(IF_NONE_MATCH, etag).body(Body::empty());
    let reply = routes().oneshot(request.expect("a request")).await.expect("infallible");
    let (parts, body) = reply.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (parts.status.as_u16(), parts.headers, body.len())
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_known_again() {
    for asset in [&STYLESHEET, &ICON] {
        let (status, headers, bytes) = ask(asset.path(), "\"older\"").await;
        assert_eq!((status, bytes), (200, asset.text.len()));
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
        let etag = headers[ETAG].to_str().expect("text");
        assert!(asset.path().contains(etag.trim_matches('"')) && etag.len() == 14, "{etag}");
        for known in [etag.to_owned(), format!("\"x\", W/{etag}"), "*".to_owned()] {
            let (status, headers, bytes) = ask(asset.path(), &known).await;
            assert_eq!((status, bytes), (304, 0), "{known}");
            assert!(headers.contains_key(ETAG) && headers.contains_key(CACHE_CONTROL));
        }
    }
    assert_eq!(ask("/assets/candor-000000000000.css", "").await.0, 404);
}

#[test]
fn a_first_page_leaves_room_in_thirty_kilobytes() {
    let bytes = STYLESHEET.text.len() + ICON.text.len();
    assert!(bytes < 18_000, "{bytes} bytes before the first word of a page");
}

/// The colours of the light theme, or of the dark one laid over it.
fn tokens(dark: bool) -> HashMap<&'static str, &'static str> {
    let (light_part, rest) = STYLESHEET.text.split_once("@media screen").expect("a dark theme");
    let dark_part = rest.split_once("/* Text */").expect("the text rules follow").0;
    let parts = if dark { vec![light_part, dark_part] } else { vec![light_part] };
    let declarations = parts.into_iter().flat_map(|part| part.split([';', '{', '}']));
    declarations
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| name.starts_with("--") && value.starts_with('#'))
        .collect()
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("two hex digits");
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn contrast_is_enough_in_both_themes() {
    let text = 4.5;
    let shape = 3.0; // WCAG 2.2, 1.4.11: what is not text
    let pairs = [
        ("--ink", "--paper", text),
        ("--ink", "--card", text),
        ("--ink", "--wash", text),
        ("--quiet", "--wash", text),
        ("--quiet", "--paper", text),
        ("--quiet", "--card", text),
        ("--accent", "--paper", text),
        ("--accent", "--card", text),
        ("--on-accent", "--accent", text),
        ("--kept", "--kept-wash", text),
        ("--stale", "--stale-wash", text),
        ("--broken", "--broken-wash", text),
        ("--open", "--open-wash", text),
        ("--broken", "--paper", text),
        ("--broken", "--card", text),
        ("--edge", "--card", shape),
        ("--edge", "--paper", shape),
        ("--kept", "--paper", shape),
        ("--stale", "--paper", shape),
    ];
    for dark in [false, true] {
        let tokens = tokens(dark);
        for (front, back, least) in pairs {
            let (a, b) = (luminance(tokens[front]), luminance(tokens[back]));
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(ratio >= least, "{front} on {back}, dark {dark}: {ratio:.2}");
        }
    }
    assert_ne!(tokens(false)["--paper"], tokens(true)["--paper"]);
}

fn templates(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(templates(&path));
        } else if path.extension().is_some_and(|ending| ending == "html") {
            let text = std::fs::read_to_string(&path).expect("a template");
            found.push((path.display().to_string(), text.to_lowercase()));
        }
    }
    found
}

#[test]
fn templates_hold_nothing_that_the_content_policy_forbids() {
    let pages = templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pages"));
    assert!(
        pages.iter().any(|(path, _)| path.ends_with("frame.html")),
        "it reads the right folder"
    );
    let forbidden =
        [" style=", "<style", "<script", " onclick=", " onload=", " onsubmit=", "javascript:"];
    // No server shows what `candor notice build` writes: it is one file that stands by itself.
    for (path, text) in pages.into_iter().filter(|(path, _)| !path.contains("notice-build")) {
        for piece in forbidden {
            assert!(!text.contains(piece), "{path} holds {piece}");
        }
    }
}
