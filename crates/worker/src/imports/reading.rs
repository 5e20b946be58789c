// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file that is read on a thread which may wait, and is given in parts: it is never further ahead than a few of them.

use std::collections::VecDeque;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tramite_documents::import::{ImportDefaults, Piece, PlacedFault, Places, PositionFile, RowGroup};
use tramite_documents::sheet::SheetError;
use tramite_domain::debt_position::PositionInput;
use tramite_domain::import::{Asked, FileEncoding, Import, ImportPhase, PositionReader, RowAction};
use tramite_storage::{Scope, Store, StoreError};

use super::file::{Trouble, source};
use super::memory::Memory;
use super::numbers::Pool;
use super::part::{Halvings, Part, Portion, bytes_of};
use crate::failure::is_outage;
use crate::pace::IMPORT_PARTS_AHEAD;

/// The rows of one position.
pub(super) struct Group {
    /// Their lines in the file.
    pub(super) lines: Vec<u64>,
    /// Its key, as far as it could be read.
    pub(super) external_id: Option<String>,
    /// What they ask for, or what is wrong with them.
    pub(super) content: Result<Wish, Vec<PlacedFault>>,
}

/// What the rows of one position ask for.
pub(super) struct Wish {
    pub(super) asked: Asked,
    /// Where in the file the members of the position stand.
    pub(super) places: Places,
}

/// What is told of the file.
pub(super) enum Told {
    /// It is open, has so many rows, and is written so.
    Opened(u64, Option<FileEncoding>),
    /// Groups that were done before: what a check has to remember of them is not kept anywhere else.
    Again(Portion),
    /// The next groups.
    Part(Portion),
    /// There are no more.
    End,
    /// It cannot be read, or no further.
    Failed(SheetError),
}

/// What the database did not take in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strain {
    /// A part: smaller ones are tried.
    Large,
    /// One group, of which there is no half.
    Alone,
}

/// A file that is being read.
pub(super) struct Reading {
    told: Receiver<Told>,
    /// What was told, and is not done: it comes again before anything else.
    back: VecDeque<Told>,
    /// Whether all that was told is done, or comes again.
    whole: bool,
    strain: Option<Strain>,
    trouble: Trouble,
    /// Numbers that were taken for what is read, and are not given yet.
    pub(super) pool: Pool,
    /// What was seen of the file, while it is checked.
    pub(super) memory: Memory,
    halvings: Halvings,
    phase: ImportPhase,
    /// How many groups are done: the next one that is given is the one behind them.
    groups_done: u64,
    /// How many rows were done when this began, and then how many stand behind those that were given.
    rows: u64,
}

impl Reading {
    /// Begins behind the groups that are done, and a check with those, once more. Where this is dropped, the reading ends with the
    /// next part.
    pub(super) fn begin(
        store: &Store,
        scope: &Scope,
        import: &Import,
        creditor: String,
        reader: &Arc<dyn PositionReader>,
        halvings: u32,
    ) -> Self {
        let (tell, told) = channel(IMPORT_PARTS_AHEAD);
        let trouble = Trouble::default();
        let wanted = {
            let tell = tell.clone();
            move || !tell.is_closed()
        };
        let source = source(store.clone(), scope.clone(), &import.file, trouble.clone(), wanted);
        let (import, reader) = (import.clone(), Arc::clone(reader));
        let (memory, halvings) = (Memory::of(&import), Halvings::new(halvings));
        let start = Start { groups_done: import.groups_done, again: memory.is_kept(), halvings: halvings.clone() };
        let (phase, groups_done, rows) = (import.phase, import.groups_done, import.counts.read);
        let reading = Self {
            told,
            back: VecDeque::new(),
            whole: true,
            strain: None,
            trouble,
            pool: Pool::default(),
            memory,
            halvings,
            phase,
            groups_done,
            rows,
        };
        spawn_blocking(move || {
            let defaults = ImportDefaults {
                service_code: import.service_code.as_ref().map(ToString::to_string),
                publish: import.publish,
                creditor: Some(creditor),
                layout: import.file.layout,
            };
            let opened = PositionFile::open(Arc::new(source), import.file.format, defaults);
            // Nobody listens where the import was left.
            let _ = match opened {
                Ok(file) => read(file, &start, reader.as_ref(), &tell),
                Err(error) => tell_all(&tell, [Told::Failed(error)]),
            };
        });
        reading
    }

