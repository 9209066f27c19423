//! `--server`: what a server has granted, from its public allow-list.

use candor_inventory::lint::{Granted, GrantedDatum};
use candor_kernel::{Day, ProductId};
use candor_review::http::dictionary::AllowList;

use super::Lint;
use crate::Failure;
use crate::cli::{Reach, Server};

/// Asks the server that was named; none where none was.
pub(super) async fn ask(lint: &Lint) -> Result<Option<Granted>, Failure> {
    let (Some(server), Some(product)) = (&lint.server, &lint.product) else { return Ok(None) };
    let product = ProductId::parse(product);
    let product = product.map_err(|error| Failure::configuration(error.to_string()))?;
    let server = Server {
        data: None,
        server: Some(server.clone()),
        token_file: None,
        cacert: lint.cacert.clone(),
        json: false,
    };
    let list = Reach::new(&server)?.get(&format!("/api/allow-list/{product}")).await;
    list.map(|list| Some(granted(list))).map_err(|failure| failure.about(product.as_str()))
}

fn granted(list: AllowList) -> Granted {
    let day = |text: Option<String>| text.as_deref().and_then(Day::parse);
    let mut granted = Granted::default();
    for (name, ping) in list.apps.into_values().flat_map(|app| app.pings) {
        for (id, metric) in ping.metrics {
            let (kind, until) = (Some(metric.r#type), day(metric.granted_until));
            let datum = GrantedDatum { terms: metric.terms, kind, until };
            granted.metrics.insert(id.to_string(), datum);
        }
        let datum = GrantedDatum { terms: ping.terms, kind: None, until: day(ping.granted_until) };
        granted.pings.insert(name.to_string(), datum);
    }
    granted
}
