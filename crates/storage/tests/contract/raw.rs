// SPDX-License-Identifier: AGPL-3.0-or-later
//! The database seen past the store.

use tramite_testkit::{Database, postgres};

/// The name of a PostgreSQL database in the cluster of this process.
pub(crate) fn name(database: &Database) -> &str {
    database.url().rsplit('/').next().unwrap()
}

/// Runs SQL as superuser with `psql`.
pub(crate) fn psql(database: &Database, sql: &str) -> String {
    postgres::cluster().unwrap().psql(name(database), sql)
}

/// Runs SQL behind the back of the store.
pub(crate) fn run(database: &Database, sql: &str) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    match database.url().strip_prefix("sqlite:") {
        // A store that was just closed may still be finishing its last group.
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
            connection.batch_execute(sql).unwrap();
        }
        None => drop(psql(database, sql)),
    }
}

/// Every byte the database keeps: a dump, or the files.
pub(crate) async fn everything(database: &Database) -> Vec<u8> {
    if database.is_postgres() {
        let dump = std::process::Command::new(postgres::cluster().unwrap().pg_bin("pg_dump"))
            .args(["--format=plain", "-d", database.url()])
            .output()
            .unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        // Bytes are written in hexadecimal; what they spell is searched as well.
        let mut bytes = dump.stdout.clone();
        for word in dump.stdout.split(|byte| !byte.is_ascii_hexdigit()) {
            bytes.extend(data_encoding::HEXLOWER.decode(word).unwrap_or_default());
        }
        return bytes;
    }
    let path = database.url().strip_prefix("sqlite:").unwrap().to_owned();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    bytes
}

/// How many rows a table holds.
pub(crate) async fn count(database: &Database, table: &str) -> i64 {
    use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};

    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }

    let sql = format!("SELECT count(*) AS count FROM {table}");
    match database.url().strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = diesel::SqliteConnection::establish(path).unwrap();
            sql_query(sql).get_result::<Count>(&mut connection).unwrap().count
        }
        None => psql(database, &sql).parse().unwrap(),
    }
}
