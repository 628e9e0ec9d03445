//! The service: what all requests share, and the executions that run in it.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::api::executions::find;
use super::api::machines;
use super::broken::{Broken, Lost, Troubles, cause};
use super::deleting;
use super::live::{Claim, Live};
use super::map_runs::MapRuns;
use super::metrics::Requests;
use super::mocks::Mocks;
use super::names::Names;
use super::nested::Nested;
use super::programs::Programs;
use super::protocol::ApiError;
use super::pruning;
use super::rebuilding::{Going, RUN, RunRow};
use super::record::Recorder;
use super::store::{CommitTimes, Place, Store, StoreError};
use crate::data::{Seed, StatesError, Timestamp};
use crate::engine::Silent;
use crate::runtime::{
    Ack, Callbacks, Clock, Ended, Handlers, Host, Inbox, Journal, Rebuilt, Remote, Unasked, Unkept,
    caught, serve,
};

/// What a server is told when it starts.
pub struct Settings {
    /// Where machines and executions are kept.
    pub place: Place,
    /// The account's number.
    pub account: String,
    /// The region.
    pub region: String,
    /// Who does the work of Tasks.
    pub handlers: Handlers,
    /// The answers of Tasks in executions that are started with a test case.
    pub mocks: Option<Mocks>,
    /// Gives each execution its clock; one that goes on is given the time it had reached.
    pub clock: Box<MakeClock>,
    /// What random numbers are derived from.
    pub seed: Seed,
    /// After how many days an execution that has ended is forgotten.
    pub days: u32,
}

/// Gives each execution its clock.
pub type MakeClock = dyn Fn(Option<Timestamp>) -> Box<dyn Clock> + Send + Sync;

/// What all requests share.
pub struct Service {
    pub(super) store: Store,
    pub(super) names: Names,
    pub(super) callbacks: Arc<Callbacks>,
    pub(super) programs: Programs,
    pub(super) live: Live,
    pub(super) map_runs: MapRuns,
    pub(super) requests: Requests,
    pub(super) troubles: Arc<Troubles>,
    host: Arc<Host>,
    mocks: Option<Mocks>,
    clock: Box<MakeClock>,
    seed: Seed,
    limits: Limits,
    draws: std::sync::atomic::AtomicU64,
    runtime: Handle,
}

/// How long a server that starts waits for the children of Map Runs.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// An execution goes on after its end.
pub(super) struct Redrive {
    /// What the client calls this redrive by.
    pub(super) token: Option<String>,
    /// Told when it is kept that the execution goes on.
    pub(super) ack: Ack,
}

/// What an account may have; AWS's unless somebody says otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How many executions may run at once (10 §10.7).
    pub(super) open_executions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open_executions: 1_000_000,
        }
    }
}

/// How long something takes that is about to happen.
pub(super) const SOON: Duration = Duration::from_millis(10);

/// So far below the limit executions that run need not be counted: more cannot begin in the
/// transactions that are under way.
const SLACK: usize = 10_000;

/// An execution that goes on, or one that cannot.
type Restored = Result<Box<Going>, Broken>;