    /// Whether it stands where the import does.
    pub(super) fn fits(&self, import: &Import) -> bool {
        self.phase == import.phase && self.groups_done == import.groups_done
    }

    /// What was given is done.
    pub(super) fn done(&mut self, import: &Import) {
        self.groups_done = import.groups_done;
    }

    /// Parts are halved so often from now on.
    pub(super) fn halve(&self, halvings: u32) {
        self.halvings.set(halvings);
    }

    /// Counts the rows that are left, for which numbers may be taken along.
    fn count(&mut self, told: &Told) {
        self.rows = match told {
            Told::Opened(all, _) => all.saturating_sub(self.rows),
            Told::Part(portion) => {
                let given = portion.groups.iter().map(|group| group.lines.len()).sum::<usize>();
                self.rows.saturating_sub(u64::try_from(given).unwrap_or(u64::MAX))
            }
            Told::Again(_) | Told::End | Told::Failed(_) => return,
        };
        self.pool.set_behind(self.rows);
    }

    /// Something was told that is neither done nor comes again: it has to be read anew.
    pub(super) const fn lose(&mut self) {
        self.whole = false;
    }

    /// Whether it can be gone on with.
    pub(super) const fn is_whole(&self) -> bool {
        self.whole
    }

    /// What the database did not take since this was asked the last time.
    pub(super) const fn strain(&mut self) -> Option<Strain> {
        self.strain.take()
    }

    /// What was told comes again, before all that came after it.
    pub(super) fn put_back(&mut self, told: Told) {
        self.back.push_front(told);
    }

    /// A part could not be decided or written. It comes again: in two halves, where the database did not take it in time. After any
    /// other failure the file is read anew.
    pub(super) fn refuse(&mut self, portion: Portion, told: fn(Portion) -> Told, error: &StoreError) {
        if !is_outage(error) {
            return self.lose();
        }
        if !matches!(error, StoreError::Busy) {
            return self.put_back(told(portion));
        }
        let (first, second) = portion.halves();
        self.strain = Some(if second.is_some() { Strain::Large } else { Strain::Alone });
        if let Some(second) = second {
            self.put_back(told(second));
        }
        self.put_back(told(first));
    }

    /// As much of a part as is decided at once by now; the rest comes behind it.
    fn cut(&mut self, mut portion: Portion, told: fn(Portion) -> Told) -> Told {
        while portion.halvings < self.halvings.now() && portion.groups.len() > 1 {
            let (first, second) = portion.halves();
            if let Some(second) = second {
                self.put_back(told(second));
            }
            portion = first;
        }
        told(portion)
    }

    /// What is told next; none where that takes longer.
    ///
    /// # Errors
    /// What kept the store from giving a part.
    pub(super) async fn next(&mut self, wait: Duration) -> Result<Option<Told>, StoreError> {
        let told = match self.back.pop_front() {
            Some(told) => Ok(Some(told)),
            None => self.read_on(wait).await,
        };
        match told {
            Ok(Some(Told::Part(portion))) => Ok(Some(self.cut(portion, Told::Part))),
            Ok(Some(Told::Again(portion))) => Ok(Some(self.cut(portion, Told::Again))),
            Ok(told) => Ok(told),
            Err(error) => {
                self.lose();
                Err(error)
            }
        }
    }

