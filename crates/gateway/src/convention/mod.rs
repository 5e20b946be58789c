// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every operation does in the same way: versions, replies, pages, acting once, deciding again.

mod aside;
mod audit;
mod download;
mod empty;
mod etag;
mod once;
mod page;
mod pdf;
mod reply;
mod settle;
mod signing_secret;
mod wait;

pub use etag::Etag;
pub use once::{Recorder, once, once_by_operator};
pub(crate) use once::{is_answered, once_by_holder, once_completed};
pub use page::{Paging, cursor_text, page_request};
pub use reply::{Answer, Reply};
pub use settle::settle;

pub(crate) use aside::{Places, aside, aside_at};
pub(crate) use audit::{audited, line};
pub(crate) use download::{Download, Pieces, READER_BYTES_PER_SECOND_MIN, download, unwritten};
pub(crate) use empty::EmptyInput;
pub(crate) use pdf::{LAYOUT, PDF, document_answer, drawn, unchanged};
pub(crate) use reply::{is_replay, kept_id};
pub(crate) use signing_secret::SigningSecretView;
pub(crate) use wait::wait_until;
