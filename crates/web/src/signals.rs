//! What a request says about tracking and sharing.

use axum::http::HeaderMap;
use candor_preference::{Dnt, Gpc, Signals};

/// Reads `DNT` and `Sec-GPC` of a request; choices and exceptions are the slices' to add.
#[must_use]
pub fn signals(headers: &HeaderMap) -> Signals {
    let values = |name| headers.get_all(name).into_iter().map(|value| value.as_bytes());
    Signals {
        dnt: Dnt::read(values("dnt")),
        gpc: Gpc::read(values("sec-gpc")),
        ..Signals::default()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn both_headers_are_read_in_all_their_lines() {
        let read = |lines: &[(&'static str, &'static [u8])]| {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(*name, HeaderValue::from_bytes(value).expect("a value"));
            }
            let signals = signals(&headers);
            (signals.dnt, signals.gpc)
        };
        assert_eq!(read(&[]), (Dnt::Unset, Gpc::Absent));
        assert_eq!(read(&[("dnt", b"1"), ("sec-gpc", b"1")]), (Dnt::Forbid, Gpc::OptOut));
        assert_eq!(read(&[("dnt", b"0"), ("dnt", b"1")]), (Dnt::Forbid, Gpc::Absent));
        assert_eq!(read(&[("sec-gpc", b"\xff"), ("sec-gpc", b"1")]), (Dnt::Unset, Gpc::OptOut));
    }
}
