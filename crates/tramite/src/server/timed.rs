// SPDX-License-Identifier: AGPL-3.0-or-later
//! A connection that ends where nobody gets on with it (reliability.md 34). The library watches over the head of the first
//! request alone: who sends one in good order, and then begins another, would hold the connection for ever; and so would
//! who never reads an answer.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How long somebody may take in nothing of an answer, in seconds.
const UNREAD_SECONDS_MAX: u64 = 15;
/// How much later than the library a head is given up, in milliseconds: it answers the first one with 408.
const GRACE_MS: u64 = 500;

/// What the application knows of the requests of one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests(Rc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begun: Cell<u64>,
    at_work: Cell<u32>,
}

impl Requests {
    /// A request has come with its whole head; it is at work until the result is dropped.
    pub(super) fn begin(&self) -> AtWork {
        self.0.begun.set(self.0.begun.get().wrapping_add(1));
        self.0.at_work.set(self.0.at_work.get().saturating_add(1));
        AtWork(self.clone())
    }

    fn is_at_work(&self) -> bool {
        self.0.at_work.get() > 0
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct AtWork(Requests);

impl Drop for AtWork {
    fn drop(&mut self) {
        let counts = &self.0.0;
        counts.at_work.set(counts.at_work.get().saturating_sub(1));
    }
}

/// A connection with its times.
pub(super) struct Timed<S> {
    stream: S,
    requests: Requests,
    head_max: Duration,
    idle_max: Duration,
    /// Requests that were begun when this was last looked at.
    seen: u64,
    /// Whether something of a head is there.
    in_head: bool,
    /// When the head must be whole, or if there is none, something must have come or gone.
    due: Pin<Box<Sleep>>,
    /// When something of the answer must have been taken in, while it is not.
    unread: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    /// Watches over a new connection.
    pub(super) fn new(stream: S, head_max: Duration, idle_max: Duration) -> Self {
        let head_max = head_max.saturating_add(Duration::from_millis(GRACE_MS));
        Self {
            stream,
            requests: Requests::default(),
            head_max,
            idle_max,
            seen: 0,
            in_head: false,
            due: Box::pin(sleep(idle_max)),
            unread: None,
        }
    }

    /// The connection itself.
    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// What the application has to say of its requests.
    pub(super) fn requests(&self) -> Requests {
        self.requests.clone()
    }

    fn wait(&mut self, time: Duration) {
        let now = Instant::now();
        self.due.as_mut().reset(now.checked_add(time).unwrap_or(now));
    }

    /// Sets the time anew by what came, if anything.
    fn came(&mut self, something: bool) {
        let begun = self.requests.0.begun.get();
        if begun != self.seen || self.requests.is_at_work() {
            // What was there of a head became a request: what is waited for is the next one.
            self.seen = begun;
            self.in_head = false;
            self.wait(self.idle_max);
        }
        if something && !self.in_head && !self.requests.is_at_work() {
            self.in_head = true;
            self.wait(self.head_max);
        }
    }

    /// Whether the time is over. Where it is not, the task is woken when it is.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        let unread = self.unread.as_mut().is_some_and(|unread| unread.as_mut().poll(context).is_ready());
        unread || (!self.requests.is_at_work() && self.due.as_mut().poll(context).is_ready())
    }

    /// Notes what became of a try to send something.
    fn sent(&mut self, context: &mut Context<'_>, tried: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if tried.is_ready() {
            self.unread = None;
            if !self.in_head {
                self.wait(self.idle_max);
            }
        } else if self.unread.is_none() {
            self.unread = Some(Box::pin(sleep(Duration::from_secs(UNREAD_SECONDS_MAX))));
        }
        if self.is_over(context) && tried.is_pending() { Poll::Ready(Err(too_slow())) } else { tried }
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the peer was too slow")
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        this.came(buffer.filled().len() > before);
        if this.is_over(context) { Poll::Ready(Err(too_slow())) } else { read }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let tried = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.sent(context, tried)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let tried = Pin::new(&mut this.stream).poll_write_vectored(context, bytes);
        this.sent(context, tried)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
