// SPDX-License-Identifier: AGPL-3.0-or-later
//! The third wall, on PostgreSQL: row-level security, roles, and futures dropped half-way.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tramite_domain::attempt::AttemptKind;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::import::{Progress, advance, begin};
use tramite_domain::secret::Secret;
use tramite_domain::task::{Task, Work};
use tramite_storage::{
    Change, IdempotencyKey, IdempotencyRecord, PageRequest, PositionFilter, RawMessage, WebhookChange,
};
use tramite_testkit::Database;

use crate::raw::psql;
use crate::support::*;

/// How many futures are dropped; more on demand.
const DROPS: u64 = 800;

/// A row in every table of tenants, in both institutions.
async fn furnish(town: &Town) {
    for institution in [town.a.id, town.b.id] {
        let scope = town.token(institution);
        let owed = marked(simple("P-1"), "plate", "AB123CD");
        let receipt = receipt("RT-1", Some(&owed));
        let work = Work::CheckActivation { receipt_id: id() };
        let variant = variant(&receipt, message(b"x", 1), now());
        let made = import(town.portal);
        let (running, begun) = begin(&made, 1, None, now());
        let (_, told) = advance(&running, Progress { groups: 1, rows: vec![loaded_row(2, &owed)] }, now());
        town.store.put_import_part(&scope, made.file.id, 0, b"a;b", now()).await.unwrap();
        let mut batch = inserting(&owed)
            .with(Write::InsertSession(Box::new(session(town.portal, &[&owed]))))
            .with(Write::RecordAttempt(attempt(first(&owed), AttemptKind::Get, "")))
            .with(Write::InsertReceipt(Box::new(receipt)))
            .with(variant)
            .with(Write::InsertEvent(Box::new(event(&owed))))
            .with(Write::InsertTask(Task { id: id(), work, due_at: now() }))
            .with(Write::InsertJournal(Box::new(journal_entry())))
            .with(Write::InsertAudit(audit_line()))
            .with(Write::PutRecovery { recovery: Box::new(recovery()), expected: None })
            .with(Write::InsertImport(Box::new(made)))
            .with(freezing(&owed))
            .with(Write::PutLogo { logo: Box::new(logo(1)), expected: None });
        batch.append(forms_of(town.portal, &owed));
        batch.append(begun);
        batch.append(told);
        furnish_documents(town, &scope, &owed).await;
        let record = IdempotencyRecord {
            key: IdempotencyKey { sha256: [1; 32], method: "POST".to_owned(), path: "/".to_owned() },
            fingerprint: [1; 32],
            status: 201,
            location: None,
            etag: None,
            body: Some(Vec::new()),
            about: None,
            created_at: now(),
        };
        town.store.commit_answer(&scope, batch, record).await.unwrap();
        town.store.take_numbers(&scope, &town.a.stations[1], 1).await.unwrap();
        let stretch = town.store.take_stretch(&scope, &town.a.stations[1], 1).await.unwrap();
        let reserved = Write::InsertIuvBatch(Box::new(iuv_batch(&scope, &town.a.stations[1], stretch)));
        town.store.commit(&scope, Batch::new().with(reserved)).await.unwrap();
        let door = town.store.webhooks(&scope).unwrap();
        door.insert(webhook_endpoint(town.portal), Secret::new([7; 32]), test_event(), WebhookChange::default())
            .await
            .unwrap();
        let access = support_access(town.portal, institution);
        town.store.system().insert_support_access(access, Change::default()).await.unwrap();
        let raw = RawMessage { institution: Some(institution), ..raw_message(vec![1]) };
        assert!(town.store.system().keep_raw(raw, audit_line()).await.unwrap());
    }
}

/// Every table with a tenant in it, partitions left out.
fn tenant_tables(database: &Database) -> Vec<String> {
    let sql = "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
               WHERE a.attname = 'institution_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p') \
                 AND NOT c.relispartition ORDER BY 1";
    psql(database, sql).lines().map(str::to_owned).collect()
}

