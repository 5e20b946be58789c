// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of the rows of a file and of what they are about, read along with the file: some hundred rows at a time,
//! and of those about many installments fewer.

use std::collections::{HashMap, VecDeque};

use tokio::runtime::Handle;
use tramite_domain::ids::ImportId;
use tramite_domain::import::{Import, ImportRow};
use tramite_storage::{ImportedInstallment, RowFilter, Scope, Store, StoreError};

use crate::auth::Tenant;
use crate::gateway::Gateway;

/// Rows of one read.
const ROWS_AT_ONCE: u32 = 500;

/// What became of one row.
#[derive(Debug)]
pub(super) struct ToldRow {
    /// The row.
    pub(super) row: ImportRow,
    /// What it is about, as it is now: its installment, or all of its debt position.
    pub(super) about: Vec<ImportedInstallment>,
}

/// The rows of an import, asked for line by line from the first to the last, on a thread that may wait.
pub(super) struct Told {
    store: Store,
    scope: Scope,
    import: ImportId,
    runtime: Handle,
    rows: VecDeque<ImportRow>,
    about: HashMap<u64, Vec<ImportedInstallment>>,
    /// Rows up to here were read.
    until: u64,
    /// What rows up to here are about was read.
    about_until: u64,
    all: bool,
}

impl Told {
    /// Those of an import, from its first line on.
    pub(super) fn of(gateway: &Gateway, tenant: &Tenant, import: &Import) -> Self {
        Self {
            store: gateway.store().clone(),
            scope: tenant.scope.clone(),
            import: import.id,
            runtime: Handle::current(),
            rows: VecDeque::new(),
            about: HashMap::new(),
            until: 0,
            about_until: 0,
            all: false,
        }
    }

    /// What became of the row in that line, behind the one that was asked for before; none where it came to nothing.
    ///
    /// # Errors
    /// Whatever keeps the store from answering.
    pub(super) fn at(&mut self, line: u64) -> Result<Option<ToldRow>, StoreError> {
        loop {
            match self.rows.front() {
                None if self.all => return Ok(None),
                None => self.read()?,
                Some(row) if row.line > line => return Ok(None),
                Some(row) if row.line < line => {
                    self.about.remove(&row.line);
                    self.rows.pop_front();
                }
                Some(row) => {
                    if row.debt_position_id.is_some() && line > self.about_until {
                        self.read_about(line)?;
                    }
                    let about = self.about.remove(&line).unwrap_or_default();
                    return Ok(self.rows.pop_front().map(|row| ToldRow { row, about }));
                }
            }
        }
    }

    fn read(&mut self) -> Result<(), StoreError> {
        let filter = RowFilter { outcome: None, after_line: self.until, limit: ROWS_AT_ONCE };
        let found = self.runtime.block_on(self.store.import_rows(&self.scope, self.import, &filter))?;
        let Some(last) = found.last() else {
            self.all = true;
            return Ok(());
        };
        self.until = last.line;
        self.rows = found.into();
        Ok(())
    }

    /// Reads what the row in that line is about, and those behind it as far as the store gives it at once.
    fn read_about(&mut self, line: u64) -> Result<(), StoreError> {
        let about = self.store.installments_of_import(&self.scope, self.import, line..=self.until);
        let found = self.runtime.block_on(about)?;
        self.about_until = found.last().map_or(self.until, |last| last.line);
        self.about.clear();
        for one in found {
            self.about.entry(one.line).or_default().push(one);
        }
        Ok(())
    }
}
