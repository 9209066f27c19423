//! A notebook that counts how often it is opened.
//!
//! usage: candor-rust-example SERVER FOLDER [THEME | off]

use std::time::Duration;

use glean::net::{CapablePingUploadRequest, PingUploader, UploadResult};
use glean::{ClientInfoMetrics, ConfigurationBuilder};

mod glean_metrics;

use glean_metrics::{notebook, usage};

/// The crate's own uploader sends nothing and says 200: every program brings one.
#[derive(Debug)]
struct Uploader;

impl PingUploader for Uploader {
    fn upload(&self, request: CapablePingUploadRequest) -> UploadResult {
        let Some(request) = request.capable(|wanted| wanted.is_empty()) else {
            return UploadResult::incapable();
        };
        // An answer of 4xx and 5xx is an answer: the SDK reads the status.
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build();
        let mut post = ureq::Agent::from(agent).post(&request.url);
        for (name, value) in &request.headers {
            post = post.header(name, value);
        }
        match post.send(&request.body[..]) {
            Ok(reply) => UploadResult::http_status(reply.status().as_u16().into()),
            Err(_) => UploadResult::recoverable_failure(),
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(server), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: candor-rust-example SERVER FOLDER [THEME | off]");
        std::process::exit(2);
    };
    let theme = arguments.next().unwrap_or("paper".to_owned());
    // The SDK must know its pings when it starts.
    let _ = &*usage;
    // What the person chose the last time. After `off`, this sends the deletion request.
    let sharing = theme != "off";
    let configuration = ConfigurationBuilder::new(sharing, folder, "org-example-notebook")
        .with_server_endpoint(server)
        .with_uploader(Uploader)
        .build();
    let client_info = ClientInfoMetrics {
        app_build: "20261122".to_owned(),
        app_display_version: "1.2.0".to_owned(),
        channel: Some("release".to_owned()),
        locale: None,
        os_version: None,
    };
    glean::initialize(configuration, client_info);
    notebook::opened.add(1);
    notebook::theme.set(theme);
    usage.submit(Some("closed"));
    glean::shutdown();
}
