// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form with a file, `multipart/form-data` (RFC 7578), sent as it is read: no more than a piece of the file is in memory.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use actix_web::web::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Bytes of the file that are read at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// A form on its way.
pub(crate) struct Upload {
    head: Option<Bytes>,
    file: File,
    /// Bytes of the file that are still to be sent.
    left: u64,
    tail: Option<Bytes>,
    /// Bytes of the file that were sent, for who watches.
    sent: Arc<AtomicU64>,
}

impl Upload {
    /// A form of those fields and, behind them, the file. The boundary must stand nowhere in the file: a new UUID does not.
    pub(crate) fn open(path: &Path, fields: &[(&str, String)], boundary: &str, sent: Arc<AtomicU64>) -> Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(Error::new(ErrorKind::InvalidInput, "is no file"));
        }
        sent.store(0, Ordering::Relaxed);
        let mut head = String::new();
        for (name, value) in fields {
            head.push_str(&format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        head.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            escaped(&name)
        ));
        Ok(Self {
            head: Some(Bytes::from(head)),
            file,
            left: about.len(),
            tail: Some(Bytes::from(format!("\r\n--{boundary}--\r\n"))),
            sent,
        })
    }

    /// What the form is.
    pub(crate) fn media_type(boundary: &str) -> String {
        format!("multipart/form-data; boundary={boundary}")
    }

    fn piece(&mut self) -> Result<Bytes> {
        let most = usize::try_from(self.left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        let mut piece = vec![0; most];
        let count = self.file.read(&mut piece)?;
        if count == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the file became shorter while it was sent"));
        }
        piece.truncate(count);
        let count = u64::try_from(count).unwrap_or(self.left);
        self.left = self.left.saturating_sub(count);
        self.sent.fetch_add(count, Ordering::Relaxed);
        Ok(Bytes::from(piece))
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let form = self.get_mut();
        let next = match form.head.take() {
            Some(head) => Some(Ok(head)),
            None if form.left > 0 => Some(form.piece()),
            None => form.tail.take().map(Ok),
        };
        Poll::Ready(next.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.head.is_none() && self.left == 0 && self.tail.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let length = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(0));
        SizeHint::with_exact(length(&self.head).saturating_add(self.left).saturating_add(length(&self.tail)))
    }
}

/// A name as a form may hold it: quotes and breaks as browsers write them.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole form, and what was said of its length before.
    fn whole(mut form: Upload) -> (Vec<u8>, u64) {
        let told = form.size_hint().exact().unwrap();
        let mut bytes = Vec::new();
        let mut context = Context::from_waker(std::task::Waker::noop());
        while let Poll::Ready(Some(frame)) = Pin::new(&mut form).poll_frame(&mut context) {
            bytes.extend_from_slice(&frame.unwrap().into_data().unwrap());
        }
        assert!(form.is_end_stream());
        (bytes, told)
    }

    #[test]
    fn a_form_has_its_fields_before_its_file_and_the_length_that_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tari \"2026\".csv");
        for size in [0, 3, PIECE_BYTES * 2 + 1] {
            std::fs::write(&path, vec![b'a'; size]).unwrap();
            let sent = Arc::new(AtomicU64::new(7));
            let fields = [("service_code", "TARI".to_owned())];
            let (bytes, told) = whole(Upload::open(&path, &fields, "xyz", Arc::clone(&sent)).unwrap());
            assert_eq!(u64::try_from(bytes.len()).unwrap(), told);
            assert_eq!(sent.load(Ordering::Relaxed), u64::try_from(size).unwrap());
            let text = String::from_utf8(bytes).unwrap();
            let file = "a".repeat(size);
            assert_eq!(
                text,
                format!(
                    "--xyz\r\nContent-Disposition: form-data; name=\"service_code\"\r\n\r\nTARI\r\n\
                     --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"tari %222026%22.csv\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n{file}\r\n--xyz--\r\n"
                )
            );
        }
        assert!(Upload::open(folder.path(), &[], "xyz", Arc::default()).is_err());
    }
}