pub(crate) async fn without_a_tenant_there_are_no_rows(database: Database) {
    let town = town(&database).await;
    furnish(&town).await;
    let tables = tenant_tables(&database);
    assert!(tables.len() >= 27, "{tables:?}");
    let (a, b) = (town.a.id, town.b.id);
    for table in tables {
        let guarded = format!("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = '{table}'");
        assert_eq!(psql(&database, &guarded), "t", "{table}");
        let count = |preparation: String| {
            let sql = format!("SET ROLE tramite_app; {preparation}; SELECT count(*) FROM {table}");
            psql(&database, &sql).parse::<i64>().unwrap()
        };
        assert_eq!(count("SELECT WHERE false".to_owned()), 0, "{table} without a tenant");
        assert_eq!(count("SET tramite.institution = ''".to_owned()), 0, "{table} with an empty tenant");
        assert_eq!(count(format!("SET tramite.institution = '{}'", id::<uuid::Uuid>())), 0, "{table} of nobody");
        let (of_a, of_b) =
            (count(format!("SET tramite.institution = '{a}'")), count(format!("SET tramite.institution = '{b}'")));
        assert!(of_a > 0 && of_b > 0, "{table} must have rows of both");
        let all: i64 = psql(&database, &format!("SELECT count(*) FROM {table} WHERE institution_id IN ('{a}', '{b}')"))
            .parse()
            .unwrap();
        assert_eq!(of_a + of_b, all, "{table}");
        // One's own row, written as another's: neither as this tenant nor as none.
        for tenant in [format!("'{a}'"), "''".to_owned()] {
            psql(
                &database,
                &format!(
                    "SET ROLE tramite_app; SET tramite.institution = '{a}'; \
                     CREATE TEMP TABLE own AS SELECT * FROM {table} LIMIT 1; SET tramite.institution = {tenant}; \
                     DO $$ BEGIN \
                         INSERT INTO {table} SELECT (jsonb_populate_record(own, '{{\"institution_id\": \"{b}\"}}')).* FROM own; \
                         RAISE 'written'; \
                     EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
                ),
            );
        }
    }
}

