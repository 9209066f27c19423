//! Wiring: everything a server is made of, and nothing that decides.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use axum::Router;
use candor_database::{Database, DatabaseError, Sweeper};
use candor_inventory::{Checks, Inventory, Standing};
use candor_kernel::{Clock, Dice, Faults, Timestamp};
use candor_notices::checks::NoticeChecks;
use candor_notices::http::NoticeState;
use candor_notices::{Notices, Runner};
use candor_reports::checks::ReportChecks;
use candor_reports::http::ReportsState;
use candor_reports::reports::Alarms;
use candor_reports::{ReportReading, Reports};
use candor_review::{Registry, checks::ReviewChecks, http::ReviewState};
use candor_telemetry::Ingest;
use candor_telemetry::checks::TelemetryChecks;
use candor_telemetry::counts::Counts;
use candor_telemetry::http::{DebugState, TelemetryState};
use candor_web::serve::Tls;
use candor_web::{Admits, Edge, Memory, Places, SubmitLimit};
use tokio::sync::{Mutex, watch};

use crate::access::{self, Access};
use crate::folder::DataFolder;
use crate::keys::http::KeysState;
use crate::keys::{self, FileKeys};
use crate::welcome::{Owner, WelcomeState};
use crate::{Config, Failure, build, metrics, real, welcome, well_known};

mod own;
mod reading;
mod site;
mod told;

