//! Certificates: from files, or made here for development.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use candor_kernel::{Day, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::ServeError;

/// How a listener speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: behind a proxy that does.
    Off,
    /// With a certificate chain and its private key, both PEM.
    Files {
        /// The chain, the server's own certificate first.
        cert: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// With a certificate made here, for trying things out: nobody trusts it until they are told.
    Dev {
        /// Where certificate and key are kept.
        folder: PathBuf,
        /// A name the server is reached by, beside `localhost`, `127.0.0.1` and `::1`.
        host: Option<String>,
    },
}

/// Loaded certificates.
pub(super) struct Ready {
    pub(super) config: RustlsConfig,
    /// The CA file to trust, for development certificates.
    pub(super) authority: Option<PathBuf>,
}

/// Days a development certificate is good for: browsers refuse more than 398.
const DEV_DAYS: i64 = 397;
/// One that ends sooner is made anew.
const DEV_DAYS_LEFT: i64 = 7;

impl Tls {
    /// Loads, and for development makes, what the listener needs.
    pub(super) fn ready(&self, now: Timestamp) -> Result<Option<Ready>, ServeError> {
        let (cert, key, authority) = match self {
            Self::Off => return Ok(None),
            Self::Files { cert, key } => (cert.clone(), key.clone(), None),
            Self::Dev { folder, host } => {
                let files = DevFiles::of(folder);
                files.make(host.as_deref(), now.day())?;
                (files.cert, files.key, Some(files.authority))
            }
        };
        let config = RustlsConfig::from_config(Arc::new(load(&cert, &key)?));
        Ok(Some(Ready { config, authority }))
    }
}

fn load(cert: &Path, key: &Path) -> Result<ServerConfig, ServeError> {
    let wrong =
        |path: &Path, reason: String| ServeError::Certificate { path: path.to_owned(), reason };
    let text = fs::read(cert).map_err(|error| wrong(cert, error.to_string()))?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(cert, "it holds no certificate".to_owned()));
    }
    let text = fs::read(key).map_err(|error| wrong(key, error.to_string()))?;
    let private = PrivateKeyDer::from_pem_slice(&text)
        .map_err(|_| wrong(key, "it holds no private key".to_owned()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| wrong(cert, format!("it does not fit {}: {error}", key.display())))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The three files of a development certificate. The CA's key is not among them: it signs once
/// and is forgotten, so that nobody can make other certificates that people were told to trust.
struct DevFiles {
    authority: PathBuf,
    cert: PathBuf,
    key: PathBuf,
}

impl DevFiles {
    fn of(folder: &Path) -> Self {
        Self {
            authority: folder.join("dev-ca.pem"),
            cert: folder.join("dev-cert.pem"),
            key: folder.join("dev-key.pem"),
        }
    }

    fn make(&self, host: Option<&str>, today: Day) -> Result<(), ServeError> {
        let until = today.plus(DEV_DAYS);
        let extra = host.filter(|host| !["localhost", "127.0.0.1", "::1"].contains(host));
        let names: Vec<String> =
            ["localhost", "127.0.0.1", "::1"].into_iter().chain(extra).map(str::to_owned).collect();
        if self.usable(&names, today) {
            return Ok(());
        }
        let (authority, cert, key) = sign(&names, today, until).map_err(|error| {
            ServeError::Certificate { path: self.cert.clone(), reason: error.to_string() }
        })?;
        // Text before a PEM block is not read by TLS; here it tells when to make a new one. It is
        // written last, so that a stop in between leaves nothing that looks whole.
        let cert = format!("{}{until}\n{cert}", head(&names));
        write(&self.authority, &authority, 0o644)?;
        write(&self.key, &key, 0o600)?;
        write(&self.cert, &cert, 0o644)
    }

    /// Tells whether the files are there, for these names, and good for some days more.
    fn usable(&self, names: &[String], today: Day) -> bool {
        let there = self.authority.exists() && self.key.exists();
        let until = fs::read_to_string(&self.cert).ok().and_then(|text| {
            let (day, _) = text.strip_prefix(&head(names))?.split_once('\n')?;
            Day::parse(day)
        });
        // One that ends too late was made while the clock was wrong.
        let good = |until: Day| (today.plus(DEV_DAYS_LEFT)..=today.plus(DEV_DAYS)).contains(&until);
        there && until.is_some_and(good)
    }
}

fn head(names: &[String]) -> String {
    format!("Development certificate of Candor for {}, until ", names.join(" "))
}

/// Makes a CA, and with it a certificate for `names`: returns both and the certificate's key.
fn sign(
    names: &[String],
    today: Day,
    until: Day,
) -> Result<(String, String, String), rcgen::Error> {
    let mut authority = CertificateParams::default();
    authority.distinguished_name = rcgen::DistinguishedName::new();
    authority
        .distinguished_name
        .push(DnType::CommonName, format!("Candor development CA, {today}"));
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let mut server = CertificateParams::new(names)?;
    server.distinguished_name = rcgen::DistinguishedName::new();
    server.distinguished_name.push(DnType::CommonName, "Candor development server");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    for params in [&mut authority, &mut server] {
        // A day of slack for clocks that run late.
        let ((y, m, d), (y_end, m_end, d_end)) = (date(today.plus(-1)), date(until));
        params.not_before = date_time_ymd(y, m, d);
        params.not_after = date_time_ymd(y_end, m_end, d_end);
    }
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let server = server.signed_by(&key, &authority)?;
    Ok((authority.pem(), server.pem(), key.serialize_pem()))
}

fn date(day: Day) -> (i32, u8, u8) {
    let text = day.to_string();
    let mut parts = text.split('-').map(|part| part.parse().unwrap_or(1));
    let mut next = || -> u16 { parts.next().unwrap_or(1) };
    let year = i32::from(next());
    let mut small = || u8::try_from(next()).unwrap_or(1);
    (year, small(), small())
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), ServeError> {
    let problem = |source: io::Error| ServeError::File { path: path.to_owned(), source };
    // A new file, so that an old one's wider mode does not stay.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(problem(error)),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path).map_err(problem)?;
    file.write_all(text.as_bytes()).map_err(problem)
}
