// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many positions of many institutions: whether a question takes longer among a million than among ten thousand, and
//! whether a list is as fast deep inside as on its first page. The rows are copies of rows that Tramite has written, under
//! keys of their own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tramite_testkit::postgres::Cluster;
use tramite_tests::api::Api;
use tramite_tests::town::Town;

use crate::copy::Tables;
use crate::load::load;
use crate::request::Requests;
use crate::{Bench, addressee};

/// How many positions, where somebody wants to know: `TRAMITE_BENCH_POSITIONS`.
const VARIABLE: &str = "TRAMITE_BENCH_POSITIONS";
/// What they are compared with.
const FEW: u64 = 10_000;
/// Institutions that hold them; the one that is asked holds a tenth of all.
const INSTITUTIONS: u64 = 50;
const SHARE: u64 = 10;
/// Callers at a time: few, so that what is measured is not the wait for a turn.
const CALLERS: usize = 4;
const SECONDS: u64 = 8;
/// What was loaded a moment ago is not in memory yet, as it is in a server at work.
const WARM_UP: Duration = Duration::from_secs(15);
const PAGE: usize = 500;
/// Of each list the first page, every so manieth and the last are read several times, and the fastest counts.
const RUNS: usize = 3;
const EVERY: usize = 25;
/// How often verify and get may take longer, and how long a page may take.
const RATIO_GOAL: f64 = 1.2;
const PAGE_GOAL_MS: f64 = 50.0;

/// The tables of a position, with what differs from row to row. `$n` is the number of the position.
const COPIED: [(&str, &[(&str, &str)]); 4] = [
    (
        "debt_positions",
        &[
            ("institution_id", "t.institution_id"),
            ("id", "bench_id('a', n)"),
            ("service_code", "CASE WHEN (n / 10) % 100 = 0 THEN 'BENCH' ELSE b.service_code END"),
            ("external_id", "'bench-' || n"),
            ("settled", "CASE WHEN (n / 10) % 3 = 0 THEN 'paid' WHEN (n / 10) % 997 = 0 THEN 'partially_paid' END"),
            ("cancelled", "(n / 10) % 50 = 1"),
            ("cancelled_at", "CASE WHEN (n / 10) % 50 = 1 THEN b.created_at END"),
            ("published", "(n / 10) % 500 <> 2"),
            ("ends_at", "CASE WHEN (n / 10) % 40 = 4 THEN b.created_at + interval '1 day' * ((n / 10) % 60 - 30) END"),
            ("told_status", "CASE WHEN (n / 10) % 3 = 0 THEN 'paid' ELSE 'open' END"),
            ("next_transition_at", "NULL"),
            ("created_at", "b.created_at - interval '1 second' * (:last - n)"),
            ("updated_at", "b.updated_at - interval '1 second' * ((n * 7919) % :last)"),
        ],
    ),
    (
        "payment_options",
        &[("institution_id", "t.institution_id"), ("id", "bench_id('b', n)"), ("debt_position_id", "bench_id('a', n)")],
    ),
    (
        "installments",
        &[
            ("institution_id", "t.institution_id"),
            ("id", "bench_id('c', n)"),
            ("debt_position_id", "bench_id('a', n)"),
            ("payment_option_id", "bench_id('b', n)"),
            ("iuv", "bench_iuv(n)"),
            ("notice_number", "'3' || bench_iuv(n)"),
            ("due_date", "date '2026-01-01' + ((n / 10) % 730)::integer"),
            ("paid_at", "CASE WHEN (n / 10) % 3 = 0 THEN timestamptz '2026-01-01' END"),
            ("paid_amount", "CASE WHEN (n / 10) % 3 = 0 THEN b.amount END"),
            ("cancelled_at", "CASE WHEN (n / 10) % 50 = 1 THEN timestamptz '2026-01-01' END"),
        ],
    ),
    (
        "transfers",
        &[
            ("institution_id", "t.institution_id"),
            ("installment_id", "bench_id('c', n)"),
            ("debt_position_id", "bench_id('a', n)"),
        ],
    ),
];

/// How many positions are asked for.
pub(crate) fn wanted() -> Option<u64> {
    std::env::var(VARIABLE).ok().map(|text| text.parse().expect("a number of positions"))
}

