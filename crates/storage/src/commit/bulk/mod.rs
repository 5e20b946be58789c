// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many rows at once. On PostgreSQL one list for each column: the statement is always the same and always as short, however many
//! rows there are. On SQLite one statement for each row, prepared once: there is no way to a server that several rows would save.

mod messages;
mod positions;
mod rows;

use tramite_domain::batch::Write;
use tramite_domain::debt_position::DebtPosition;

use super::FEW_ROWS;

pub(super) use messages::{audit, events};
pub(super) use positions::positions;
pub(super) use rows::import_lines;

/// Changes that are written together, in the place of the first of them.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// One change.
    One(&'a Write),
    /// New positions beside each other.
    Positions(Vec<&'a DebtPosition>),
}

/// The changes of a batch, in their order: where more than a few new positions stand beside each other, they are one step.
pub(super) fn steps<'a>(changes: &[&'a Write]) -> Vec<Step<'a>> {
    let is_new = |write: &&Write| matches!(write, Write::InsertPosition(_));
    let mut steps = Vec::with_capacity(changes.len());
    for run in changes.chunk_by(|one, next| is_new(one) && is_new(next)) {
        if run.len() <= FEW_ROWS {
            steps.extend(run.iter().copied().map(Step::One));
            continue;
        }
        steps.push(Step::Positions(run.iter().copied().filter_map(new_position).collect()));
    }
    steps
}

fn new_position(write: &Write) -> Option<&DebtPosition> {
    match write {
        Write::InsertPosition(position) => Some(position.as_ref()),
        _ => None,
    }
}

/// Writes rows: on PostgreSQL one list for each column behind the text, on SQLite row by row.
macro_rules! write_rows {
    ($db:expr, $rows:expr, $text:expr, $row:ident => $($value:expr => $kind:ty),+ $(,)?) => {
        match $db {
            $crate::db::Db::Postgres(mut connection) => {
                let lists = ($($crate::statement::each_of(diesel::IntoSql::into_sql::<diesel::sql_types::Array<$kind>>(
                    $rows.iter().map(|$row| $value).collect::<Vec<_>>(),
                )),)+);
                let insert = $crate::statement::Listed { into: $text, lists, after: "" };
                diesel_async::RunQueryDsl::execute(insert, &mut connection).await?;
                Ok(())
            }
            $crate::db::Db::Sqlite(connection) => {
                enum Here {}
                for $row in $rows {
                    let values = ($(diesel::IntoSql::into_sql::<$kind>($value),)+);
                    diesel::RunQueryDsl::execute($crate::statement::row::<Here, _>($text, values), &mut *connection)?;
                }
                Ok(())
            }
        }
    };
}
use write_rows;

#[cfg(test)]
mod tests {
    use tramite_domain::ids::SessionId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn changes_that_are_no_new_positions_stay_one_by_one_in_their_order() {
        let session = SessionId::new(Uuid::nil());
        let writes: Vec<Write> = (0..FEW_ROWS * 2).map(|place| Write::ReleaseItem { session, place }).collect();
        let changes: Vec<&Write> = writes.iter().collect();
        let steps = steps(&changes);
        assert_eq!(steps.len(), writes.len());
        for (step, write) in steps.iter().zip(&writes) {
            assert!(matches!(step, Step::One(one) if *one == write), "{step:?}");
        }
    }
}
