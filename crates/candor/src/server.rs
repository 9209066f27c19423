//! Wiring: everything a server is made of, and nothing that decides.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use axum::Router;
use candor_database::{Database, DatabaseError, Sweeper};
use candor_inventory::{BoxFuture, Checks, Inventory, Retention, Standing};
use candor_kernel::{Clock, Dice, Faults};
use candor_notices::checks::{NoticeChecks, Voice};
use candor_notices::http::NoticeState;
use candor_notices::{Notices, Register, Runner};
use candor_reports::Reports;
use candor_reports::http::ReportsState;
use candor_review::http::ReviewState;
use candor_review::{Registry, store::StoredProduct};
use candor_segments::Landing;
use candor_telemetry::checks::TelemetryChecks;
use candor_telemetry::counts::Counts;
use candor_telemetry::http::TelemetryState;
use candor_telemetry::{Ingest, probe};
use candor_web::{Edge, FailureLimit};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::access::{self, Access};
use crate::config::Services;
use crate::folder::DataFolder;
use crate::keys::FileKeys;
use crate::welcome::{Owner, WelcomeState};
use crate::{Config, Failure, build, metrics, welcome};

mod reading;
mod site;

/// What a server is made from.
pub struct Options {
    /// Its configuration.
    pub config: Config,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub dice: Arc<dyn Dice>,
    /// Enforcements that can be switched off; only in demonstrations and tests.
    pub faults: Faults,
}

/// A server, ready to listen.
pub struct Server {
    /// What it was made from.
    pub options: Options,
    /// What everybody reaches.
    pub public: Router,
    /// What the admin socket reaches.
    pub admin: Router,
    /// What the private listener for Prometheus reaches.
    pub metrics: Router,
    /// The relational store.
    pub db: Database,
    /// Requests and what is in force.
    pub registry: Arc<Registry>,
    /// Notices.
    pub notices: Arc<Notices>,
    /// Checks.
    pub runner: Arc<Runner>,
    /// Telemetry, where it is on.
    pub ingest: Option<Ingest>,
    /// Reports, where they are on.
    pub reports: Option<Reports>,
    /// Removes what is over its time.
    pub sweeper: Arc<Sweeper>,
    /// The code that lets the owner in until the declarations are accepted.
    pub owner: Arc<Owner>,
    /// What is missing before the server is ready.
    pub missing: watch::Sender<Vec<String>>,
    /// Days after which raw pings go.
    pub raw_days: u32,
    /// Wrong tries of tokens and owner codes, for an hour at most.
    pub(crate) failures: Arc<FailureLimit>,
    /// A random name of this process, for leases.
    pub(crate) process_name: String,
    /// True once the checks ran with the declarations accepted.
    pub(crate) accepted_seen: AtomicBool,
    _folder: DataFolder,
}

impl Server {
    /// Opens the stores, audits them, and wires every part. Nothing listens yet, no check has run.
    pub async fn build(options: Options) -> Result<Self, Failure> {
        let folder = DataFolder::hold(&options.config.data)?;
        Self::build_in(folder, options).await
    }

