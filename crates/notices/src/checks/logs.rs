//! S09: nothing of a visitor is in the log, and this server keeps no log that could grow old.

use std::net::{IpAddr, Ipv6Addr};

use candor_inventory::Verdict;
use candor_web::Visit;

use super::NoticeChecks;

impl NoticeChecks {
    /// Requests with a canary wherever a request can hold one are sent; the log shows a line that
    /// was planted and no canary. The planted line is in no file: the log is not kept here.
    pub(super) async fn the_log_holds_nobody(&self) -> Result<Verdict, String> {
        let planted = self.canary();
        let address = self.address();
        let canaries = self.canaries(address);
        let mut listened_for = vec![planted.clone()];
        listened_for.extend(canaries.iter().map(|(_, canary)| canary.clone()));
        let hearing = self.log.listen(listened_for);
        plant(&planted);
        for visit in visits(&canaries, address) {
            self.voice()?.visit(visit).await?;
        }
        let lines = hearing.lines();
        if !lines.iter().any(|line| line.contains(&planted)) {
            return Err("a line was planted in the log and not heard".to_owned());
        }
        let found = |(_, canary): &&(&str, String)| lines.iter().any(|line| line.contains(canary));
        if let Some((what, _)) = canaries.iter().find(found) {
            return Ok(Verdict::broken(format!(
                "The {what} of a trial request was found in the log."
            )));
        }
        let files = self.residue.files_with(vec![planted.into_bytes()]).await?;
        if let Some(file) = files.first() {
            return Ok(Verdict::broken(format!(
                "A line of the log was found in the file {file}, where nothing ends it after 7 days."
            )));
        }
        let places: Vec<_> = canaries.iter().map(|(what, _)| *what).collect();
        Ok(Verdict::kept(format!(
            "Trial requests had a planted value as {}: the log held none of them, but a line planted \
             in it was heard. This server keeps no log in its files; the host is to keep it 7 days.",
            places.join(", ")
        )))
    }

    /// An address of a network that stands in documentation only (RFC 3849).
    pub(super) fn address(&self) -> IpAddr {
        let mut bytes = [0; 4];
        self.dice.fill(&mut bytes);
        let [a, b] = [[bytes[0], bytes[1]], [bytes[2], bytes[3]]].map(u16::from_be_bytes);
        Ipv6Addr::new(0x2001, 0xdb8, a, b, 0, 0, 0, 1).into()
    }

    fn canaries(&self, address: IpAddr) -> Vec<(&'static str, String)> {
        let worded = ["browser name", "referring page", "cookie", "query", "path", "token", "body"];
        let mut canaries = vec![("address", address.to_string())];
        canaries.push(("forwarded address", self.address().to_string()));
        canaries.extend(worded.map(|what| (what, self.canary())));
        canaries
    }
}

/// Writes the line that must be heard, no louder than the log needs.
fn plant(canary: &str) {
    if tracing::enabled!(tracing::Level::INFO) {
        tracing::info!(canary, "planted by a check of this log");
    } else {
        tracing::error!(canary, "planted by a check of this log; nothing is wrong");
    }
}

fn visits(canaries: &[(&'static str, String)], address: IpAddr) -> Vec<Visit> {
    let canary = |what| canaries.iter().find(|one| one.0 == what).map_or("", |one| one.1.as_str());
    let (path, query) = (canary("path"), canary("query"));
    let headers = vec![
        ("x-forwarded-for", canary("forwarded address").to_owned()),
        ("user-agent", canary("browser name").to_owned()),
        ("referer", format!("https://example.org/{}", canary("referring page"))),
        ("cookie", format!("id={}", canary("cookie"))),
        ("authorization", format!("Bearer {}", canary("token"))),
    ];
    let visit = |method: &str, path: String| Visit {
        method: method.to_owned(),
        path: format!("{path}?q={query}"),
        headers: headers.clone(),
        body: canary("body").as_bytes().to_vec(),
        address: Some(address),
        own: false,
    };
    // One that has a route, one that has none, one that the administration turns away.
    vec![
        visit("GET", format!("/promises/{path}")),
        visit("POST", format!("/{path}")),
        visit("POST", "/api/admin/promises/check".to_owned()),
    ]
}