pub(crate) async fn the_roles_own_nothing_and_see_no_more_than_they_need(database: Database) {
    migrate(&database).await;
    let roles = "SELECT rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole FROM pg_roles \
                 WHERE rolname IN ('tramite_app', 'tramite_system')";
    assert_eq!(psql(&database, roles), "f\nf");
    let owned = "SELECT count(*) FROM pg_class WHERE relowner::regrole::text IN ('tramite_app', 'tramite_system')";
    assert_eq!(psql(&database, owned), "0");
    let partitions = "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r' \
                      AND has_table_privilege('tramite_app', oid, 'SELECT')";
    assert_eq!(psql(&database, partitions), "0", "partitions are reached through their parents alone");
    let list = |sql: &str| psql(&database, sql).lines().map(str::to_owned).collect::<Vec<_>>();
    let seen = |role: &str, right: &str| {
        list(&format!(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
             AND has_table_privilege('{role}', oid, '{right}') ORDER BY 1"
        ))
    };
    // Single columns of tables that are not open as a whole.
    let columns = |role: &str, right: &str| {
        list(&format!(
            "SELECT relname || '.' || attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped \
             AND NOT has_table_privilege('{role}', c.oid, '{right}') \
             AND has_any_column_privilege('{role}', c.oid, '{right}') \
             AND has_column_privilege('{role}', c.oid, attnum, '{right}') ORDER BY 1"
        ))
    };
    // Nobody deletes but what is replaced or names a person whose time is over, and nobody changes what only grows.
    let deleted = "form_places installment_keys institution_logos printed_slips receipt_keys receipt_variants \
        registry_versions submission_persons transfers";
    assert_eq!(seen("tramite_app", "DELETE").join(" "), deleted);
    assert_eq!(
        seen("tramite_system", "DELETE"),
        [
            "accounts",
            "batch_documents",
            "beneficiaries",
            "client_usage",
            "document_parts",
            "idempotency_records",
            "import_file_parts",
            "import_rows",
            "institution_stations",
            "raw_messages",
            "receipt_calls",
            "tasks",
            "used_tokens",
            "webhook_deliveries",
            "webhook_lanes",
        ]
    );
    let changed = seen("tramite_app", "UPDATE");
    for grown in "audit data_keys events form_versions journal raw_messages receipt_variants receipts".split(' ') {
        assert!(!changed.contains(&grown.to_owned()), "{grown}");
    }
    let wrapping = ["data_keys.active", "data_keys.wrapped"];
    let texts = |table: &str| ["payment_metadata", "remittance_information"].map(|name| format!("{table}.{name}"));
    // What is flagged of a receipt, and what goes of it with its persons; never what is booked.
    let receipts = ["anomalies", "content", "debtor", "message", "message_sha256", "payer", "updated_at", "version"];
    let receipts = receipts.map(|name| format!("receipts.{name}"));
    let resolving = |table: &str| ["note", "resolved_at", "resolved_by"].map(|name| format!("{table}.{name}"));
    let all = |parts: &[&[&str]]| parts.concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let of = |table: &str, names: &[&str]| names.iter().map(|name| format!("{table}.{name}")).collect::<Vec<_>>();
    let anomalies = resolving("receipt_anomalies");
    assert_eq!(
        columns("tramite_app", "UPDATE"),
        [
            of("batch_documents", &["code", "file_name", "first_page", "outcome", "pages"]),
            all(&[&wrapping, &["import_rows.external_id"]]),
            of("institution_logos", &["png", "sha256", "updated_at"]),
            of("printed_slips", &["batch_id"]),
            anomalies.to_vec(),
            texts("receipt_transfers").to_vec(),
            receipts.to_vec(),
            texts("transfers").to_vec(),
            all(&[&["webhook_lanes.due_at", "webhook_lanes.rests_until"]]),
        ]
        .concat()
    );
    let raw = resolving("raw_messages");
    assert_eq!(
        columns("tramite_system", "UPDATE"),
        [
            wrapping.map(str::to_owned).to_vec(),
            of("document_batches", &["claimed_at", "held_by", "held_until", "kept_until", "version"]),
            all(&[&["events.feed_position"]]),
            of("imports", &["claimed_at", "file_name", "held_by", "held_until", "version"]),
            raw.to_vec(),
            all(&[&["receipt_recoveries.held_until", "support_accesses.ended_at"]]),
        ]
        .concat()
    );
    for hidden in
        ["client_keys", "client_secrets", "clients", "feed_counter", "receipt_calls", "signing_keys", "stations"]
    {
        assert!(!seen("tramite_app", "SELECT").contains(&hidden.to_owned()), "{hidden}");
    }
    // What the platform may read across tenants: a reviewed list.
    let read = [
        "__diesel_schema_migrations",
        "accounts",
        "beneficiaries",
        "client_keys",
        "client_secrets",
        "client_usage",
        "clients",
        "data_keys",
        "delegations",
        "deployment",
        "events",
        "feed_counter",
        "idempotency_records",
        "institution_stations",
        "institutions",
        "node_answers",
        "receipt_call_gate",
        "receipt_calls",
        "sealed_secrets",
        "signing_keys",
        "stations",
        "support_accesses",
        "tasks",
        "trusted_issuers",
        "used_tokens",
        "webhook_deliveries",
        "webhook_endpoints",
        "webhook_lanes",
    ];
    assert_eq!(seen("tramite_system", "SELECT"), read);
    assert_eq!(columns("tramite_app", "SELECT"), ["clients.display_name", "clients.id"]);
    let due = ["id", "institution_id", "next_transition_at"];
    let item = ["creditor_tax_code", "installment_id", "institution_id", "notice_number", "paid_at", "session_id"];
    let import = [
        "claimed_at",
        "created_at",
        "file_id",
        "file_kept_until",
        "file_name",
        "finished_at",
        "held_by",
        "held_until",
        "id",
        "institution_id",
        "version",
    ];
    let documents = [
        "claimed_at",
        "created_at",
        "finished_at",
        "held_by",
        "held_until",
        "id",
        "institution_id",
        "kept_until",
        "version",
    ];
    // Not the message itself, which is full of personal data.
    let kept = [
        "id",
        "institution_id",
        "message_bytes",
        "note",
        "peer_fingerprint",
        "reason",
        "received_at",
        "resolved_at",
        "resolved_by",
    ];
    let parts = [
        of("batch_documents", &["batch_id", "institution_id", "place"]),
        of("checkout_sessions", &due),
        of("debt_positions", &due),
        of("document_batches", &documents),
        of("document_parts", &["batch_id", "created_at", "institution_id", "place"]),
        of("import_file_parts", &["created_at", "file_id", "institution_id", "place"]),
        of("import_rows", &["import_id", "institution_id", "line"]),
        of("imports", &import),
        of("raw_messages", &kept),
        of("receipt_recoveries", &["due_at", "held_until", "id", "institution_id"]),
        of("session_items", &item),
    ]
    .concat();
    assert_eq!(columns("tramite_system", "SELECT"), parts);
}

