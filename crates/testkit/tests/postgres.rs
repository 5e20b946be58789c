// SPDX-License-Identifier: AGPL-3.0-or-later
//! The private PostgreSQL: it starts, serves, survives a kill, and never stays behind.
#![expect(clippy::unwrap_used, reason = "a test target without the usual harness is not seen as a test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tramite_testkit::postgres::{Cluster, Options, cluster, present};
use tramite_testkit::{Database, Suite};

/// Under this variable the target starts a cluster, says where, and waits to be killed.
const VICTIM: &str = "TRAMITE_TESTKIT_VICTIM";

fn main() {
    if std::env::var_os(VICTIM).is_some() {
        be_the_victim();
    }
    Suite::new()
        .async_on_postgres("every_database_has_its_own_name", every_database_has_its_own_name)
        .async_on_postgres("a_copy_holds_what_the_template_held", a_copy_holds_what_the_template_held)
        .async_on_postgres("text_order_is_not_byte_order", text_order_is_not_byte_order)
        .async_on_postgres("a_kill_loses_no_commit", a_kill_loses_no_commit)
        .async_on_postgres("a_pause_answers_nobody", a_pause_answers_nobody)
        .async_on_postgres("nothing_stays_behind_a_killed_test", nothing_stays_behind_a_killed_test)
        .async_on_postgres("nothing_stays_behind_a_dropped_cluster", nothing_stays_behind_a_dropped_cluster)
        .run();
}

fn be_the_victim() -> ! {
    if let Some(cluster) = cluster() {
        cluster.psql("postgres", "CREATE TABLE t AS SELECT 1");
        let process = cluster.process().unwrap();
        let folder = cluster.folder().display();
        #[expect(clippy::print_stdout, reason = "the watching test reads this line")]
        {
            println!("{process} {folder}");
        }
    }
    std::thread::sleep(Duration::from_mins(1));
    std::process::exit(1)
}

async fn every_database_has_its_own_name(database: Database) {
    assert!(present());
    let cluster = cluster().unwrap();
    let (one, other) = (cluster.create_database("x"), cluster.create_database("x"));
    assert!(one != other && one != database.url());
    assert_eq!(cluster.psql("postgres", "SHOW fsync"), "on");
    assert_eq!(cluster.psql("postgres", "SHOW max_connections"), "200");
    assert!(cluster.pg_bin("pgbench").is_file());
    cluster.drop_database(&one);
    let rows = format!("SELECT count(*) FROM pg_database WHERE datname = '{}'", name(&one));
    assert_eq!(cluster.psql("postgres", &rows), "0");
}

async fn a_copy_holds_what_the_template_held(database: Database) {
    let cluster = cluster().unwrap();
    let template = name(database.url());
    cluster.psql(template, "CREATE TABLE t AS SELECT 7 AS n, 'a' AS word");
    let copy = cluster.create_database_from(template);
    assert_eq!(cluster.psql(name(&copy), "SELECT * FROM t"), "7|a");
}

async fn text_order_is_not_byte_order(_: Database) {
    let cluster = cluster().unwrap();
    let sorted = "SELECT string_agg(w, '' ORDER BY w) FROM (VALUES ('b'), ('B'), ('a')) AS t(w)";
    assert_eq!(cluster.psql("postgres", sorted), "abB");
}

async fn a_kill_loses_no_commit(_: Database) {
    let cluster = Cluster::start_new(Options::default()).unwrap();
    let database = cluster.create_database("kept");
    cluster.psql(name(&database), "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)");
    for _ in 0..5 {
        let before = cluster.process().unwrap();
        cluster.kill();
        assert_eq!(cluster.process(), None);
        assert!(std::net::TcpStream::connect(("127.0.0.1", cluster.port())).is_err());
        cluster.start();
        assert_ne!(cluster.process().unwrap(), before);
        assert_eq!(cluster.psql(name(&database), "SELECT sum(n) FROM t"), "3");
    }
    cluster.stop();
    cluster.start();
    assert_eq!(cluster.psql(name(&database), "SELECT sum(n) FROM t"), "3");
}

async fn a_pause_answers_nobody(_: Database) {
    let cluster = Cluster::start_new(Options { fsync: false, ..Options::default() }).unwrap();
    cluster.pause();
    let mut asking = Command::new(cluster.pg_bin("psql"))
        .args(["-X", "-q", "-d", &cluster.url("postgres"), "-c", "SELECT 1"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(asking.try_wait().unwrap().is_none());
    cluster.resume();
    assert!(asking.wait().unwrap().success());
}

async fn nothing_stays_behind_a_killed_test(_: Database) {
    let mut victim =
        Command::new(std::env::current_exe().unwrap()).env(VICTIM, "1").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut reader = BufReader::new(victim.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    let (process, folder) = line.trim_end().split_once(' ').unwrap();
    assert!(Path::new(folder).is_dir());
    victim.kill().unwrap();
    victim.wait().unwrap();
    gone(process, Path::new(folder));
}

async fn nothing_stays_behind_a_dropped_cluster(_: Database) {
    let running = Cluster::start_new(Options::default()).unwrap();
    let (process, folder) = (running.process().unwrap(), running.folder().to_path_buf());
    drop(running);
    gone(&process.to_string(), &folder);
    let killed = Cluster::start_new(Options::default()).unwrap();
    let folder = killed.folder().to_path_buf();
    killed.kill();
    drop(killed);
    assert!(!folder.exists());
}

/// Waits until neither process nor folder is there.
fn gone(process: &str, folder: &Path) {
    let end = Instant::now() + Duration::from_secs(10);
    while runs(process) || folder.exists() {
        assert!(Instant::now() < end, "{process} or {} stays", folder.display());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A process that nobody has reaped yet (state Z) runs no more.
fn runs(process: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| {
        stat.contains("postgres") && stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
    })
}

fn name(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}
