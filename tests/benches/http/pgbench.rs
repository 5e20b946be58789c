// SPDX-License-Identifier: AGPL-3.0-or-later
//! The same work without us: `pgbench -M prepared` with the statements that an operation sends, in one transaction of the
//! same role behind the same wall, pipelined as ours are.

use std::io::Write as _;
use std::process::Command;

use serde_json::Value;
use tramite_testkit::postgres::Cluster;

use crate::copy::Tables;

/// One position by its notice, in one statement, without transaction, role or tenant: what no program can do without.
pub(crate) const BARE: &str = "
\\set n random(1, 1000)
SELECT p.*, o.*, i.*, t.*
FROM installments i
JOIN debt_positions p ON p.institution_id = i.institution_id AND p.id = i.debt_position_id
JOIN payment_options o ON o.institution_id = i.institution_id AND o.debt_position_id = p.id
LEFT JOIN transfers t ON t.institution_id = i.institution_id AND t.debt_position_id = p.id AND t.installment_id = i.id
WHERE (i.institution_id, i.iuv) = (SELECT institution_id, iuv FROM bench_notices WHERE n = :n);
";

/// The scripts of one database.
pub(crate) struct Scripts {
    /// One position by its notice.
    pub(crate) verify: String,
    /// One position by its id, with who may be paying it.
    pub(crate) show: String,
    /// One receipt: itself, its position settled, event, task and journal.
    pub(crate) receipt: String,
    /// One position with its event and the stored answer.
    pub(crate) create: String,
    /// One session with its item, event and the stored answer.
    pub(crate) session: String,
}

/// The columns of all tables, as [`Tables::read`] wants them.
pub(crate) const COLUMNS: &str = "SELECT table_name, column_name FROM information_schema.columns \
                                  WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";

/// Models and scripts, after each operation was done once.
pub(crate) fn prepare(cluster: &Cluster, database: &str, made: &[Value]) -> Scripts {
    let tables = Tables::read(&cluster.psql(database, COLUMNS));
    let mut sql = String::from(
        "CREATE TABLE bench_notices (n integer PRIMARY KEY, institution_id uuid, notice_number text COLLATE \"C\", \
         iuv text COLLATE \"C\", debt_position_id uuid, installment_id uuid);\n",
    );
    let numbered = (1..).zip(made).map(|(n, position): (usize, _)| format!("({n}, '{}')", crate::notice_of(position)));
    // One statement: `psql` takes its text as an argument, which has a limit.
    sql.push_str(&format!(
        "INSERT INTO bench_notices SELECT one.n, i.institution_id, i.notice_number, i.iuv, i.debt_position_id, i.id \
         FROM (VALUES {}) AS one (n, number) JOIN installments i ON i.notice_number = one.number;\n",
        numbered.collect::<Vec<_>>().join(", ")
    ));
    for (table, condition) in MODELS {
        let own = "institution_id = (SELECT institution_id FROM bench_notices WHERE n = 1)";
        sql.push_str(&Tables::model(table, &format!("{condition} AND {own}")));
    }
    sql.push_str("CREATE SEQUENCE bench_sequence; GRANT USAGE ON bench_sequence TO tramite_app;\n");
    for table in MODELS.iter().map(|(table, _)| format!("bench_{table}")).chain(["bench_notices".to_owned()]) {
        sql.push_str(&format!("GRANT SELECT ON {table} TO tramite_app;\n"));
    }
    cluster.psql(database, &sql);
    cluster.psql(database, "ANALYZE");
    let institution = cluster.psql(database, "SELECT institution_id FROM bench_notices WHERE n = 1").trim().to_owned();
    let wall = Wall { institution };
    Scripts {
        verify: wall.read(&whole("(SELECT debt_position_id FROM bench_notices WHERE n = :n)")),
        show: wall.read(&format!("{}{PAYERS}", whole("(SELECT debt_position_id FROM bench_notices WHERE n = :n)"))),
        receipt: wall.write(RECEIPT_READS, &receipt(&tables)),
        create: wall.write(CREATE_READS, &create(&tables)),
        session: wall.write(CREATE_READS, &session(&tables)),
    }
}