use own::{Files, Pages, probe_product, written};
use told::{of_services, promised, raw_days};

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
    /// What limits abuse: in memory, for an hour at most.
    pub(crate) memory: Memory,
    /// The keys by which ids become numbers.
    pub(crate) keys: Arc<FileKeys>,
    /// A random name of this process, for leases.
    pub(crate) process_name: String,
    /// True once the checks ran with the declarations accepted.
    pub(crate) accepted_seen: AtomicBool,
    /// When files at rest were last written anew.
    pub(crate) rewritten: Mutex<Option<Timestamp>>,
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
        let raw_days = raw_days(&own);
        let own_products = config.services.telemetry.then(probe_product).into_iter().collect();
        let registry =
            Registry::new(db.clone(), own.clone(), own_products).with_faults(faults.clone());
        let registry = Arc::new(registry);
        let (standing_sender, standing) = watch::channel(Arc::<Standing>::default());
        let (missing, missing_receiver) = watch::channel(vec!["the first checks".to_owned()]);

        let mut checks: Vec<Arc<dyn Checks>> = Vec::new();
        let voice = Arc::new(OnceLock::new());
        let memory = memory(&options);
        let ingest = match config.services.telemetry {
            true => {
                let keys = Arc::clone(&keys);
                Some(ingest(config, &registry, keys, standing.clone(), faults, &own)?)
            }
            false => None,
        };
        let reports = ingest.as_ref().filter(|_| config.services.reports).map(|ingest| Reports {
            db: db.clone(),
            source: Arc::clone(&ingest.landing) as _,
            publishing: Arc::clone(&registry) as _,
            in_force: registry.in_force(),
            standing,
            raw_days,
            alarms: Alarms::default(),
            faults: faults.clone(),
        });
        if let Some(reports) = &reports {
            registry.ask_readers(Arc::new(ReportReading(db.clone())));
            let (reports, voice) = (reports.clone(), Arc::clone(&voice));
            checks.push(Arc::new(ReportChecks { reports, voice }));
        }
        if let Some(ingest) = &ingest {
            checks.push(Arc::new(TelemetryChecks {
                ingest: ingest.clone(),
                voice: Arc::clone(&voice),
                folders: written(config),
                own: own.clone().into(),
                raw_days,
                dice: Arc::clone(dice),
                turn: Mutex::default(),
            }));
        }
        checks.push(Arc::new(ReviewChecks {
            registry: Arc::clone(&registry),
            voice: Arc::clone(&voice),
        }));
        let notices = Arc::new(Notices {
            db: db.clone(),
            in_force: registry.in_force(),
            own: of_services(&own, config.services),
            promises: promised(&checks),
            operator: config.operator.clone(),
            raw_days,
            faults: faults.clone(),
        });
        checks.push(Arc::new(NoticeChecks {
            notices: Arc::clone(&notices),
            db: db.clone(),
            sweeper: Arc::clone(&sweeper),
            own,
            voice: Arc::clone(&voice),
            residue: Arc::new(Files::of(config)),
            log: real::log_tap(),
            memory: memory.clone(),
            build: build::build(),
            source_sha256: build::source_sha256(),
            clock: Arc::clone(clock),
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
            memory,
            keys,
            process_name: random_name(dice.as_ref()),
            accepted_seen: AtomicBool::new(false),
            rewritten: Mutex::default(),
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
            failures: Arc::clone(&self.memory.failures),
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
            .merge(well_known::routes())
            .merge(candor_review::http::dictionary::routes(&review, self.raw_days))
            .merge(welcome::routes(welcome));
        let mut admin = candor_review::http::admin(&review);
        admin.extend(candor_notices::http::admin(&notices));
        if let Some(ingest) = &self.ingest {
            let state = Arc::new(TelemetryState {
                ingest: ingest.clone(),
                db: self.db.clone(),
                clock: Arc::clone(clock),
                limit: self.memory.submits.clone(),
            });
            public = public.merge(candor_telemetry::http::routes(Arc::clone(&state)));
            admin.extend(candor_telemetry::http::admin(&state));
            let state = DebugState {
                debug: Arc::clone(&ingest.debug),
                clock: Arc::clone(clock),
                dice: Arc::clone(dice),
                failures: Arc::clone(&access.failures),
                public_url: config.public_url.as_str().into(),
            };
            public = public.merge(candor_telemetry::http::debug_routes(state.clone()));
            admin.extend(candor_telemetry::http::debug_admin(&state));
        }
        if let Some(reports) = &self.reports {
            let state = ReportsState::new(reports, clock, faults, &config.public_url);
            public = public.merge(candor_reports::http::routes(state.clone()));
            admin.extend(candor_reports::http::admin(&state));
        }
        let edge = Edge {
            site: Arc::new(site::site(config)),
            // A browser that believed this of `localhost` would refuse plain HTTP there for years.
            https: config.public_url.starts_with("https://")
                && !matches!(config.tls, Tls::Dev { .. }),
            places: Arc::clone(&self.memory.places),
            clock: Arc::clone(clock),
            faults: faults.clone(),
        };
        // Whoever can open the socket may do everything; others show a token.
        let socket = admin.iter().cloned().fold(public.clone(), |all, (_, one)| all.merge(one));
        let public = public.merge(access::behind_token(admin, &access));
        let keys = KeysState {
            keys: Arc::clone(&self.keys),
            in_force: self.registry.in_force(),
            clock: Arc::clone(clock),
        };
        let socket = socket.merge(access::routes(access)).merge(keys::http::routes(keys));
        let allowed = if self.db.read_only() { reading::only } else { |router| router };
        self.public = edge.around(allowed(public));
        self.admin = edge.around(allowed(socket));
        let runner = Arc::clone(&self.runner);
        let counts = self.ingest.as_ref().map(|ingest| Arc::clone(&ingest.counts));
        let alarms = self.reports.as_ref().map(|reports| reports.alarms.clone());
        let parts = metrics::Parts { runner, counts, alarms, in_force: self.registry.in_force() };
        self.metrics = metrics::routes(parts, Arc::clone(clock));
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
    let landing = own::landing(&config.data, registry.in_force(), own)?;
    Ok(Ingest {
        landing: Arc::new(landing),
        keys,
        in_force: registry.in_force(),
        standing,
        counts: Arc::new(Counts::default()),
        debug: Arc::default(),
        faults: faults.clone(),
    })
}

fn memory(options: &Options) -> Memory {
    let Options { config, clock, dice, faults } = options;
    let (trusted, clock) = (config.trusted_proxies.clone(), Arc::clone(clock));
    let places = Places::new(trusted, clock, Arc::clone(dice), faults.clone());
    let per_minute = config.pings_per_minute;
    Memory {
        failures: Arc::default(),
        submits: SubmitLimit::new(Admits { per_minute, ..Admits::default() }),
        places: Arc::new(places),
    }
}

fn random_name(dice: &dyn Dice) -> String {
    let mut bytes = [0; 8];
    dice.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
