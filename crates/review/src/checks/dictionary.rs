//! C20: whatever is in force stands in the data dictionary, as it is declared.

use std::collections::BTreeMap;

use candor_inventory::plain::one_line;
use candor_inventory::{App, Verdict};
use candor_web::Visit;

use super::ReviewChecks;
use crate::http::dictionary::SearchReply;

/// What the dictionary should say of a datum: its description and its type.
type Said = (String, String);

impl ReviewChecks {
    /// The dictionary is read as anybody sees it, and compared with what the edge takes.
    pub(super) async fn the_dictionary_explains(&self) -> Result<Verdict, String> {
        let in_force = self.in_force();
        let mut products = BTreeMap::<&str, BTreeMap<String, Said>>::new();
        for app in in_force.apps.values().filter(|app| !app.product.as_str().starts_with("candor"))
        {
            products.entry(app.product.as_str()).or_default().extend(taken(app));
        }
        let mut explained = 0;
        for (product, taken) in products {
            let told = self.told_of(product).await?;
            for (name, said) in taken {
                if told.get(&name) != Some(&said) {
                    return Ok(Verdict::broken(format!(
                        "The dictionary does not say of {product}/{name} what is declared."
                    )));
                }
                explained += 1;
            }
        }
        let fields = self.told_of("candor").await?.len();
        Ok(Verdict::kept(format!(
            "The dictionary tells of all {explained} data of products that are in force what was \
             declared, and of {fields} fields of this server."
        )))
    }

    /// Everything of a product that the dictionary says is in force, page by page.
    async fn told_of(&self, product: &str) -> Result<BTreeMap<String, Said>, String> {
        let voice = self.voice.get().ok_or("the pages are not there yet")?;
        let mut told = BTreeMap::new();
        let mut path = format!("/api/dictionary?product={product}&state=in_force");
        loop {
            let (status, body) = voice.visit(Visit::page(&path)).await?;
            if status != 200 {
                return Err(format!("{path} answered {status}"));
            }
            let reply: SearchReply =
                serde_json::from_slice(&body).map_err(|error| format!("{path}: {error}"))?;
            told.extend(reply.data.into_iter().map(|datum| {
                (format!("{}/{}", datum.kind, datum.name), (datum.what, datum.type_name))
            }));
            match reply.next {
                Some(next) if next != path => path = next,
                _ => return Ok(told),
            }
        }
    }
}

/// What the edge takes of an application, by the names of the dictionary.
fn taken(app: &App) -> impl Iterator<Item = (String, Said)> {
    app.pings.iter().flat_map(|(name, ping)| {
        let own = ping
            .standing
            .is_ok()
            .then(|| (format!("ping/{name}"), (one_line(&ping.description), "ping".to_owned())));
        let metrics = ping.metrics.iter().filter(|(_, metric)| metric.standing.is_ok());
        own.into_iter().chain(metrics.map(|(id, metric)| {
            let said = (one_line(&metric.description), metric.kind.slug().to_owned());
            (format!("metric/{id}"), said)
        }))
    })
}