pub(crate) async fn the_platform_keeps_secrets_of_its_own_and_wraps_keys_anew(database: Database) {
    let town = town(&database).await;
    let (a, nil) = (town.a.id, uuid::Uuid::nil());
    town.store.take_numbers(&town.node(), &town.a.stations[1], 1).await.unwrap();
    let as_system = |sql: &str| psql(&database, &format!("SET ROLE tramite_system; {sql}"));
    as_system(&format!("INSERT INTO sealed_secrets VALUES ('{nil}', 'node_api_key', '\\x01')"));
    as_system("UPDATE sealed_secrets SET sealed = '\\x02'");
    assert_eq!(as_system("SELECT name || ' ' || sealed::text FROM sealed_secrets"), "node_api_key \\x02");
    as_system("UPDATE stations SET credentials = '\\x03'");
    as_system(&format!(
        "DO $$ BEGIN INSERT INTO sealed_secrets VALUES ('{a}', 'x', '\\x01'); RAISE 'written'; \
         EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
    ));
    // Rotation: the keys of a tenant under the tenant, those of the platform under the platform, and nobody else's.
    let tenant = format!("SET ROLE tramite_app; SET tramite.institution = '{a}'");
    psql(&database, &format!("{tenant}; UPDATE data_keys SET wrapped = '\\x04', active = false"));
    psql(&database, &format!("{tenant}; UPDATE sealed_secrets SET sealed = '\\x05'"));
    let changed = format!("SELECT count(*) FROM data_keys WHERE NOT active AND institution_id = '{a}'");
    assert_eq!(psql(&database, &changed), "1");
    assert_eq!(psql(&database, "SELECT count(*) FROM data_keys WHERE NOT active"), "1");
    assert_eq!(psql(&database, "SELECT count(*) FROM data_keys WHERE created_at IS NULL"), "0");
}

pub(crate) async fn a_future_dropped_half_way_leaves_no_tenant_behind(database: Database) {
    let town = town(&database).await;
    for (institution, name) in [(town.a.id, "A"), (town.b.id, "B")] {
        for number in 0..3 {
            let batch = inserting(&simple(&format!("{name}-{number}")));
            town.store.commit(&town.token(institution), batch).await.unwrap();
        }
    }
    let mut chance = Chance::new(1_848);
    let drops = std::env::var("TRAMITE_DROPS").ok().and_then(|text| text.parse().ok()).unwrap_or(DROPS);
    let page = PageRequest::first(10);
    let (mut dropped, mut finished) = (0, 0);
    for round in 0..drops {
        let (own, other) = if chance.once_in(2) { (town.a.id, "B") } else { (town.b.id, "A") };
        let scope = town.token(own);
        let writes = chance.once_in(3);
        let polls = chance.below(15);
        let work = async {
            if writes {
                let batch = Batch::new().with(Write::InsertEvent(Box::new(event(&simple("x")))));
                town.store.commit(&scope, batch).await.map(|()| Vec::new())
            } else {
                let filter = PositionFilter::default();
                town.store.positions(&scope, &filter, &page, now()).await.map(|page| page.items)
            }
        };
        let mut work = pin!(work);
        let mut polled = 0;
        let ended = poll_fn(|context| {
            if polled > polls {
                return Poll::Ready(None);
            }
            polled += 1;
            work.as_mut().poll(context).map(Some)
        })
        .await;
        match ended {
            None => dropped += 1,
            Some(found) => {
                finished += 1;
                for one in found.unwrap() {
                    let key = one.external_id.unwrap().to_string();
                    assert!(!key.starts_with(other), "round {round}: {key} of another tenant");
                }
            }
        }
    }
    assert!(dropped > drops / 5 && finished > drops / 5, "{dropped} dropped, {finished} finished");
    for (institution, own) in [(town.a.id, "A"), (town.b.id, "B")] {
        let found =
            town.store.positions(&town.token(institution), &PositionFilter::default(), &page, now()).await.unwrap();
        assert_eq!(found.items.len(), 3);
        assert!(found.items.iter().all(|one| one.external_id.as_ref().unwrap().as_str().starts_with(own)));
    }
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                AND state LIKE 'idle in transaction%'";
    for _ in 0..200 {
        if psql(&database, open) == "0" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("a transaction stays open");
}