    /// Does the same in a data folder that is held already.
    pub async fn build_in(folder: DataFolder, options: Options) -> Result<Self, Failure> {
        let Options { config, clock, dice, faults } = &options;
        let keys = Arc::new(FileKeys::open(&config.keys, &config.data, Arc::clone(dice))?);
        let own = declarations();
        let db = open_database(config, &own, clock.as_ref()).await?;
        let sweeper = Arc::new(Sweeper::new(db.clone(), &own, faults.clone())?);
        let own_products = config.services.telemetry.then(probe_product).into_iter().collect();
        let registry = Arc::new(Registry::new(db.clone(), own.clone(), own_products));
        let (standing_sender, standing) = watch::channel(Arc::<Standing>::default());
        let (missing, missing_receiver) = watch::channel(vec!["the first checks".to_owned()]);

        let mut checks: Vec<Arc<dyn Checks>> = Vec::new();
        let ingest = match config.services.telemetry {
            true => Some(ingest(config, &registry, keys, standing.clone(), faults, &own)?),
            false => None,
        };
        let reports = ingest.as_ref().filter(|_| config.services.reports).map(|ingest| Reports {
            db: db.clone(),
            source: Arc::clone(&ingest.landing) as _,
            publishing: Arc::clone(&registry) as _,
            in_force: registry.in_force(),
            standing,
        });
        if let Some(ingest) = &ingest {
            checks.push(Arc::new(TelemetryChecks {
                ingest: ingest.clone(),
                folders: written(config),
                dice: Arc::clone(dice),
            }));
        }
        let raw_days = raw_days(&own);
        let notices = Arc::new(Notices {
            db: db.clone(),
            in_force: registry.in_force(),
            own: of_services(&own, config.services),
            promises: promised(&checks),
            operator: config.operator.clone(),
            raw_days,
            faults: faults.clone(),
        });
        let voice = Arc::new(OnceLock::new());
        checks.push(Arc::new(NoticeChecks {
            notices: Arc::clone(&notices),
            db: db.clone(),
            sweeper: Arc::clone(&sweeper),
            own,
            voice: Arc::clone(&voice),
            build: build::build(),
            source_sha256: build::source_sha256(),
            dice: Arc::clone(dice),
        }));
        let commit = build::build().commit;
        let runner = Runner::new(db.clone(), &checks, standing_sender, clock.now(), commit);
        let runner = Arc::new(runner);
        let owner = Arc::new(Owner::new(dice.as_ref()));
        let mut server = Self {
            public: Router::new(),
            admin: Router::new(),
            metrics: Router::new(),
            db,
            registry,
            notices,
            runner,
            ingest,
            reports,
            sweeper,
            owner,
            missing,
            raw_days,
            failures: Arc::default(),
            process_name: random_name(dice.as_ref()),
            accepted_seen: AtomicBool::new(false),
            _folder: folder,
            options,
        };
        server.route(missing_receiver);
        let pages = Pages(server.public.clone());
        // It was made a few lines above and is empty.
        let _ = voice.set(Box::new(pages));
        Ok(server)
    }

    fn route(&mut self, missing: watch::Receiver<Vec<String>>) {
        let Options { config, clock, dice, faults } = &self.options;
        let access = Access {
            db: self.db.clone(),
            clock: Arc::clone(clock),
            dice: Arc::clone(dice),
            failures: Arc::clone(&self.failures),
        };
        let review = ReviewState { registry: Arc::clone(&self.registry), clock: Arc::clone(clock) };
        let notices = NoticeState {
            runner: Arc::clone(&self.runner),
            notices: Arc::clone(&self.notices),
            clock: Arc::clone(clock),
            build: build::build(),
            source_sha256: build::source_sha256().into(),
            faults: faults.clone(),
            doors: site::doors(config),
        };
        let welcome = WelcomeState {
            registry: Arc::clone(&self.registry),
            owner: Arc::clone(&self.owner),
            clock: Arc::clone(clock),
            failures: Arc::clone(&access.failures),
        };
        let mut public = candor_notices::http::routes(notices.clone())
            .merge(candor_web::health::routes(missing))
            .merge(build::routes())
            .merge(welcome::routes(welcome));
        let mut admin = candor_review::http::admin(&review);
        admin.extend(candor_notices::http::admin(&notices));
        if let Some(ingest) = &self.ingest {
            let state = TelemetryState { ingest: ingest.clone(), clock: Arc::clone(clock) };
            public = public.merge(candor_telemetry::http::routes(state.clone()));
            admin.extend(candor_telemetry::http::admin(&state));
        }
        if let Some(reports) = &self.reports {
            let state = ReportsState { reports: reports.clone(), clock: Arc::clone(clock) };
            public = public.merge(candor_reports::http::routes(state.clone()));
            admin.extend(candor_reports::http::admin(&state));
        }
        let edge = Edge {
            site: Arc::new(site::site(config)),
            https: config.public_url.starts_with("https://"),
            trusted_proxies: config.trusted_proxies.clone(),
            clock: Arc::clone(clock),
            dice: Arc::clone(dice),
        };
        // Whoever can open the socket may do everything; others show a token.
        let socket = admin.iter().cloned().fold(public.clone(), |all, (_, one)| all.merge(one));
        let public = public.merge(access::behind_token(admin, &access));
        let socket = socket.merge(access::routes(access));
        let allowed = if self.db.read_only() { reading::only } else { |router| router };
        self.public = edge.around(allowed(public));
        self.admin = edge.around(allowed(socket));
        let runner = Arc::clone(&self.runner);
        let counts = self.ingest.as_ref().map(|ingest| Arc::clone(&ingest.counts));
        self.metrics = metrics::routes(runner, counts, self.registry.in_force(), Arc::clone(clock));
    }
}

