// SPDX-License-Identifier: AGPL-3.0-or-later
//! One running PostgreSQL and what tests do with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::account::Account;
use super::binaries::Binaries;
use super::guard::Guard;
use super::volume::with_volume;
use super::{signal, template};
use crate::{free_port, scratch};

/// Seconds within which a server must be ready, or down when asked.
const READY_LIMIT_SECONDS: u64 = 60;
/// Milliseconds between two looks at a server that starts or stops.
const LOOK_EVERY_MS: u64 = 20;
/// How often a first start tries another port.
const PORT_TRIES: u32 = 5;
/// The longest path that leaves room for a socket's name in the 107 bytes that systems allow.
const FOLDER_BYTES_MAX: usize = 80;

/// How a cluster is set up.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether commits reach the disk, as in production. Off only where a test measures nothing and
    /// kills nothing.
    pub fsync: bool,
    /// The greatest number of connections at a time.
    pub connections_max: u16,
    /// Whether the data lie on a disk, as in production, whatever file system in memory there is: where speed is measured.
    pub on_disk: bool,
    /// A volume of that size for tablespaces, in MiB, where [`super::volumes_present`]. It is empty at each start.
    pub volume_mib: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { fsync: true, connections_max: 200, on_disk: false, volume_mib: None }
    }
}

/// A private PostgreSQL on 127.0.0.1, superuser `postgres`, no password. It ends when dropped or
/// when this process ends.
#[derive(Debug)]
pub struct Cluster {
    binaries: &'static Binaries,
    options: Options,
    account: Account,
    folder: PathBuf,
    port: u16,
    server: Mutex<Option<Child>>,
    guard: Mutex<Guard>,
}

impl Cluster {
    /// Starts one more cluster, for a test that kills or stops it; none where PostgreSQL is absent.
    ///
    /// # Panics
    /// When PostgreSQL is absent and `TRAMITE_REQUIRE_ALL=1`, or when it does not start.
    pub fn start_new(options: Options) -> Option<Self> {
        super::binaries().map(|found| Self::with(found, options))
    }

    pub(super) fn with(binaries: &'static Binaries, options: Options) -> Self {
        let folder = folder(options.on_disk);
        let account = Account::of_maker(&folder);
        account.own(&folder);
        let guard = Guard::over(&folder, account);
        guard.mark_down();
        template::prepare(binaries, account, &folder.join("data"));
        let mut cluster =
            Self { binaries, options, account, folder, port: 0, server: Mutex::new(None), guard: Mutex::new(guard) };
        for _ in 0..PORT_TRIES {
            cluster.port = free_port();
            if cluster.try_start() {
                return cluster;
            }
        }
        panic!("PostgreSQL does not start: {}", cluster.log());
    }

    /// The port on 127.0.0.1; it stays the same through [`Cluster::kill`] and [`Cluster::start`].
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The process number of the server, while it runs.
    pub fn process(&self) -> Option<u32> {
        held(&self.server).as_ref().map(Child::id)
    }

    /// The folder that holds data, socket and log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the volume is, for the server and for whoever looks through its eyes.
    pub fn volume(&self) -> Option<PathBuf> {
        self.options.volume_mib.map(|_| self.folder.join("volume"))
    }

    /// The URL of a database of this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database with a name of its own and returns its URL.
    pub fn create_database(&self, name_prefix: &str) -> String {
        self.create(name_prefix, "template1")
    }

    /// Creates a copy of a database (its name, not its URL; nobody may be connected to it) and
    /// returns the copy's URL.
    pub fn create_database_from(&self, template: &str) -> String {
        self.create(template, template)
    }

    /// Drops a database by its URL, whoever is connected; nothing happens while the server is down.
    pub fn drop_database(&self, url: &str) {
        if let (Some((_, name)), Some(_)) = (url.rsplit_once('/'), self.process()) {
            let sql = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
            self.psql_status("postgres", &sql).ok();
        }
    }