/// Loads, measures, and prints.
pub(crate) async fn large(cluster: &Cluster, name: &str, town: &Town, bench: &mut Bench, many: u64) {
    institutions(cluster, name);
    let tables = Tables::read(&cluster.psql(name, crate::pgbench::COLUMNS));
    let mut p99 = Vec::new();
    let mut loaded = 0;
    for total in [FEW, many] {
        let begun = Instant::now();
        fill(cluster, name, &tables, loaded + 1, total);
        println!(
            "\n{total} positions of {INSTITUTIONS} institutions, loaded in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        loaded = total;
        bench.requests = Arc::new(Requests {
            host: bench.requests.host.clone(),
            token: bench.requests.token.clone(),
            to: addressee(town),
            made: sample(cluster, name),
            fresh: Mutex::default(),
        });
        let mut row = Vec::new();
        for (operation, request) in [
            ("verify (SOAP)", Requests::verify as fn(&Requests, usize) -> Option<Vec<u8>>),
            ("get (SOAP)", Requests::get),
        ] {
            let requests = Arc::clone(&bench.requests);
            let next = move |at| request(&requests, at);
            let during = Duration::from_secs(SECONDS);
            let expected = "<outcome>OK</outcome>";
            load(&bench.requests.host, CALLERS, WARM_UP, expected, next.clone(), |_| None).await;
            let (measured, _) = load(&bench.requests.host, CALLERS, during, expected, next, |_| None).await;
            let (half, most) = (measured.quantile_ms(0.5), measured.quantile_ms(0.99));
            println!("{operation:<22} {:>9.0} /s  p50 {half:>6.2} ms  p99 {most:>6.2} ms", measured.per_second());
            row.push((operation, half, most));
        }
        p99.push(row);
    }
    for (few, many) in p99[0].iter().zip(&p99[1]) {
        let (half, most) = (many.1 / few.1, many.2 / few.2);
        println!("{:<22} p50 {half:.2} times, p99 {most:.2} times as long (goal {RATIO_GOAL})", few.0);
    }
    let api = town.api_at(&bench.served.url, "comune-perugia").await;
    lists(&api).await;
}

/// Institutions like the one that is asked, each with its services, accounts and stations.
fn institutions(cluster: &Cluster, name: &str) {
    let columns = Tables::read(&cluster.psql(name, crate::pgbench::COLUMNS));
    let mut sql = format!(
        "SET session_replication_role = replica;
         CREATE FUNCTION bench_id(kind text, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
           SELECT (lpad(to_hex(1780000000000 + n), 12, '0') || '7' || kind || lpad(to_hex(n % 256), 2, '0')
             || 'a' || substr(md5(n::text || kind), 1, 15))::uuid $$;
         CREATE FUNCTION bench_iuv(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$
           SELECT body || lpad((('3' || body)::bigint % 93)::text, 2, '0')
           FROM (SELECT '05' || (1000000000000 + n)::text AS body) AS one $$;
         CREATE TABLE bench_asked AS SELECT institution_id FROM bench_debt_positions;
         CREATE TABLE bench_towns AS SELECT 0 AS place, institution_id FROM bench_asked
           UNION ALL SELECT n, bench_id('d', n) FROM generate_series(1, {}) n;
         CREATE TABLE bench_services AS SELECT s.* FROM services s JOIN bench_asked USING (institution_id) WHERE code = 'MULTE';
         INSERT INTO services ({}) SELECT {} FROM bench_services b;\n",
        INSTITUTIONS - 1,
        columns.names("services"),
        columns.values("services", &[("code", "'BENCH'")]),
    );
    for (table, others) in [
        (
            "institutions",
            &[("code", "'bench-' || t.place"), ("tax_code", "lpad((80000000000 + t.place)::text, 11, '0')")][..],
        ),
        ("institution_stations", &[("id", "bench_id('e', t.place)")][..]),
        ("accounts", &[][..]),
        ("services", &[][..]),
    ] {
        let mut with = vec![("institution_id", "t.institution_id")];
        with.extend(others.iter().filter(|(column, _)| columns.has(table, column)));
        sql.push_str(&format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} b JOIN bench_asked USING (institution_id) \
             CROSS JOIN bench_towns t WHERE t.place > 0;\n",
            columns.names(table),
            columns.values(table, &with),
        ));
    }
    cluster.psql(name, &sql);
}

/// Positions of these numbers, in turn for each institution but for the share of the first.
fn fill(cluster: &Cluster, name: &str, tables: &Tables, first: u64, last: u64) {
    let towns = format!("CASE WHEN n % {SHARE} = 0 THEN 0 ELSE 1 + n % {} END", INSTITUTIONS - 1);
    let mut sql = String::from("SET session_replication_role = replica; SET synchronous_commit = off;\n");
    for (table, others) in COPIED {
        let values = tables.values(table, others).replace(":last", &last.to_string());
        sql.push_str(&format!(
            "INSERT INTO {table} ({}) SELECT {values} FROM generate_series({first}::bigint, {last}) n \
             CROSS JOIN bench_{table} b JOIN bench_towns t ON t.place = {towns};\n",
            tables.names(table),
        ));
    }
    cluster.psql(name, &sql);
    for table in COPIED.map(|(table, _)| table) {
        cluster.psql(name, &format!("VACUUM ANALYZE {table}"));
    }
    cluster.psql(name, "CHECKPOINT");
}

/// Open positions of the institution that is asked, from all of them.
fn sample(cluster: &Cluster, name: &str) -> Vec<Value> {
    let sql = "SELECT i.notice_number FROM installments i JOIN bench_asked USING (institution_id) \
               JOIN debt_positions p ON p.institution_id = i.institution_id AND p.id = i.debt_position_id \
               WHERE p.external_id LIKE 'bench-%' AND p.settled IS NULL AND NOT p.cancelled AND p.published \
               AND p.ends_at IS NULL ORDER BY md5(i.notice_number) LIMIT 2000";
    let numbers = cluster.psql(name, sql);
    numbers
        .lines()
        .map(|number| json!({"payment_options": [{"installments": [{"notice_number": number.trim()}]}]}))
        .collect()
}

/// Every filter of the list, at its beginning and as deep as its cursor leads.
async fn lists(api: &Api) {
    println!("\npages of {PAGE}, by cursor (goal {PAGE_GOAL_MS} ms)");
    println!("{:<48} {:>6} {:>9} {:>9} {:>9}", "list", "pages", "first ms", "worst ms", "last ms");
    for filter in [
        "",
        "status=open",
        "status=paid",
        "status=partially_paid",
        "status=cancelled",
        "status=draft",
        "status=expired",
        "status=scheduled",
        "service_code=MULTE",
        "service_code=BENCH",
        "due_date_from=2026-12-01&due_date_to=2026-12-31",
        "due_date_from=2026-12-24&due_date_to=2026-12-24",
        "due_date_from=2026-06-01",
        "updated_since=2020-01-01T00:00:00Z",
        "updated_since=2020-01-01T00:00:00Z&status=open",
        "service_code=BENCH&status=open",
        "status=open&due_date_to=2026-03-31",
    ] {
        walk(api, filter).await;
    }
}

async fn walk(api: &Api, filter: &str) {
    let (mut cursor, mut times, mut pages) = (String::new(), Vec::new(), 0);
    loop {
        let path = format!("/v1/debt-positions?limit={PAGE}&{filter}{cursor}");
        let (mut fastest, page) = timed(api, &path).await;
        let next = page["next_cursor"].as_str().map(str::to_owned);
        if pages % EVERY == 0 || next.is_none() {
            for _ in 1..RUNS {
                fastest = fastest.min(timed(api, &path).await.0);
            }
            times.push(fastest);
        }
        pages += 1;
        let Some(next) = next else { break };
        cursor = format!("&cursor={next}");
    }
    let (first, last) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    let worst = times.iter().copied().fold(0.0, f64::max);
    let name = if filter.is_empty() { "all" } else { filter };
    let over = if worst > PAGE_GOAL_MS { "  above the goal" } else { "" };
    println!("{name:<48} {pages:>6} {first:>9.1} {worst:>9.1} {last:>9.1}{over}");
}

/// How long a page took, in milliseconds, and what stood on it.
async fn timed(api: &Api, path: &str) -> (f64, Value) {
    let begun = Instant::now();
    let came = api.get(path).await;
    let took = begun.elapsed().as_secs_f64() * 1_000.0;
    assert_eq!(came.status, 200, "{}", came.told());
    (took, came.body)
}
