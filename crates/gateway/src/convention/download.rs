// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file that is written while it is sent: however large it is, a few pieces of it are in memory.

use std::io::{Error, ErrorKind, Result as Written, Write};
use std::num::NonZeroU64;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::Instant;

use super::{Answer, Etag};
use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Bytes of one piece.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that wait for a slow reader.
const PIECES_WAITING_MAX: usize = 4;
/// How long a reader may take for one piece, in seconds: then it has gone away.
const PIECE_SECONDS_MAX: u64 = 60;

/// What is told of a file before it comes.
pub(crate) struct Download<'a> {
    /// What it is.
    pub(crate) media: &'static str,
    /// How it is called; no sign that a header could not carry, and nothing of a person.
    pub(crate) name: &'a str,
    /// Its bytes, where they are known before.
    pub(crate) bytes: Option<u64>,
    /// Its tag, where it has one.
    pub(crate) etag: Option<&'a Etag>,
    /// How fast it must be read, in bytes per second over the whole of it; none where nobody is held up by it.
    pub(crate) rate_min: Option<NonZeroU64>,
}

/// How fast a reader must be.
#[derive(Debug, Default)]
struct Pace {
    /// Bytes per second over the whole of a file. Without it only each piece has its time.
    rate_min: Option<NonZeroU64>,
    /// When the first piece was there.
    begun: Option<Instant>,
    /// Bytes that were there until now.
    bytes: u64,
}

impl Pace {
    const fn of(rate_min: Option<NonZeroU64>) -> Self {
        Self { rate_min, begun: None, bytes: 0 }
    }

    /// How long the reader may take for so many bytes more; nothing where its time is over.
    fn time_for(&mut self, bytes: usize) -> Duration {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.time_left(begun.elapsed())
    }

    fn time_left(&self, elapsed: Duration) -> Duration {
        let piece = Duration::from_secs(PIECE_SECONDS_MAX);
        match self.rate_min {
            None => piece,
            Some(rate) => {
                let deadline = piece.saturating_add(Duration::from_secs(self.bytes / rate));
                piece.min(deadline.saturating_sub(elapsed))
            }
        }
    }
}

/// Bytes of a file for each second, over the whole of it, that a reader takes at least where it holds something that others wait for.
pub(crate) const READER_BYTES_PER_SECOND_MIN: u64 = 32 * 1_024;

/// A piece, the end, or why the file breaks off.
type Piece = Result<Option<Bytes>, Problem>;

/// Where a file is written to.
pub(crate) struct Pieces {
    sender: Sender<Piece>,
    runtime: Handle,
    pace: Pace,
    held: Vec<u8>,
}

impl Pieces {
    fn send(&mut self, piece: Piece) -> Written<()> {
        let nobody = || Error::new(ErrorKind::BrokenPipe, "nobody takes the file any more");
        let bytes = piece.as_ref().ok().and_then(Option::as_ref).map_or(0, Bytes::len);
        let time = self.pace.time_for(bytes);
        if time.is_zero() {
            return Err(nobody());
        }
        let sent = self.sender.send_timeout(piece, time);
        self.runtime.block_on(sent).map_err(|_| nobody())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> Written<usize> {
        let taken = bytes.get(..PIECE_BYTES.saturating_sub(self.held.len())).unwrap_or(bytes);
        self.held.extend_from_slice(taken);
        if self.held.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> Written<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::take(&mut self.held));
        self.send(Ok(Some(piece)))
    }
}