/// Which rows are copied.
const MODELS: [(&str, &str); 12] = [
    ("debt_positions", "published"),
    ("payment_options", "true"),
    ("installments", "paid_at IS NULL"),
    ("transfers", "true"),
    ("receipts", "debt_position_id IS NOT NULL"),
    ("receipt_transfers", "true"),
    ("checkout_sessions", "told_status = 'open'"),
    ("session_items", "paid_at IS NULL AND debt_position_id IS NOT NULL"),
    ("events", "debt_position_id IS NOT NULL"),
    ("tasks", "true"),
    ("journal", "operation LIKE 'paSendRT%'"),
    ("idempotency_records", "path = '/v1/debt-positions'"),
];

/// A transaction behind the wall.
struct Wall {
    institution: String,
}

impl Wall {
    fn read(&self, statements: &str) -> String {
        format!(
            "\\set n random(1, 1000)\n\\startpipeline\nBEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n\
             SET LOCAL tramite.institution = '{}';\n{statements}COMMIT;\n\\endpipeline\n",
            self.institution
        )
    }

    /// A read, and then the writes under keys of their own.
    fn write(&self, reads: &str, writes: &str) -> String {
        format!(
            "{}SELECT gen_random_uuid() AS a, gen_random_uuid() AS b, gen_random_uuid() AS c, \
             nextval('bench_sequence') AS number \\gset\n\
             \\startpipeline\nBEGIN ISOLATION LEVEL READ COMMITTED;\nSET LOCAL tramite.institution = '{}';\n\
             {writes}COMMIT;\n\\endpipeline\n",
            self.read(reads),
            self.institution
        )
    }
}

/// A position and what stands below it.
fn whole(id: &str) -> String {
    [("debt_positions", "id"), ("payment_options", "debt_position_id"), ("installments", "debt_position_id"), ("transfers", "debt_position_id")]
        .map(|(table, column)| {
            format!(
                "SELECT * FROM {table} WHERE institution_id = (SELECT institution_id FROM bench_notices WHERE n = :n) AND {column} = {id};\n"
            )
        })
        .concat()
}

/// Who may be paying it.
const PAYERS: &str = "
SELECT a.* FROM attempts a JOIN bench_notices b ON b.n = :n AND a.institution_id = b.institution_id AND a.installment_id = b.installment_id;
SELECT s.* FROM checkout_sessions s WHERE (s.institution_id, s.id) IN (SELECT i.institution_id, i.session_id FROM session_items i JOIN bench_notices b ON b.n = :n AND i.institution_id = b.institution_id AND i.installment_id = b.installment_id);
SELECT i.* FROM session_items i JOIN bench_notices b ON b.n = :n AND i.institution_id = b.institution_id AND i.installment_id = b.installment_id;
";

/// What the decision on a receipt needs.
const RECEIPT_READS: &str = "
SELECT * FROM debt_positions WHERE (institution_id, id) = (SELECT institution_id, debt_position_id FROM bench_notices WHERE n = :n);
SELECT * FROM installments WHERE (institution_id, debt_position_id) = (SELECT institution_id, debt_position_id FROM bench_notices WHERE n = :n);
SELECT * FROM payment_options WHERE (institution_id, debt_position_id) = (SELECT institution_id, debt_position_id FROM bench_notices WHERE n = :n);
SELECT * FROM transfers WHERE (institution_id, debt_position_id) = (SELECT institution_id, debt_position_id FROM bench_notices WHERE n = :n);
SELECT a.* FROM attempts a JOIN bench_notices b ON b.n = :n AND a.institution_id = b.institution_id AND a.installment_id = b.installment_id;
SELECT i.* FROM session_items i JOIN bench_notices b ON b.n = :n AND i.institution_id = b.institution_id AND i.installment_id = b.installment_id;
";

