//! The one configuration file, and what arguments change of it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use candor_kernel::limits;
use candor_notices::rules::words::Operator;
use candor_web::Network;
use candor_web::serve::Tls;
use serde::Deserialize;

use crate::Failure;
use crate::folder::DataFolder;

/// What Linux allows for the path of a Unix socket, without its closing zero.
const SOCKET_PATH_BYTES: usize = 107;

/// Everything a server has to know before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// The keys folder; on another disk where possible.
    pub keys: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// How people reach this server; never taken from a request.
    pub public_url: String,
    /// `sqlite:PATH` or `postgres://...`.
    pub database: String,
    /// The server's name on its pages.
    pub name: String,
    /// Who runs it.
    pub operator: Operator,
    /// Which services are on.
    pub services: Services,
    /// How the listener is encrypted.
    pub tls: Tls,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// How many pings one network may send in a minute.
    pub pings_per_minute: usize,
    /// Where Prometheus may ask; nowhere if absent.
    pub metrics_listen: Option<SocketAddr>,
    /// error, warn, info, debug or trace.
    pub log: String,
    /// True for invented data and breakable promises.
    pub demo: bool,
}

/// Which services are on. All are off unless turned on.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Services {
    /// Glean pings in.
    pub telemetry: bool,
    /// Numbers out; needs telemetry.
    pub reports: bool,
}

impl Services {
    /// Returns the names of those that are on.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let all = [("telemetry", self.telemetry), ("reports", self.reports)];
        all.into_iter().filter_map(|(name, on)| on.then_some(name)).collect()
    }
}

/// The file, as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    keys: Option<PathBuf>,
    listen: Option<String>,
    public_url: Option<String>,
    database: Option<String>,
    name: Option<String>,
    trusted_proxies: Vec<String>,
    pings_per_minute: Option<usize>,
    metrics_listen: Option<String>,
    log: Option<String>,
    operator: OperatorFile,
    services: Services,
    tls: TlsFile,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OperatorFile {
    name: String,
    contact: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TlsFile {
    mode: Option<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    host: Option<String>,
}

/// What arguments say; each outweighs the file.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Overrides {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The keys folder; best on another disk, and never in the same backup
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// How people reach this server [default: made of --listen]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// The relational store: sqlite:PATH or postgres://... [default: a file in the data folder]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// How the listener is encrypted: files (see the configuration), dev (a certificate made here) or off
    #[arg(long, value_name = "MODE")]
    pub tls: Option<String>,
}

impl Config {
    /// Reads the configuration: arguments first, then the file, then defaults.
    pub fn read(overrides: &Overrides, demo: bool) -> Result<Self, Failure> {
        let file = match &overrides.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let data = overrides.data.clone().or(file.data).ok_or_else(|| {
            Failure::configuration(
                "Say where data is kept: --data DIR, or `data` in the configuration.",
            )
        })?;
        let keys = overrides.keys.clone().or(file.keys).ok_or_else(|| {
            Failure::configuration(
                "Say where keys are kept, apart from the data: --keys DIR, or `keys` in the configuration.",
            )
        })?;
        let (data, keys) = (absolute(&data)?, absolute(&keys)?);
        if DataFolder::socket(&data).as_os_str().len() > SOCKET_PATH_BYTES {
            return Err(Failure::configuration(format!(
                "The path of the data folder {} is too long: its admin socket's may have {SOCKET_PATH_BYTES} bytes.",
                data.display()
            )));
        }
        if keys.starts_with(&data) {
            return Err(Failure::configuration(
                "The keys folder lies in the data folder; a copy of the data would hold its keys. Name another --keys.",
            ));
        }
        let listen = overrides.listen.clone().or(file.listen);
        let listen = address("listen", listen.as_deref().unwrap_or("127.0.0.1:8080"))?;
        let tls = tls(overrides.tls.clone().or(file.tls.mode.clone()), file.tls, &data)?;
        let scheme = if matches!(tls, Tls::Off) { "http" } else { "https" };
        let public_url = overrides.public_url.clone().or(file.public_url);
        let public_url = public_url.unwrap_or_else(|| format!("{scheme}://{listen}"));
        if !(public_url.starts_with("http://") || public_url.starts_with("https://")) {
            return Err(Failure::configuration(format!(
                "public_url = {public_url:?} begins with http:// or https://."
            )));
        }
        let mut services = file.services;
        if demo {
            services = Services { telemetry: true, reports: true };
        }
        if services.reports && !services.telemetry {
            return Err(Failure::configuration(
                "[services] reports = true needs telemetry = true: reports count pings.",
            ));
        }
        Ok(Self {
            database: overrides
                .database
                .clone()
                .or(file.database)
                .unwrap_or_else(|| format!("sqlite:{}", data.join("candor.db").display())),
            name: file.name.unwrap_or_else(|| "Candor".to_owned()),
            operator: Operator { name: file.operator.name, contact: file.operator.contact },
            trusted_proxies: networks(&file.trusted_proxies)?,
            pings_per_minute: file.pings_per_minute.unwrap_or(limits::SUBMIT_PER_MINUTE),
            metrics_listen: file
                .metrics_listen
                .map(|a| address("metrics_listen", &a))
                .transpose()?,
            log: log_level(file.log)?,
            data,
            keys,
            listen,
            public_url: public_url.trim_end_matches('/').to_owned(),
            services,
            tls,
            demo,
        })
    }
}