impl Service {
    /// Opens the database and goes on with the executions that ran when it was left. Within a
    /// runtime. Who asked for callbacks without being given a token is told through the receiver.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(
        settings: Settings,
    ) -> Result<(Arc<Self>, mpsc::UnboundedReceiver<Unasked>), StoreError> {
        Self::open_with(settings, Limits::default()).await
    }

    /// The same with other limits.
    pub(super) async fn open_with(
        settings: Settings,
        limits: Limits,
    ) -> Result<(Arc<Self>, mpsc::UnboundedReceiver<Unasked>), StoreError> {
        let store = Store::open(&settings.place)?;
        let (callbacks, unasked) = Callbacks::new([]);
        let callbacks = Arc::new(callbacks);
        let mut handlers = settings.handlers;
        handlers.answer_through(Arc::clone(&callbacks));
        let troubles: Arc<Troubles> = Arc::default();
        let map_runs = MapRuns::new(store.clone(), Arc::clone(&troubles));
        let service = Arc::new_cyclic(|service| {
            Nested::bind(&mut handlers, service);
            let host = Host::with(handlers);
            host.keep_map_runs(Arc::new(map_runs.clone()));
            Self {
                store,
                map_runs,
                names: Names::new(settings.region, settings.account),
                callbacks,
                programs: Programs::default(),
                live: Live::default(),
                requests: Requests::default(),
                troubles,
                host: Arc::new(host),
                mocks: settings.mocks,
                clock: settings.clock,
                seed: settings.seed,
                limits,
                draws: std::sync::atomic::AtomicU64::new(0),
                runtime: Handle::current(),
            }
        });
        let path = match settings.place {
            Place::Memory => ":memory:".into(),
            Place::File(path) => path,
        };
        let taken_up = Arc::clone(&service).take_up().await;
        taken_up.map_err(|error| StoreError::Unreadable {
            path,
            why: error.message,
        })?;
        tokio::spawn(pruning::prune(Arc::downgrade(&service), settings.days));
        Ok((service, unasked))
    }

    /// The time of day, by the server's clock.
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)(None).now()
    }

    /// A number that nobody can foresee and that is given once.
    pub(super) fn draw(&self) -> Seed {
        let n = self
            .draws
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Seed(self.seed.nth(crate::data::EventId::NONE, n).0)
    }

    /// Refuses one execution too many. In the words of the API's model: AWS's are not recorded.
    pub(super) fn check_room(&self, connection: &Connection) -> Result<(), ApiError> {
        let most = self.limits.open_executions;
        if self.live.len().saturating_add(SLACK) < most {
            return Ok(());
        }
        // Children of Map Runs have limits of their own.
        let mut select = connection.prepare_cached(
            "SELECT count(*) FROM executions WHERE status = 'RUNNING' AND map_run IS NULL",
        )?;
        let open: i64 = select.query_row([], |row| row.get(0))?;
        if usize::try_from(open).is_ok_and(|open| open < most) {
            return Ok(());
        }
        Err(ApiError::new(
            "ExecutionLimitExceeded",
            "The maximum number of running executions has been reached. Running executions must \
             end or be stopped before a new execution can be started.",
        ))
    }

    /// Makes a definition the current one of the machine of this name, which is made if need be:
    /// the machine's ARN.
    ///
    /// # Errors
    /// With the reason, when it is refused.
    pub async fn deploy(&self, name: &str, definition: &str) -> Result<String, String> {
        let deployed = machines::deploy(self, name, definition).await;
        deployed.map_err(|error| error.message)?;
        Ok(self.names.machine(name))
    }

    /// How many commits there were, and how long they took.
    #[must_use]
    pub fn commit_times(&self) -> CommitTimes {
        self.store.commit_times()
    }

    /// Tells of every request in a line.
    pub fn log_requests(&self, tell: impl Fn(&str) + Send + Sync + 'static) {
        self.requests.log(Box::new(tell));
    }

    /// Tells of every execution that cannot go on in a line, those that could not at the start too.
    pub fn log_troubles(&self, tell: impl Fn(&str) + Send + Sync + 'static) {
        self.troubles.listen(Box::new(tell));
    }

    /// How many executions run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.live.len()
    }

    /// Writes what is left to write; nothing can be asked any more afterwards.
    pub async fn close(&self) {
        self.callbacks.close();
        self.store.close().await;
    }

    /// Lets an execution run beside everything else.
    pub(super) fn go(self: &Arc<Self>, going: Going) {
        let inbox = self.enter(going.id);
        self.begin(going, None, inbox);
    }

    /// Lets an execution go on after its end.
    pub(super) fn go_on(self: &Arc<Self>, going: Going, claim: Claim<'_>, redrive: Redrive) {
        if let Some(inbox) = claim.take() {
            self.begin(going, Some(redrive), inbox);
        }
    }

    /// Lets others reach an execution that is about to run.
    fn enter(&self, execution: i64) -> Inbox {
        let (remote, inbox) = Inbox::new();
        self.live.insert(execution, remote);
        inbox
    }

    fn begin(self: &Arc<Self>, going: Going, redrive: Option<Redrive>, inbox: Inbox) {
        let service = Arc::clone(self);
        self.spawn(async move { service.drive(going, redrive, inbox).await });
    }

    /// Does something beside everything else, as long as the server is there. Who asks may be on a
    /// thread of a Map Run, which is gone before.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(work)
    }

    async fn drive(&self, going: Going, redrive: Option<Redrive>, inbox: Inbox) {
        let Going {
            id,
            rebuilt,
            mocked,
            entries,
            events,
        } = going;
        let (done, kept) = oneshot::channel();
        let reached = (entries > 0).then_some(rebuilt.at);
        let mut clock = (self.clock)(reached);
        let mut recorder =
            Recorder::new(self.store.clone(), id.into(), events, entries, Some(done));
        let arn = Arc::clone(&rebuilt.execution.identity().execution_arn);
        let is_redriven = redrive.is_some();
        if let Some(Redrive { token, ack }) = redrive {
            recorder.redriven(clock.now(), 0, token);
            recorder.acknowledge(ack);
        }
        let host = mocked.as_ref().unwrap_or(&self.host);
        let served = serve(
            rebuilt,
            is_redriven,
            host,
            &mut *clock,
            &mut recorder,
            inbox,
        );
        if let Err(said) = caught(served).await {
            recorder.broke(clock.now(), &cause(&said));
            self.tell_trouble(&arn, &said);
        }
        // Who asks meanwhile is told what is kept: that it runs.
        let _ = kept.await;
        self.live.remove(id);
    }

    /// Runs an execution to its end of which nothing is kept: an Express one, or a state alone.
    pub(super) async fn run_unkept(&self, rebuilt: Rebuilt, mocked: Option<&Arc<Host>>) -> Ended {
        let (_remote, inbox) = Inbox::new();
        let mut clock = (self.clock)(None);
        serve(
            rebuilt,
            false,
            mocked.unwrap_or(&self.host),
            &mut *clock,
            &mut Unkept(Silent),
            inbox,
        )
        .await
    }

    /// Who does the work of an execution that is started with a case of the mocks file.
    pub(super) fn mocked(&self, machine: &str, case: &str) -> Result<Arc<Host>, String> {
        let mocks = self.mocks.as_ref();
        let mocks = mocks.ok_or_else(|| "the server was started without a file".to_owned())?;
        let host = mocks.host(&self.host.handlers, machine, case)?;
        host.keep_map_runs(Arc::new(self.map_runs.clone()));
        Ok(Arc::new(host))
    }

    /// Goes on with what ran, and lets workers ask for tasks.
    async fn take_up(self: Arc<Self>) -> Result<(), ApiError> {
        self.map_runs.recover(self.now()).await?;
        let service = Arc::clone(&self);
        let going = self.store.read(move |connection| {
            let mut select = connection.prepare("SELECT arn FROM activities")?;
            let arns = select.query_map([], |row| row.get::<_, String>(0))?;
            for arn in arns {
                service.callbacks.add_activity(arn?.into());
            }
            let mut select = connection.prepare(&format!(
                "SELECT {RUN} FROM executions e JOIN revisions r ON r.id = e.revision \
                 WHERE e.status = 'RUNNING' AND e.map_run IS NULL ORDER BY e.id"
            ))?;
            let rows = select.query_map([], RunRow::of)?;
            let rows: Vec<RunRow> = rows.collect::<Result<_, _>>()?;
            let mut children = Vec::new();
            let restored = rows.iter().map(|row| {
                let restored = service.restore(row, connection)?;
                if let Ok(going) = &restored {
                    for run in going.rebuilt.map_runs() {
                        children.extend(service.map_runs.expect(run, connection)?);
                    }
                }
                Ok(restored)
            });
            let restored = restored.collect::<Result<Vec<Restored>, ApiError>>()?;
            Ok((restored, children))
        });
        let (restored, children) = going.await?;
        let (mut taken_up, mut begun) = (Vec::new(), Vec::new());
        for restored in restored {
            let mut going = match restored {
                Ok(going) => *going,
                Err(broken) => {
                    self.give_up(&broken);
                    continue;
                }
            };
            let (ack, done) = oneshot::channel();
            going.rebuilt.tell_when_taken_up(ack);
            taken_up.push(done);
            let inbox = self.enter(going.id);
            begun.push((going, inbox));
        }
        // Each finds all the others as soon as it runs: they may wait for each other.
        for (going, inbox) in begun {
            self.begin(going, None, inbox);
        }
        let doomed = self
            .store
            .read(|connection| deleting::running(connection, None));
        self.wind_up(doomed.await?);
        // A worker who comes back at once finds his tasks.
        for done in taken_up {
            let _ = done.await;
        }
        let children = async {
            for done in children {
                let _ = done.await;
            }
        };
        // A Map Run finds them in its own time: nobody else shall wait for the last of many.
        let _ = tokio::time::timeout(PATIENCE, children).await;
        Ok(())
    }

    /// An execution that shall go on, if it can.
    fn restore(&self, row: &RunRow, connection: &Connection) -> Result<Restored, ApiError> {
        match self.rebuild(row, connection) {
            Ok(going) => Ok(Ok(Box::new(going))),
            Err(Lost::Broken(why)) => Ok(Err(Broken::find(row, why, connection)?)),
            // Whether it is broken is not known: it is left as it is.
            Err(Lost::Database(error)) => Err(error.into()),
        }
    }

    /// Waits until an execution has ended.
    pub(super) async fn ended(&self, arn: &str) {
        loop {
            let arn = arn.to_owned();
            let running = self.store.read(move |connection| {
                let id = find(connection, &arn)?;
                let mut select = connection.prepare_cached(
                    "SELECT 1 FROM executions WHERE id = ?1 AND status = 'RUNNING'",
                )?;
                Ok(select.exists([id])?.then_some(id))
            });
            let Ok(Some(id)) = running.await else {
                return;
            };
            if !self.live.ended(id).await {
                // It is about to run, or its end is about to be kept.
                tokio::time::sleep(SOON).await;
            }
        }
    }

    /// Reaches an execution that runs.
    pub(super) fn remote(&self, execution: i64, arn: &str) -> Option<Remote> {
        let own = self.live.get(execution);
        own.or_else(|| self.map_runs.child(arn))
    }

    /// Stops an execution that runs; whether it was still running.
    pub(super) async fn stop(&self, execution: i64, arn: &str, why: StatesError) -> bool {
        let Some(remote) = self.remote(execution, arn) else {
            return false;
        };
        let (ack, kept) = oneshot::channel();
        remote.stop(why, ack);
        kept.await.is_ok()
    }
}