/// What the decision on a position or a session needs.
const CREATE_READS: &str = "
SELECT * FROM institutions WHERE institution_id = (SELECT institution_id FROM bench_notices WHERE n = :n);
SELECT * FROM institution_stations WHERE institution_id = (SELECT institution_id FROM bench_notices WHERE n = :n);
SELECT * FROM accounts WHERE institution_id = (SELECT institution_id FROM bench_notices WHERE n = :n);
SELECT * FROM services WHERE institution_id = (SELECT institution_id FROM bench_notices WHERE n = :n) LIMIT 1;
";

const A: &str = "CAST(:a AS uuid)";
const B: &str = "CAST(:b AS uuid)";
const C: &str = "CAST(:c AS uuid)";

fn create(tables: &Tables) -> String {
    [
        tables.copy("idempotency_records", &[("key_sha256", "sha256(convert_to(CAST(:a AS text), 'UTF8'))")]),
        tables.copy("debt_positions", &[("id", A), ("external_id", "CAST(:a AS text)")]),
        tables.copy("payment_options", &[("id", B), ("debt_position_id", A)]),
        tables.copy(
            "installments",
            &[
                ("id", C),
                ("debt_position_id", A),
                ("payment_option_id", B),
                ("iuv", "lpad(CAST(:number AS text), 17, '9')"),
                ("notice_number", "lpad(CAST(:number AS text), 18, '9')"),
            ],
        ),
        tables.copy("transfers", &[("debt_position_id", A), ("installment_id", C)]),
        tables.copy("events", &[("id", B), ("debt_position_id", A), ("feed_position", "NULL")]),
    ]
    .concat()
}

fn receipt(tables: &Tables) -> String {
    let of = "FROM bench_notices b WHERE b.n = :n";
    [
        tables.copy("receipts", &[("id", A), ("receipt_id", "CAST(:a AS text)")]),
        tables.copy("receipt_transfers", &[("receipt_row_id", A)]),
        format!("UPDATE debt_positions p SET version = p.version + 1, told_status = p.told_status {of} AND (p.institution_id, p.id) = (b.institution_id, b.debt_position_id);\n"),
        format!("UPDATE installments i SET description = i.description, paid_amount = i.amount {of} AND (i.institution_id, i.id) = (b.institution_id, b.installment_id);\n"),
        tables.copy("events", &[("id", A), ("feed_position", "NULL")]),
        tables.copy("events", &[("id", B), ("feed_position", "NULL")]),
        tables.copy("tasks", &[("id", C)]),
        tables.copy("journal", &[("id", A)]),
        tables.copy("journal", &[("id", B)]),
    ]
    .concat()
}

fn session(tables: &Tables) -> String {
    [
        tables.copy("idempotency_records", &[("key_sha256", "sha256(convert_to(CAST(:a AS text), 'UTF8'))")]),
        tables.copy("checkout_sessions", &[("id", A)]),
        tables.copy("session_items", &[("session_id", A)]),
        tables.copy("events", &[("id", B), ("session_id", A), ("feed_position", "NULL")]),
    ]
    .concat()
}

/// Transactions a second of a script, by the application's role where it is behind the wall.
pub(crate) fn pgbench(cluster: &Cluster, database: &str, script: &str, connections: usize, seconds: u64) -> f64 {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    let role = if script == BARE { "" } else { "-c role=tramite_app" };
    let output = Command::new(cluster.pg_bin("pgbench"))
        .env("PGOPTIONS", role)
        .args(["-n", "-M", "prepared", "-j", "2", "-c", &connections.to_string(), "-T", &seconds.to_string()])
        .args(["-h", "127.0.0.1", "-p", &cluster.port().to_string(), "-U", "postgres", "-f"])
        .arg(file.path())
        .arg(database)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = line.and_then(|rest| rest.split_whitespace().next()).and_then(|text| text.parse().ok());
    rate.filter(|rate: &f64| *rate > 0.0).unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}
