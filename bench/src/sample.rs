//! The pings that are sent: captures of the Python SDK, as they were on the wire, each under a new
//! id.

use candor_kernel::DocumentId;

macro_rules! vector {
    ($path:literal, $include:ident) => {
        $include!(concat!("../../tests/vectors/glean/", $path))
    };
}

/// Name and body of captured pings whose content is kept.
const CAPTURED: [(&str, &[u8]); 2] = [
    ("sample-bundle", vector!("python/02-post-sample-bundle.body.bin", include_bytes)),
    ("anonymous-info", vector!("python/04-post-anonymous-info.body.bin", include_bytes)),
];

/// The definitions of their product: name and text.
pub(crate) const DEFINITIONS: [(&str, &str); 4] = [
    ("metrics.yaml", vector!("definitions/metrics.yaml", include_str)),
    ("pings.yaml", vector!("definitions/pings.yaml", include_str)),
    ("tags.yaml", vector!("definitions/tags.yaml", include_str)),
    ("product.yaml", vector!("definitions/product.yaml", include_str)),
];

/// A request with a place for the id.
#[derive(Clone)]
pub(crate) struct Ping {
    bytes: Vec<u8>,
    document_at: usize,
    place_at: usize,
}

/// Where it says that it comes from, as a proxy would: limits by network shall not hide others.
const PLACE: &str = "2001:db8:0000:0000::1";

impl Ping {
    /// The captured pings.
    pub(crate) fn captured() -> Vec<Self> {
        CAPTURED.iter().map(|(ping, body)| Self::new(ping, Some("gzip"), body)).collect()
    }

    /// Makes a request with the headers of the SDK.
    pub(crate) fn new(ping: &str, encoding: Option<&str>, body: &[u8]) -> Self {
        let mut head = format!("POST /submit/org-example-sample/{ping}/1/");
        let document_at = head.len();
        head.push_str(&DocumentId([0; 16]).to_string());
        head.push_str(
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nDate: Sat, 21 Nov 2026 20:26:59 GMT\r\n\
             X-Telemetry-Agent: Glean/71.0.0 (Python on Linux)\r\n\
             Content-Type: application/json; charset=utf-8\r\n",
        );
        head.push_str("X-Forwarded-For: ");
        let place_at = head.len();
        head.push_str(PLACE);
        head.push_str("\r\n");
        if let Some(encoding) = encoding {
            head.push_str(&format!("Content-Encoding: {encoding}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        Self { bytes: [head.as_bytes(), body].concat(), document_at, place_at }
    }

    /// The request, from a network and under an id that it never had.
    pub(crate) fn elsewhere(&mut self) -> &[u8] {
        let mut place = [0; 4];
        getrandom::fill(&mut place).expect("the system has randomness");
        let [a, b, c, d] = place;
        let place = format!("2001:db8:{a:02x}{b:02x}:{c:02x}{d:02x}::1");
        self.bytes[self.place_at..][..PLACE.len()].copy_from_slice(place.as_bytes());
        self.anew()
    }

    /// The request, under an id that it never had.
    pub(crate) fn anew(&mut self) -> &[u8] {
        let mut id = [0; 16];
        getrandom::fill(&mut id).expect("the system has randomness");
        let id = DocumentId(id).to_string();
        self.bytes[self.document_at..][..id.len()].copy_from_slice(id.as_bytes());
        &self.bytes
    }

    /// The request but for its last byte, and that byte.
    pub(crate) fn split_last(&self) -> (&[u8], &[u8]) {
        self.bytes.split_at(self.bytes.len() - 1)
    }
}