/// The answer with a file that is written on a thread of its own. What goes wrong before its first piece is told as a problem;
/// after it the answer breaks off, so that nobody takes a part for the whole: also where the reader is too slow. It takes one of the places to wait of the client.
///
/// # Errors
/// [`Code::RateLimited`] where all places of the client are taken; what `write` says where nothing was written before.
pub(crate) async fn download(
    gateway: &Gateway,
    tenant: &Tenant,
    file: Download<'_>,
    write: impl FnOnce(&mut Pieces) -> Result<(), Problem> + Send + 'static,
) -> Answer {
    let place = gateway.waits().enter(tenant.client_id())?;
    let (sender, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    let held = Vec::with_capacity(PIECE_BYTES);
    let mut pieces = Pieces { sender, runtime: Handle::current(), pace: Pace::of(file.rate_min), held };
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let end = write(&mut pieces).and_then(|()| pieces.flush().map_err(unwritten)).map(|()| None);
        // Who has gone away is told nothing.
        let _told = pieces.send(end);
    });
    let mut coming = Box::pin(each(receiver).fuse());
    let first = coming.next().await.transpose()?;
    let whole = stream::iter(first.map(Ok::<Bytes, Problem>)).chain(coming);
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, file.media))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if let Some(etag) = file.etag {
        answer.insert_header((ETAG, etag.to_string()));
    }
    if let Some(bytes) = file.bytes {
        answer.no_chunking(bytes);
    }
    Ok(answer.streaming(whole))
}

fn each(receiver: Receiver<Piece>) -> impl Stream<Item = Result<Bytes, Problem>> {
    stream::unfold(Some(receiver), |state| async move {
        let mut receiver = state?;
        match receiver.recv().await {
            Some(Ok(Some(piece))) => Some((Ok(piece), Some(receiver))),
            Some(Ok(None)) => None,
            Some(Err(problem)) => Some((Err(problem), None)),
            // Whoever wrote it stopped without a word.
            None => Some((Err(Problem::new(Code::InternalError)), None)),
        }
    })
}

/// A file that cannot be written: nobody takes it, or it cannot be made.
pub(crate) fn unwritten(error: Error) -> Problem {
    if error.kind() != ErrorKind::BrokenPipe {
        tracing::error!(cause = %error, "a file cannot be written");
    }
    Problem::new(Code::InternalError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_goes_out_in_pieces_and_one_that_breaks_off_is_no_whole_one() {
        let (sender, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let mut pieces = Pieces { sender, runtime: Handle::current(), pace: Pace::default(), held: Vec::new() };
        let writing = tokio::task::spawn_blocking(move || {
            pieces.write_all(&vec![7; 3 * PIECE_BYTES + 1]).unwrap();
            pieces.flush().unwrap();
            pieces.send(Err(Problem::new(Code::Unavailable))).unwrap();
        });
        let all: Vec<Result<Bytes, Problem>> = each(receiver).collect().await;
        writing.await.unwrap();
        let sizes: Vec<usize> = all.iter().filter_map(|piece| Some(piece.as_ref().ok()?.len())).collect();
        assert_eq!(sizes, [PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 1]);
        assert_eq!(all.last().unwrap().as_ref().unwrap_err().code(), Code::Unavailable);
    }

    #[test]
    fn a_reader_has_time_for_each_piece_and_for_the_whole_as_much_as_its_size_needs() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::of(NonZeroU64::new(1_000));
        assert_eq!(pace.time_left(seconds(0)), seconds(60));
        pace.bytes = 100_000;
        for (elapsed, left) in [(0, 60), (100, 60), (101, 59), (159, 1), (160, 0), (9_000, 0)] {
            assert_eq!(pace.time_left(seconds(elapsed)), seconds(left), "{elapsed}");
        }
        // A table of text is not made whole before: who reads it holds nobody up.
        pace.rate_min = None;
        assert_eq!(pace.time_left(seconds(9_000)), seconds(60));
    }

    #[tokio::test]
    async fn a_file_breaks_off_for_a_reader_whose_time_is_over() {
        let (sender, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let begun = Instant::now().checked_sub(Duration::from_secs(PIECE_SECONDS_MAX + 1));
        let pace = Pace { begun, ..Pace::of(NonZeroU64::new(1 << 30)) };
        let mut pieces = Pieces { sender, runtime: Handle::current(), pace, held: Vec::new() };
        let writing = tokio::task::spawn_blocking(move || pieces.write_all(&vec![7; PIECE_BYTES]));
        assert_eq!(writing.await.unwrap().unwrap_err().kind(), ErrorKind::BrokenPipe);
        let all: Vec<Result<Bytes, Problem>> = each(receiver).collect().await;
        assert_eq!(all.last().unwrap().as_ref().unwrap_err().code(), Code::InternalError, "it is no whole one");
    }
}
