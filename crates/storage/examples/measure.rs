// temporary
#![allow(clippy::all, clippy::unwrap_used, clippy::print_stdout, clippy::as_conversions, clippy::float_arithmetic, clippy::indexing_slicing, missing_docs, dead_code, unused)]
#[path = "../tests/contract/support/mod.rs"]
mod support;
use support::*;
use tramite_testkit::Database;
use std::time::{Instant, Duration};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use tramite_domain::batch::*;
use tramite_storage::*;

async fn bench<F, Fut>(name: &str, tasks: usize, f: F) where F: Fn(usize, u64) -> Fut + Clone + Send + 'static, Fut: Future<Output=()> + Send {
    let end = Instant::now() + Duration::from_secs(3);
    let count = Arc::new(AtomicU64::new(0));
    let hs: Vec<_> = (0..tasks).map(|t| { let f = f.clone(); let count = count.clone(); tokio::spawn(async move { let mut n=0; let mut worst = Duration::ZERO; while Instant::now() < end { let b = Instant::now(); f(t, n).await; worst = worst.max(b.elapsed()); n+=1; count.fetch_add(1, Ordering::Relaxed);} worst }) }).collect();
    let mut worst = Duration::ZERO; for h in hs { worst = worst.max(h.await.unwrap()); }
    println!("{name}: {}/s worst {worst:?}", count.load(Ordering::Relaxed)/3);
}
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let dir = std::env::temp_dir().join(format!("measure-{}", std::process::id())); std::fs::create_dir_all(&dir).unwrap();
    let c = tramite_testkit::postgres::cluster().unwrap();
    for database in [Database::Sqlite(format!("sqlite:{}/t.db", dir.display())), Database::Postgres(c.create_database("m"))] {
        println!("{database:?}");
        migrate(&database).await;
        let store = open_with(&database, 16, 5000).await;
        let town = settle_town(store).await;
        let keys = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (t, k) = (town.clone(), keys.clone());
        bench("create", 32, move |_, _| { let (t,k)=(t.clone(),k.clone()); async move { let p = simple(&id::<uuid::Uuid>().to_string()); t.store.commit(&t.node(), inserting(&p).with(Write::InsertEvent(Box::new(event(&p))))).await.unwrap(); k.lock().unwrap().push(p); } }).await;
        let list = Arc::new(keys.lock().unwrap().clone());
        println!("{} positions", list.len());
        let (t, l) = (town.clone(), list.clone());
        bench("by notice", 32, move |a, n| { let (t,l)=(t.clone(),l.clone()); async move { let p=&l[(a*7919+ n as usize*31)%l.len()]; t.store.position_by_notice(&t.node(), &first_number(p)).await.unwrap().unwrap(); } }).await;
        if database.is_postgres() {
            let p = &list[100]; let i = town.a.id; let n = first_number(p); let id = p.id;
            for (q, args) in [
              (format!("(uuid,text) AS SELECT id FROM debt_positions WHERE institution_id = $1 AND id = (SELECT debt_position_id FROM installments WHERE institution_id = $1 AND notice_number = $2 LIMIT 1) AND erased_at IS NULL"), format!("'{i}','{n}'")),
              (format!("(uuid,uuid[]) AS SELECT id FROM payment_options WHERE institution_id = $1 AND debt_position_id = ANY($2) ORDER BY place"), format!("'{i}',ARRAY['{id}'::uuid]")),
              (format!("(uuid,uuid[]) AS SELECT id FROM installments WHERE institution_id = $1 AND debt_position_id = ANY($2) ORDER BY place"), format!("'{i}',ARRAY['{id}'::uuid]")),
              (format!("(uuid,uuid[]) AS SELECT amount FROM transfers WHERE institution_id = $1 AND debt_position_id = ANY($2) ORDER BY transfer_index"), format!("'{i}',ARRAY['{id}'::uuid]")),
            ] {
              for mode in ["force_custom_plan", "force_generic_plan"] {
              println!("{mode}\n{}", c.psql("m_0", &format!("SET ROLE tramite_app; SET plan_cache_mode={mode}; SET tramite.institution='{i}'; PREPARE q {q}; EXPLAIN (ANALYZE, BUFFERS) EXECUTE q({args})")));
              }
            }
            println!("{}", c.psql("m_0", "ANALYZE"));
            let (t, l) = (town.clone(), list.clone());
            bench("by notice analyzed", 32, move |a, n| { let (t,l)=(t.clone(),l.clone()); async move { let p=&l[(a*7919+ n as usize*31)%l.len()]; t.store.position_by_notice(&t.node(), &first_number(p)).await.unwrap().unwrap(); } }).await;
        }
        let (t, l) = (town.clone(), list.clone());
        bench("served", 32, move |_, _| { let t=t.clone(); async move { t.store.system().served("99999000013").await.unwrap().unwrap(); } }).await;
        let (t, l) = (town.clone(), list.clone());
        let next = Arc::new(AtomicU64::new(0));
        bench("receipt", 32, move |_, _| { let (t,l,next)=(t.clone(),l.clone(), next.clone()); async move { let i = next.fetch_add(1, Ordering::Relaxed) as usize; if i >= l.len() { tokio::time::sleep(Duration::from_millis(50)).await; return; } let p=&l[i]; let r = receipt(&format!("RT-{i}"), Some(p)); let after = paid(p, &r);
            let settle = Write::SettleInstallment { expected: 1, installment: first(p), position: Box::new(after) };
            t.store.commit(&t.node(), Batch::new().with(Write::InsertReceipt(Box::new(r))).with(settle).with(Write::InsertEvent(Box::new(event(p)))).with(Write::InsertJournal(Box::new(journal_entry()))).with(Write::InsertJournal(Box::new(journal_entry())))).await.unwrap(); } }).await;
        let (t, l) = (town.clone(), list.clone());
        bench("numbers", 32, move |_, _| { let t=t.clone(); async move { t.store.take_numbers(&t.node(), &t.a.stations[1], 3).await.unwrap(); } }).await;
    }
    std::fs::remove_dir_all(dir).ok();
}
