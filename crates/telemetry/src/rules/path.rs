//! Whose ping it is: `/submit/<app>/<ping>/<version>/<document>` (docs/glean.md 3.1).

use candor_inventory::{App, InForce, PingTerms, Why};
use candor_kernel::{AppId, DocumentId, PingName, Timestamp};

use super::Refusal;

/// The path of a ping, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The application it says it is from.
    pub app: AppId,
    /// Its kind.
    pub ping: PingName,
    /// Its random id.
    pub document: DocumentId,
}

/// Reads the four parts of a path. The schema version is 1; no SDK sends another.
pub fn read(app: &str, ping: &str, version: &str, document: &str) -> Result<Path, Refusal> {
    let (Ok(app), Ok(ping), "1", Some(document)) =
        (AppId::parse(app), PingName::parse(ping), version, DocumentId::parse(document))
    else {
        return Err(Refusal::Malformed);
    };
    Ok(Path { app, ping, document })
}

/// Says which part of a path that [`read`] refuses is wrong.
#[must_use]
pub fn wrong(app: &str, ping: &str, version: &str) -> &'static str {
    if AppId::parse(app).is_err() {
        "The application's id is 1 to 100 of a-z 0-9 -; SDKs write it so by themselves."
    } else if PingName::parse(ping).is_err() {
        "The ping's name is 1 to 30 of a-z 0-9 -."
    } else if version != "1" {
        "The schema version is 1."
    } else {
        "The last part of the path is a UUID with hyphens, new for each ping."
    }
}

/// Finds what the reviews say of this ping of this application, or why it is refused whole.
pub fn terms<'a>(
    path: &Path,
    in_force: &'a InForce,
    now: Timestamp,
) -> Result<(&'a App, &'a PingTerms), Refusal> {
    if !in_force.fresh(now) {
        return Err(Refusal::Outdated);
    }
    if !in_force.accepted {
        return Err(Refusal::NotAccepted);
    }
    let app = in_force.apps.get(&path.app).ok_or(Refusal::UnknownApp)?;
    if !app.readable {
        return Err(Refusal::Outdated);
    }
    let ping = app.pings.get(&path.ping).ok_or(Refusal::UnknownPing)?;
    match ping.standing {
        Ok(()) => Ok((app, ping)),
        Err(Why::Expired) => Err(Refusal::Expired),
        Err(Why::Unread) => Err(Refusal::Unread),
        Err(Why::Unreviewed | Why::Unclassified | Why::Unsupported | Why::Unexplained) => {
            Err(Refusal::Unreviewed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "eaee1704-2577-44e0-a672-7bf589e39be6";

    #[test]
    fn paths_read_as_sdks_write_them() {
        let path = read("org-example-sample", "sample-bundle", "1", DOCUMENT).expect("a path");
        assert_eq!(path.app.as_str(), "org-example-sample");
        for (app, ping, version, document) in [
            ("Org.Example", "baseline", "1", DOCUMENT),
            ("app", "Baseline", "1", DOCUMENT),
            ("app", "baseline", "2", DOCUMENT),
            ("app", "baseline", "01", DOCUMENT),
            ("app", "baseline", "1", "1"),
            ("..", "baseline", "1", DOCUMENT),
            ("", "baseline", "1", DOCUMENT),
        ] {
            assert_eq!(read(app, ping, version, document), Err(Refusal::Malformed), "{app} {ping}");
        }
        for (app, ping, version, says) in [
            ("Org.Example", "Baseline", "2", "The application's id"),
            ("app", "Baseline", "2", "The ping's name"),
            ("app", "baseline", "2", "The schema version"),
            ("app", "baseline", "1", "The last part"),
        ] {
            assert!(wrong(app, ping, version).starts_with(says), "{says}");
        }
    }
}
