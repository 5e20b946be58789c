// SPDX-License-Identifier: AGPL-3.0-or-later
//! `notices <folder> <count>`: prints so many notices of all models and languages, and receipts, with texts that are hard on a printer, and tells
//! in `expected.json` what must be found in each. For `.ci/documents/run.py`, which has other programs look for it. With `pictures` after the
//! count the pages of the notices are there as SVG and as PNG too.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program of the tests: it ends where what it prints itself is wrong"
)]

mod cases;
mod expected;
mod logos;
mod pictures;
mod random;
mod receipts;
mod shapes;
mod spelt;
mod texts;

use std::path::PathBuf;
use std::time::{Duration, Instant as Clock};

use chrono::NaiveDate;
use tramite_documents::notice::{NoticeStyle, notice_pdf};
use tramite_documents::receipt::{receipt_pdf, statement_pdf};
use tramite_domain::time::Instant;

use crate::expected::Expected;

/// Every so many files are one of receipts.
const RECEIPTS: usize = 13;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(Ok(count))) =
        (arguments.next().map(PathBuf::from), arguments.next().map(|text| text.parse()))
    else {
        panic!("notices <folder> <count>");
    };
    let with_pictures = arguments.next().is_some_and(|word| word == "pictures");
    let logos = logos::logos();
    std::fs::create_dir_all(&folder).unwrap();
    let written_at = Instant::start_of_rome_day(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
    let (mut files, mut spent, mut pages) = (Vec::new(), Duration::ZERO, 0);
    for place in 0..count {
        let (pdf, file, taken) = if place % RECEIPTS == RECEIPTS - 1 {
            let (receipts, file) = receipts::case(place);
            let begin = Clock::now();
            let pdf = match receipts.as_slice() {
                [only] => receipt_pdf(only, written_at),
                several => statement_pdf(several, written_at),
            };
            (pdf, file, begin.elapsed())
        } else {
            let (notice, language, file) = cases::case(place);
            let logo = logos::logo(&logos, place);
            let file = if logo.is_some() { file.with_logo(&notice.creditor.name) } else { file };
            let style = NoticeStyle { language, written_at, logo };
            if with_pictures {
                pictures::write(&folder, place, &notice, &style);
            }
            let begin = Clock::now();
            (notice_pdf(&notice, &style), file, begin.elapsed())
        };
        spent += taken;
        pages += file.pages;
        std::fs::write(folder.join(&file.file), pdf.unwrap_or_else(|error| panic!("{}: {error}", file.file))).unwrap();
        files.push(file);
    }
    std::fs::write(folder.join("expected.json"), serde_json::to_vec_pretty(&Expected { files }).unwrap()).unwrap();
    println!("{count} files with {pages} pages were drawn in {:.1} s", spent.as_secs_f64());
}
