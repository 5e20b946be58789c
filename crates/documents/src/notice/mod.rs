// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment notice as a PDF (documents.md, Notice): A4, tagged, archivable, with a QR code for each part and a postal slip
//! where the account is one of the post.

mod field;
mod head;
mod logo;
mod module;
mod plan;
mod tongue;
mod words;

use tramite_domain::printed_notice::{NoticeLanguage, PrintedNotice};
use tramite_domain::time::Instant;

pub use crate::error::DocumentError;
pub use crate::logo::Logo;
pub use crate::pen::{Area, CodeKind, Layout, Micro, PlacedCode, PlacedText, PreviewWidth};

use crate::pen::{About, Pen};
use module::Drawing;
use tongue::Tongue;

/// The language of the document itself: the other one stands beside it, and says so.
const LANGUAGE: &str = "it";

/// How a notice is drawn, which is no part of what it says.
#[derive(Debug, Clone)]
pub struct NoticeStyle {
    /// In which languages.
    pub language: NoticeLanguage,
    /// When it says that it was written, which archives ask for.
    pub written_at: Instant,
    /// The logo of the institution, for the top right corner of each page; the corner is empty where there is none.
    pub logo: Option<Logo>,
}

/// A notice as a PDF. The same notice and style are the same bytes.
///
/// # Errors
/// [`DocumentError`] for an amount that no code can say, which no part of a debt position is; else a defect of ours.
pub fn notice_pdf(notice: &PrintedNotice, style: &NoticeStyle) -> Result<Vec<u8>, DocumentError> {
    notice_layout(notice, style)?.pdf()
}

/// A notice before it is a file: what stands where. It becomes a PDF, or page by page an SVG or a PNG.
///
/// # Errors
/// As of [`notice_pdf`].
pub fn notice_layout(notice: &PrintedNotice, style: &NoticeStyle) -> Result<Layout, DocumentError> {
    let tongue = Tongue::new(style.language);
    let title = format!("{}: {}", words::IT.notice, notice.subject);
    let mut pen = Pen::new(About { title, language: LANGUAGE, written_at: style.written_at })?;
    let pages = plan::plan(&notice.terms);
    for (page, modules) in pages.iter().enumerate() {
        if page > 0 {
            pen.turn_page();
        }
        head::header(&mut pen, tongue, &notice.subject, page, pages.len());
        if let Some(logo) = &style.logo {
            logo::draw(&mut pen, logo, &notice.creditor.name, page);
        }
        if page == 0 {
            head::panels(&mut pen, tongue, notice);
        }
        for module in modules {
            Drawing { notice, tongue, module }.draw(&mut pen)?;
        }
    }
    Ok(pen.finish())
}
