// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment notice as a PDF (documents.md, Notice): A4, tagged, archivable, with a QR code for each part and a postal slip
//! where the account is one of the post.

mod field;
mod head;
mod module;
mod plan;
mod tongue;
mod words;

use tramite_domain::printed_notice::{NoticeLanguage, PrintedNotice};
use tramite_domain::time::Instant;

pub use crate::error::DocumentError;
pub use crate::pen::{Area, CodeKind, Layout, Micro, PlacedCode, PlacedText};

use crate::pen::{About, Pen};
use module::Drawing;
use tongue::Tongue;

/// The language of the document itself: the other one stands beside it, and says so.
const LANGUAGE: &str = "it";

/// A notice as a PDF. It says that it was written at that instant, which archives ask for; the same notice, language and instant
/// are the same bytes.
///
/// # Errors
/// [`DocumentError`] for an amount that no code can say, which no part of a debt position is; else a defect of ours.
pub fn notice_pdf(
    notice: &PrintedNotice,
    language: NoticeLanguage,
    written_at: Instant,
) -> Result<Vec<u8>, DocumentError> {
    notice_layout(notice, language, written_at)?.pdf()
}

/// A notice before it is a PDF: what stands where.
///
/// # Errors
/// As of [`notice_pdf`].
pub fn notice_layout(
    notice: &PrintedNotice,
    language: NoticeLanguage,
    written_at: Instant,
) -> Result<Layout, DocumentError> {
    let tongue = Tongue::new(language);
    let title = format!("{}: {}", words::IT.notice, notice.subject);
    let mut pen = Pen::new(About { title, language: LANGUAGE, written_at })?;
    let pages = plan::plan(&notice.terms);
    for (page, modules) in pages.iter().enumerate() {
        if page > 0 {
            pen.turn_page();
        }
        head::header(&mut pen, tongue, &notice.subject, page, pages.len());
        if page == 0 {
            head::panels(&mut pen, tongue, notice);
        }
        for module in modules {
            Drawing { notice, tongue, module }.draw(&mut pen)?;
        }
    }
    Ok(pen.finish())
}