    /// Runs SQL with `psql` as superuser and returns the rows, columns parted by `|`.
    ///
    /// # Panics
    /// When a statement fails; the message is PostgreSQL's.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.psql_status(database, sql).unwrap_or_else(|said| panic!("psql: {said}"))
    }

    /// The path of a program of the same version, such as `pgbench` or `pg_dump`.
    pub fn pg_bin(&self, name: &str) -> PathBuf {
        self.binaries.program(name)
    }

    /// Kills the server and all its processes at once (SIGKILL), as a crash of the machine would.
    pub fn kill(&self) {
        let mut server = held(&self.server);
        if let Some(mut child) = server.take() {
            // Stopped first, so that no backend is born between the listing and the kill.
            signal::send("STOP", &[child.id()]);
            until(|| signal::stopped(child.id()));
            let mut processes = signal::children(child.id());
            processes.push(child.id());
            held(&self.guard).mark_down();
            signal::send("KILL", &processes);
            child.wait().expect("the server is reaped");
            // A dying backend holds the shared memory still, and the next server would refuse to start.
            until(|| !processes.iter().any(|process| signal::runs(*process)));
        }
    }

    /// Stops the server in good order (fast shutdown: sessions are ended, data is written).
    pub fn stop(&self) {
        let mut server = held(&self.server);
        if let Some(mut child) = server.take() {
            signal::send("INT", &[child.id()]);
            let ended = until(|| child.try_wait().is_ok_and(|status| status.is_some()));
            held(&self.guard).mark_down();
            assert!(ended, "PostgreSQL does not stop: {}", self.log());
        }
    }

    /// Starts the server again on the same port and data, and waits until it answers.
    pub fn start(&self) {
        assert!(self.try_start(), "PostgreSQL does not start: {}", self.log());
    }

    /// Freezes the server with all its sessions: connections stay open and nothing answers.
    pub fn pause(&self) {
        self.signal_all("STOP");
    }

    /// Ends [`Cluster::pause`].
    pub fn resume(&self) {
        self.signal_all("CONT");
    }

    /// What the server has logged, the last lines of it.
    pub fn log(&self) -> String {
        let text = std::fs::read(self.folder.join("log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
    }

    fn create(&self, name_prefix: &str, template: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{name_prefix}_{count}");
        self.psql("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""));
        self.url(&name)
    }

    fn psql_status(&self, database: &str, sql: &str) -> Result<String, String> {
        let output = Command::new(self.pg_bin("psql"))
            .args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.url(database))
            .args(["-c", sql])
            .stdin(Stdio::null())
            .output()
            .expect("psql starts");
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    fn signal_all(&self, name: &str) {
        if let Some(child) = held(&self.server).as_ref() {
            let mut processes = vec![child.id()];
            processes.extend(signal::children(child.id()));
            signal::send(name, &processes);
        }
    }

    /// Starts the server; false when it ends before it is ready, as on a port taken meanwhile.
    fn try_start(&self) -> bool {
        let mut server = held(&self.server);
        assert!(server.is_none(), "the server runs already");
        let log = File::options().create(true).append(true).open(self.folder.join("log")).expect("the log opens");
        held(&self.guard).mark_up();
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log opens twice"))
            .stderr(log)
            .spawn()
            .expect("postgres starts");
        let mut ended = false;
        let ready = until(|| {
            ended = child.try_wait().is_ok_and(|status| status.is_some());
            ended || self.ready(child.id())
        });
        assert!(ready, "PostgreSQL is not ready: {}", self.log());
        if ended {
            held(&self.guard).mark_down();
        } else {
            *server = Some(child);
        }
        !ended
    }

    fn command(&self) -> Command {
        let data = self.folder.join("data");
        let mut command = self.program();
        command.arg("-D").arg(data);
        let flag = if self.options.fsync { "on" } else { "off" };
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.folder.display()),
            format!("max_connections={}", self.options.connections_max),
            format!("fsync={flag}"),
            // Rome, not UTC: a value that is read without its zone then shows itself.
            "timezone=Europe/Rome".to_owned(),
        ] {
            command.args(["-c", &setting]);
        }
        command
    }

    /// The server's program, with its volume if it has one.
    fn program(&self) -> Command {
        let program = self.binaries.program("postgres");
        let (Some(volume), Some(mib)) = (self.volume(), self.options.volume_mib) else {
            return self.account.command(&program, &self.folder);
        };
        let ids = self.account.ids().expect("root, who alone has volumes");
        std::fs::create_dir_all(&volume).expect("a folder");
        self.account.own(&volume);
        Account::apart(with_volume(&program, &volume, mib, ids), &self.folder)
    }

    /// Whether the server of this process number says `ready` in the last line of its lock file.
    fn ready(&self, process: u32) -> bool {
        let text = std::fs::read_to_string(self.folder.join("data/postmaster.pid"));
        text.is_ok_and(|text| {
            text.lines().next() == Some(process.to_string().as_str())
                && text.lines().nth(7).is_some_and(|line| line.trim() == "ready")
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        held(&self.guard).clear_up();
        if let Some(mut child) = held(&self.server).take() {
            child.wait().ok();
        }
    }
}

/// A test that failed while it held the lock has told its own story; the next one goes on.
fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn until(mut reached: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(READY_LIMIT_SECONDS);
    while Instant::now() < end {
        if reached() {
            return true;
        }
        sleep(Duration::from_millis(LOOK_EVERY_MS));
    }
    false
}

/// A new folder that the unprivileged account can reach: root's own temporary folder may be closed
/// to others, and a long path leaves no room for the socket's name.
fn folder(on_disk: bool) -> PathBuf {
    let usual = if on_disk { std::env::temp_dir() } else { scratch::parent().to_owned() };
    let make = |parent: &Path| tempfile::Builder::new().prefix("tramite-pg").tempdir_in(parent);
    let reachable = usual.as_os_str().len() <= FOLDER_BYTES_MAX && open_to_all(&usual);
    let parent = if reachable { usual.as_path() } else { Path::new("/tmp") };
    make(parent).expect("a temporary folder").keep()
}

/// Whether every account may pass through the folder and all above it.
fn open_to_all(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    folder.ancestors().all(|part| std::fs::metadata(part).is_ok_and(|data| data.permissions().mode() & 0o001 != 0))
}
