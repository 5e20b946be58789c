// SPDX-License-Identifier: AGPL-3.0-or-later
//! The macro that makes a test target out of functions.

/// Writes `main` of a test target with `harness = false`: each function is a sentence under its own
/// name.
///
/// ```ignore
/// tramite_testkit::sentences! {
///     prepare: migrated;                                  // async fn(Database), for what follows
///     both: a_receipt_is_stored_once, paid_is_final;      // async fn(Database)
///     sqlite: one_writer_is_enough;                       // async fn(Database)
///     postgres: no_tenant_no_rows;                        // async fn(Database)
///     plain: an_amount_has_two_decimals;                  // fn()
///     asynchronous: a_timer_ends;                         // async fn()
///     reference: every_example_is_read;                   // fn(PathBuf)
///     schemas: every_answer_validates;                    // fn(PathBuf), with xmllint
///     empty: a_migration_goes_back;                       // async fn(Database), of a database that nobody prepared
/// }
/// ```
#[macro_export]
macro_rules! sentences {
    ($($group:ident : $($sentence:path),+ $(,)?);+ $(;)?) => {
        fn main() {
            let suite = $crate::Suite::new();
            $($(
                let suite = $crate::sentence!(suite, $group, $sentence);
            )+)+
            suite.run()
        }
    };
}

/// One line of [`sentences!`].
#[doc(hidden)]
#[macro_export]
macro_rules! sentence {
    ($suite:ident, prepare, $prepare:path) => {
        $suite.prepare(|database| $crate::drive($prepare(database)))
    };
    ($suite:ident, empty, $sentence:path) => {
        $suite.empty().async_on_both(stringify!($sentence), $sentence)
    };
    ($suite:ident, both, $sentence:path) => {
        $suite.async_on_both(stringify!($sentence), $sentence)
    };
    ($suite:ident, sqlite, $sentence:path) => {
        $suite.async_on_sqlite(stringify!($sentence), $sentence)
    };
    ($suite:ident, postgres, $sentence:path) => {
        $suite.async_on_postgres(stringify!($sentence), $sentence)
    };
    ($suite:ident, plain, $sentence:path) => {
        $suite.sync(stringify!($sentence), $sentence)
    };
    ($suite:ident, asynchronous, $sentence:path) => {
        $suite.asynchronous(stringify!($sentence), $sentence)
    };
    ($suite:ident, reference, $sentence:path) => {
        $suite.with_reference(stringify!($sentence), $sentence)
    };
    ($suite:ident, schemas, $sentence:path) => {
        $suite.with_schemas(stringify!($sentence), $sentence)
    };
}
