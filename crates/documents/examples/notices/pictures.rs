// SPDX-License-Identifier: AGPL-3.0-or-later
//! The pages of a notice as pictures, and how long each takes.

use std::path::Path;
use std::time::Instant as Clock;

use tramite_documents::notice::{NoticeStyle, PreviewWidth, notice_layout};
use tramite_domain::printed_notice::PrintedNotice;

/// Writes `00000-1.svg`, `00000-1.png` and so on.
pub(crate) fn write(folder: &Path, place: usize, notice: &PrintedNotice, style: &NoticeStyle) {
    let layout = notice_layout(notice, style).unwrap();
    for page in 0..layout.page_count() {
        let begin = Clock::now();
        let svg = layout.svg(page).unwrap().unwrap();
        let drawn = begin.elapsed();
        let png = layout.png(page, PreviewWidth::DEFAULT).unwrap().unwrap();
        let painted = begin.elapsed() - drawn;
        let name = format!("{place:05}-{}", page + 1);
        println!("{name}: svg {} bytes, {drawn:?}; png {} bytes, {painted:?}", svg.len(), png.len());
        std::fs::write(folder.join(format!("{name}.svg")), svg).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}