/// Returns all declarations of this program's own parts.
#[must_use]
pub fn declarations() -> Vec<Inventory> {
    let texts = [
        crate::INVENTORY,
        candor_database::INVENTORY,
        candor_notices::INVENTORY,
        candor_reports::INVENTORY,
        candor_review::INVENTORY,
        candor_segments::INVENTORY,
        candor_telemetry::INVENTORY,
        candor_web::INVENTORY,
    ];
    let read = |text| Inventory::read(text).expect("the build's tidy test reads every one of them");
    texts.into_iter().map(read).collect()
}

/// Opens the relational store. A newer schema opens for reading; the jobs say so.
async fn open_database(
    config: &Config,
    own: &[Inventory],
    clock: &dyn Clock,
) -> Result<Database, Failure> {
    let db = Database::open(&config.database).await?;
    match db.migrate(&config.services.names(), clock.now()).await {
        Ok(()) => db.audit(own).await?,
        Err(error @ DatabaseError::NewerSchema { .. }) => {
            tracing::error!(%error, "reading only");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(db)
}

fn ingest(
    config: &Config,
    registry: &Registry,
    keys: Arc<FileKeys>,
    standing: watch::Receiver<Arc<Standing>>,
    faults: &Faults,
    own: &[Inventory],
) -> Result<Ingest, Failure> {
    let landing = Landing::open(&config.data.join("landing"), registry.in_force())?;
    let schema = landing.schema()?;
    // Before the first ping there is no segment to compare.
    if !schema.is_empty() {
        candor_database::audit::compare_tables(candor_inventory::Store::Landing, &schema, own)?;
    }
    Ok(Ingest {
        landing: Arc::new(landing),
        keys,
        in_force: registry.in_force(),
        standing,
        counts: Arc::new(Counts::default()),
        faults: faults.clone(),
    })
}

/// Every place this server writes to that is a file: what a search for residues must look at.
fn written(config: &Config) -> Vec<std::path::PathBuf> {
    let mut places = vec![config.data.clone(), config.keys.clone()];
    if let Some(path) = config.database.strip_prefix("sqlite:") {
        for suffix in ["", "-wal"] {
            let file = std::path::PathBuf::from(format!("{path}{suffix}"));
            if file.is_file() && !file.starts_with(&config.data) {
                places.push(file);
            }
        }
    }
    places
}

fn random_name(dice: &dyn Dice) -> String {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn probe_product() -> StoredProduct {
    let files = probe::files();
    StoredProduct {
        product: probe::product(),
        title: "this server's own checks".to_owned(),
        contact: String::new(),
        apps: probe::apps(),
        fingerprint: candor_review::registry::files_fingerprint(&files),
        files,
    }
}

/// The declarations that a notice tells: those of parts that do something here.
fn of_services(own: &[Inventory], services: Services) -> Vec<Inventory> {
    let on = |part: &&Inventory| match part.part.as_str() {
        "segments" | "telemetry" => services.telemetry,
        "reports" => services.reports,
        _ => true,
    };
    own.iter().filter(on).cloned().collect()
}

/// The sentences of the notice: what is checked by the parts that are on.
fn promised(checks: &[Arc<dyn Checks>]) -> Vec<(String, String)> {
    let register = Register::read();
    let mut ids: Vec<_> = checks.iter().flat_map(|part| part.promises()).map(|p| p.id).collect();
    ids.extend(candor_notices::checks::promises().into_iter().map(|promise| promise.id));
    ids.sort();
    ids.dedup();
    let entry = |id| register.entry(&id).map(|e| (e.id.to_string(), e.sentence.clone()));
    ids.into_iter().filter_map(entry).collect()
}

fn raw_days(own: &[Inventory]) -> u32 {
    let landing = own.iter().find(|part| part.part == "segments");
    match landing.and_then(|part| part.records.get("ping")).map(|record| &record.retention) {
        Some(Retention::Days { days, .. }) => *days,
        _ => unreachable!("the declaration of landed pings ends by days"),
    }
}

/// The server's own pages, asked as a browser would.
struct Pages(Router);

impl Voice for Pages {
    fn get(&self, path: &str) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>> {
        let request = axum::http::Request::get(path).body(axum::body::Body::empty());
        Box::pin(async move {
            let request = request.map_err(|error| error.to_string())?;
            let Ok(reply) = self.0.clone().oneshot(request).await;
            let status = reply.status().as_u16();
            let body = axum::body::to_bytes(reply.into_body(), 64 << 20).await;
            Ok((status, body.map_err(|error| error.to_string())?.to_vec()))
        })
    }
}