    async fn read_on(&mut self, wait: Duration) -> Result<Option<Told>, StoreError> {
        let Ok(told) = timeout(wait, self.told.recv()).await else { return Ok(None) };
        match told {
            Some(told @ (Told::Opened(..) | Told::Again(_) | Told::Part(_) | Told::End)) => {
                self.count(&told);
                Ok(Some(told))
            }
            // What was read before comes first: only what ends the reading may be the store's fault.
            Some(told @ Told::Failed(_)) => self.trouble.take().map_or(Ok(Some(told)), Err),
            None => {
                let broke_off =
                    || StoreError::Failed("the reading of a file broke off: a defect of the program".into());
                Err(self.trouble.take().unwrap_or_else(broke_off))
            }
        }
    }
}

/// Nobody listens any more.
struct Unheard;

fn tell_all(tell: &Sender<Told>, all: impl IntoIterator<Item = Told>) -> Result<(), Unheard> {
    all.into_iter().try_for_each(|told| tell.blocking_send(told).map_err(|_| Unheard))
}

/// Where the reading begins.
struct Start {
    groups_done: u64,
    /// Whether the groups that are done are told again.
    again: bool,
    halvings: Halvings,
}

fn read(
    mut file: PositionFile,
    start: &Start,
    reader: &dyn PositionReader,
    tell: &Sender<Told>,
) -> Result<(), Unheard> {
    tell_all(tell, [Told::Opened(file.rows_total(), file.encoding())])?;
    let mut again = if start.again { start.groups_done } else { 0 };
    if !start.again
        && let Err(error) = file.skip_groups(start.groups_done)
    {
        return tell_all(tell, [Told::Failed(error)]);
    }
    let mut part = Part::default();
    loop {
        let end = match file.next_group() {
            Ok(Some(group)) => {
                let (group, bytes) = read_group(group, reader);
                part.push(group, bytes);
                None
            }
            Ok(None) => Some(Told::End),
            Err(error) => Some(Told::Failed(error)),
        };
        let groups = u64::try_from(part.groups.len()).unwrap_or(u64::MAX);
        let complete = part.is_full(&start.halvings) || groups == again || end.is_some();
        if complete && groups > 0 {
            let told = take(&mut part).made(&start.halvings);
            tell_all(tell, [if again > 0 { Told::Again(told) } else { Told::Part(told) }])?;
            again = again.saturating_sub(groups);
        }
        if let Some(end) = end {
            return tell_all(tell, [end]);
        }
    }
}

/// What a group says, and about how many bytes that are.
fn read_group(group: RowGroup, reader: &dyn PositionReader) -> (Group, usize) {
    let RowGroup { lines, external_id, service_code, content, rest } = group;
    let bytes = content.as_ref().map_or(0, said);
    let content = match content {
        Ok(piece) if piece.action == RowAction::Cancel => {
            // Who takes something back says which, and no more.
            let input = PositionInput {
                external_id: external_id.clone().unwrap_or_default(),
                service_code: service_code.unwrap_or_default(),
                ..PositionInput::default()
            };
            Ok(wish(piece, input))
        }
        Ok(piece) => match reader.read(&piece.body) {
            Ok(input) => Ok(wish(piece, input)),
            Err(wrong) => Err(wrong.iter().map(|violation| piece.places.place(violation)).collect()),
        },
        Err(mut faults) => {
            if let Some(rest) = rest
                && let Err(violations) = reader.read(rest.body())
            {
                faults.extend(rest.faults(&violations, &faults));
            }
            Err(faults)
        }
    };
    (Group { lines, external_id, content }, bytes)
}

/// About how many bytes a piece takes: what it says, and what it takes back.
fn said(piece: &Piece) -> usize {
    let withdrawn = piece.withdrawn.iter().map(|reference| size_of::<String>().saturating_add(reference.len()));
    withdrawn.fold(bytes_of(&piece.body), usize::saturating_add)
}

fn wish(piece: Piece, input: PositionInput) -> Wish {
    let Piece { action, withdrawn, places, .. } = piece;
    Wish { asked: Asked { action, input, withdrawn }, places }
}
