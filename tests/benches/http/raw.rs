// SPDX-License-Identifier: AGPL-3.0-or-later
//! The same work without us on SQLite: one writer with group commit, and callers that wait for the disk. A job is one
//! statement whose trigger writes all the rows of a receipt.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use crate::copy::Tables;

/// Jobs committed together at most, and jobs that may wait, as in Tramite.
const GROUP_JOBS_MAX: usize = 256;
const QUEUE_JOBS_MAX: usize = 1_024;

diesel::table! {
    bench_jobs (key) {
        key -> Binary,
        name -> Text,
        place -> BigInt,
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A caller's job: the number of its receipt, and where the answer goes.
type Job = (usize, Sender<()>);

/// Receipts a second of so many callers, for a while, over positions that stand in the file.
pub(crate) fn receipts_per_second(file: &Path, callers: usize, seconds: u64) -> f64 {
    let mut connection = SqliteConnection::establish(&file.display().to_string()).unwrap();
    connection.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON").unwrap();
    prepare(&mut connection);
    let (queue, jobs) = sync_channel::<Job>(QUEUE_JOBS_MAX);
    let writer = thread::spawn(move || write(connection, &jobs));
    let (begin, during) = (Instant::now(), Duration::from_secs(seconds));
    let each: Vec<_> = (0..callers).map(|caller| ask(queue.clone(), caller, callers, begin, during)).collect();
    drop(queue);
    let done: usize = each.into_iter().map(|caller| caller.join().unwrap()).sum();
    let took = begin.elapsed();
    writer.join().unwrap();
    done as f64 / took.as_secs_f64()
}

/// A caller: one job after the other.
fn ask(
    queue: SyncSender<Job>,
    caller: usize,
    callers: usize,
    begin: Instant,
    during: Duration,
) -> thread::JoinHandle<usize> {
    thread::spawn(move || {
        let mut done = 0;
        while begin.elapsed() < during {
            let (answer, answered) = channel();
            queue.send((done * callers + caller, answer)).unwrap();
            answered.recv().unwrap();
            done += 1;
        }
        done
    })
}

/// The writer: takes all that waits, commits once, then answers.
fn write(mut connection: SqliteConnection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_JOBS_MAX
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        connection.batch_execute("BEGIN IMMEDIATE").unwrap();
        for (number, _) in &group {
            let key = uuid::Uuid::now_v7().as_bytes().to_vec();
            let row = (
                bench_jobs::key.eq(key),
                bench_jobs::name.eq(number.to_string()),
                bench_jobs::place.eq(i64::try_from(*number % 1_000).unwrap() + 1),
            );
            diesel::insert_into(bench_jobs::table).values(row).execute(&mut connection).unwrap();
        }
        connection.batch_execute("COMMIT").unwrap();
        for (_, answer) in group {
            answer.send(()).ok();
        }
    }
}

/// Models, and the trigger that writes like Tramite.
fn prepare(connection: &mut SqliteConnection) {
    let lines: Vec<Line> = diesel::sql_query(
        "SELECT m.name || '|' || c.name AS line FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
    )
    .load(connection)
    .unwrap();
    let lines: Vec<String> = lines.into_iter().map(|one| one.line).collect();
    let tables = Tables::read(&lines.join("\n"));
    let mut sql = String::from(
        "CREATE TABLE bench_jobs (key blob, name text, place integer);
         CREATE TABLE bench_places AS SELECT row_number() OVER () AS n, institution_id, id, debt_position_id FROM \
         (SELECT * FROM installments WHERE paid_at IS NULL LIMIT 1000);
         CREATE UNIQUE INDEX bench_places_n ON bench_places (n);\n",
    );
    for table in ["receipts", "receipt_transfers", "events", "tasks", "journal"] {
        sql.push_str(&Tables::model(table, "true"));
    }
    sql.push_str("CREATE TRIGGER bench_receipt AFTER INSERT ON bench_jobs BEGIN\n");
    let other = "CAST('2' || substr(NEW.key, 2) AS blob)";
    for statement in [
        tables.copy("receipts", &[("id", "NEW.key"), ("receipt_id", "'raw-' || NEW.name")]),
        tables.copy("receipt_transfers", &[("receipt_row_id", "NEW.key")]),
        "UPDATE debt_positions SET version = version + 1 WHERE (institution_id, id) = \
         (SELECT institution_id, debt_position_id FROM bench_places WHERE n = NEW.place);\n"
            .to_owned(),
        "UPDATE installments SET reported_at = reported_at WHERE (institution_id, id) = \
         (SELECT institution_id, id FROM bench_places WHERE n = NEW.place);\n"
            .to_owned(),
        tables.copy("events", &[("id", "NEW.key"), ("feed_position", "NULL")]),
        tables.copy("events", &[("id", other), ("feed_position", "NULL")]),
        tables.copy("tasks", &[("id", "NEW.key")]),
        tables.copy("journal", &[("id", "NEW.key")]),
        tables.copy("journal", &[("id", other)]),
    ] {
        sql.push_str(&statement);
    }
    sql.push_str("END;");
    connection.batch_execute(&sql).unwrap();
}
