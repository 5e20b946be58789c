// SPDX-License-Identifier: AGPL-3.0-or-later
//! The same work without us: `pgbench -M prepared` with the statements that an operation cannot do without.

use std::io::Write as _;
use std::process::Command;

use serde_json::Value;
use tramite_testkit::postgres::Cluster;

/// One position by its notice, with option, installment and transfers.
pub(crate) const VERIFY: &str = "
\\set n random(1, 1000)
SELECT p.*, o.*, i.*, t.*
FROM installments i
JOIN debt_positions p ON p.institution_id = i.institution_id AND p.id = i.debt_position_id
JOIN payment_options o ON o.institution_id = i.institution_id AND o.debt_position_id = p.id
LEFT JOIN transfers t ON t.institution_id = i.institution_id AND t.installment_id = i.id
WHERE (i.institution_id, i.notice_number) = (SELECT institution_id, notice_number FROM bench_notices WHERE n = :n);
";

/// One position with option, installment, transfer, event and idempotency record, in one transaction; the number comes
/// from a sequence, in a statement of its own.
pub(crate) const CREATE: &str = "
SELECT nextval('bench_sequence') AS number \\gset
BEGIN;
SELECT gen_random_uuid() AS position, gen_random_uuid() AS option, gen_random_uuid() AS installment, gen_random_uuid() AS event \\gset
INSERT INTO bench_idempotency SELECT institution_id, gen_random_uuid()::text, body FROM bench_template;
INSERT INTO debt_positions SELECT (r).* FROM (SELECT bench_position(CAST(:position AS uuid)) AS r) one;
INSERT INTO payment_options SELECT (r).* FROM (SELECT bench_option(CAST(:option AS uuid), CAST(:position AS uuid)) AS r) one;
INSERT INTO installments SELECT (r).* FROM (SELECT bench_installment(CAST(:installment AS uuid), CAST(:option AS uuid), CAST(:position AS uuid), :number) AS r) one;
INSERT INTO transfers SELECT (r).* FROM (SELECT bench_transfer(CAST(:installment AS uuid), CAST(:position AS uuid)) AS r) one;
INSERT INTO events SELECT (r).* FROM (SELECT bench_event(CAST(:event AS uuid), CAST(:position AS uuid)) AS r) one;
COMMIT;
";

/// Tables and functions that only the scripts need: which notices there are, and rows to make others like them.
pub(crate) fn prepare(cluster: &Cluster, database: &str, made: &[Value]) {
    let first = crate::notice_of(&made[0]).1;
    let mut sql = String::from(
        "CREATE TABLE bench_notices (n integer PRIMARY KEY, institution_id uuid, notice_number text COLLATE \"C\");\n",
    );
    let numbered =
        (1..).zip(made).map(|(n, position): (usize, _)| format!("({n}, '{}')", crate::notice_of(position).0));
    // One statement: `psql` takes its text as an argument, which has a limit.
    sql.push_str(&format!(
        "INSERT INTO bench_notices SELECT one.n, i.institution_id, i.notice_number FROM (VALUES {}) AS one (n, number) \
         JOIN installments i ON i.notice_number = one.number;\n",
        numbered.collect::<Vec<_>>().join(", ")
    ));
    sql.push_str(&TEMPLATES.replace("{first}", first));
    cluster.psql(database, &sql);
}

const TEMPLATES: &str = "
CREATE SEQUENCE bench_sequence;
CREATE TABLE bench_template AS SELECT institution_id, id, debt_position_id, repeat('x', 1200) AS body FROM installments WHERE id = '{first}';
CREATE TABLE bench_a_position AS SELECT p.* FROM debt_positions p JOIN bench_template b ON p.institution_id = b.institution_id AND p.id = b.debt_position_id;
CREATE TABLE bench_an_option AS SELECT o.* FROM payment_options o JOIN bench_template b ON o.institution_id = b.institution_id AND o.debt_position_id = b.debt_position_id;
CREATE TABLE bench_an_installment AS SELECT i.* FROM installments i JOIN bench_template b ON i.institution_id = b.institution_id AND i.id = b.id;
CREATE TABLE bench_a_transfer AS SELECT t.* FROM transfers t JOIN bench_template b ON t.institution_id = b.institution_id AND t.installment_id = b.id;
CREATE TABLE bench_an_event AS SELECT e.* FROM events e JOIN bench_template b ON e.institution_id = b.institution_id AND e.debt_position_id = b.debt_position_id LIMIT 1;
CREATE TABLE bench_idempotency (institution_id uuid, key text, body text, PRIMARY KEY (institution_id, key));
CREATE FUNCTION bench_position(new_id uuid) RETURNS debt_positions LANGUAGE plpgsql STABLE AS $$
DECLARE r debt_positions;
BEGIN
    SELECT * INTO r FROM bench_a_position;
    r.id := new_id; r.external_id := new_id::text; RETURN r;
END $$;
CREATE FUNCTION bench_option(new_id uuid, of_position uuid) RETURNS payment_options LANGUAGE plpgsql STABLE AS $$
DECLARE r payment_options;
BEGIN
    SELECT * INTO r FROM bench_an_option;
    r.id := new_id; r.debt_position_id := of_position; RETURN r;
END $$;
CREATE FUNCTION bench_installment(new_id uuid, of_option uuid, of_position uuid, number bigint) RETURNS installments LANGUAGE plpgsql STABLE AS $$
DECLARE r installments;
BEGIN
    SELECT * INTO r FROM bench_an_installment;
    r.id := new_id; r.debt_position_id := of_position; r.payment_option_id := of_option;
    r.iuv := lpad(number::text, 17, '9'); r.notice_number := lpad(number::text, 18, '9'); RETURN r;
END $$;
CREATE FUNCTION bench_transfer(of_installment uuid, of_position uuid) RETURNS transfers LANGUAGE plpgsql STABLE AS $$
DECLARE r transfers;
BEGIN
    SELECT * INTO r FROM bench_a_transfer;
    r.installment_id := of_installment; r.debt_position_id := of_position; RETURN r;
END $$;
CREATE FUNCTION bench_event(new_id uuid, of_position uuid) RETURNS events LANGUAGE plpgsql STABLE AS $$
DECLARE r events;
BEGIN
    SELECT * INTO r FROM bench_an_event;
    r.id := new_id; r.debt_position_id := of_position; r.feed_position := NULL; RETURN r;
END $$;
";

/// Transactions a second of a script.
pub(crate) fn pgbench(cluster: &Cluster, database: &str, script: &str, connections: usize, seconds: u64) -> f64 {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(script.as_bytes()).unwrap();
    let output = Command::new(cluster.pg_bin("pgbench"))
        .args(["-n", "-M", "prepared", "-j", "2", "-c", &connections.to_string(), "-T", &seconds.to_string()])
        .args(["-h", "127.0.0.1", "-p", &cluster.port().to_string(), "-U", "postgres", "-f"])
        .arg(file.path())
        .arg(database)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = line.and_then(|rest| rest.split_whitespace().next()).and_then(|text| text.parse().ok());
    rate.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}