fn read_file(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::configuration(format!(
            "The configuration {} cannot be read: {error}.",
            path.display()
        ))
    })?;
    toml::from_str(&text).map_err(|error| {
        Failure::configuration(format!(
            "The configuration {} is not understood:\n{error}",
            path.display()
        ))
    })
}

fn address(key: &str, text: &str) -> Result<SocketAddr, Failure> {
    text.parse().map_err(|_| {
        Failure::configuration(format!(
            "{key} = {text:?} is no address; write it like 127.0.0.1:8080."
        ))
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::configuration(format!("{}: {error}.", path.display())))
}

fn log_level(level: Option<String>) -> Result<String, Failure> {
    let level = level.unwrap_or_else(|| "info".to_owned());
    match level.as_str() {
        "error" | "warn" | "info" | "debug" | "trace" => Ok(level),
        _ => Err(Failure::configuration(format!(
            "log = {level:?} is no level; write error, warn, info or debug."
        ))),
    }
}

fn networks(texts: &[String]) -> Result<Vec<Network>, Failure> {
    let read = |text: &String| {
        text.parse()
            .map_err(|error| Failure::configuration(format!("trusted_proxies: {text:?}: {error}")))
    };
    texts.iter().map(read).collect()
}

fn tls(mode: Option<String>, file: TlsFile, data: &Path) -> Result<Tls, Failure> {
    match mode.as_deref() {
        None | Some("off") => Ok(Tls::Off),
        Some("dev") => Ok(Tls::Dev { folder: data.join("tls"), host: file.host }),
        Some("files") => match (file.certificate, file.key) {
            (Some(cert), Some(key)) => Ok(Tls::Files { cert, key }),
            _ => Err(Failure::configuration(
                "tls mode \"files\" needs [tls] certificate and key in the configuration.",
            )),
        },
        Some(other) => {
            Err(Failure::configuration(format!("tls mode {other:?}: write files, dev or off.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, demo: bool) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("candor.toml");
        std::fs::write(&path, text).expect("written");
        let overrides = Overrides {
            config: Some(path),
            data: Some("/data".into()),
            keys: Some("/keys".into()),
            ..Overrides::default()
        };
        Config::read(&overrides, demo).map_err(|failure| {
            assert_eq!(failure.code(), 11);
            failure.to_string()
        })
    }

    #[test]
    fn everything_is_off_by_default() {
        let config = read("", false).expect("an empty file is fine");
        assert_eq!(config.services.names(), Vec::<&str>::new());
        assert_eq!(config.database, "sqlite:/data/candor.db");
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert!(config.metrics_listen.is_none() && !config.demo);
        let demo = read("", true).expect("fine");
        assert_eq!(demo.services.names(), ["telemetry", "reports"]);
    }

    #[test]
    fn mistakes_are_named_with_what_to_write() {
        for (text, expected) in [
            ("listen = 'here'", "listen = \"here\" is no address"),
            ("listn = '127.0.0.1:1'", "listn"),
            ("[services]\nreports = true", "needs telemetry = true"),
            ("[services]\ncalls = true", "calls"),
            ("[tls]\nmode = 'files'", "needs [tls] certificate and key"),
            ("[tls]\nmode = 'maybe'", "write files, dev or off"),
            ("trusted_proxies = ['10.0.0.0/40']", "trusted_proxies"),
            ("public_url = 'example.org'", "begins with http:// or https://"),
            ("listen = ", "is not understood"),
            ("log = 'verbose'", "is no level"),
        ] {
            let error = read(text, false).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn keys_do_not_lie_in_the_data() {
        let overrides = Overrides {
            data: Some("/data".into()),
            keys: Some("/data/keys".into()),
            ..Overrides::default()
        };
        let failure = Config::read(&overrides, false).expect_err("keys beside data");
        assert!(failure.to_string().contains("a copy of the data would hold its keys"));
        let relative = Overrides {
            data: Some("d".into()),
            keys: Some("./d/keys".into()),
            ..Overrides::default()
        };
        assert!(Config::read(&relative, false).is_err(), "however it is written");
    }
}
