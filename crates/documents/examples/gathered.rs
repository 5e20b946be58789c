// SPDX-License-Identifier: AGPL-3.0-or-later
//! `gathered <file.pdf or file.zip> <count> <stretch> [page]`: gathers the documents that `notices` prints in one file, so many at a time, and
//! tells how long that took and how much memory. With `page` they are the notices of one page alone. For `.ci/documents`, which has
//! other programs judge the file, and for measuring.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    dead_code,
    reason = "a program of the tests, with the cases of another: it ends where what it prints itself is wrong"
)]

#[path = "notices/cases.rs"]
mod cases;
#[path = "notices/expected.rs"]
mod expected;
#[path = "notices/logos.rs"]
mod logos;
#[path = "notices/random.rs"]
mod random;
#[path = "notices/receipts.rs"]
mod receipts;
#[path = "notices/shapes.rs"]
mod shapes;
#[path = "notices/spelt.rs"]
mod spelt;
#[path = "notices/texts.rs"]
mod texts;

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant as Clock};

use chrono::NaiveDate;
use tramite_documents::DocumentError;
use tramite_documents::gather::{Gathered, GatheredForm, Piece, Whole, ending, stretch};
use tramite_documents::notice::{Logo, NoticeStyle, notice_layout};
use tramite_documents::receipt::{receipt_layout, statement_layout};
use tramite_domain::time::Instant;

/// Every so many documents are one of receipts, as of `notices`.
const RECEIPTS: usize = 13;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, count, size, rest @ ..] = arguments.as_slice() else {
        panic!("gathered <file.pdf or file.zip> <count> <stretch> [page]");
    };
    let form = if file.ends_with(".zip") { GatheredForm::Zip } else { GatheredForm::Pdf };
    let (count, size): (usize, usize) = (count.parse().unwrap(), size.parse().unwrap());
    let written_at = Instant::start_of_rome_day(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
    let logos = logos::logos();
    let mut out = File::create(file).unwrap();
    let (mut done, mut indexes, mut spent) = (Gathered::default(), Vec::new(), Duration::ZERO);
    let mut places = (0..).filter(|place| rest.is_empty() || is_page(*place)).take(count).peekable();
    while places.peek().is_some() {
        let places: Vec<usize> = places.by_ref().take(size).collect();
        let begin = Clock::now();
        let pieces: Vec<Piece> = places.into_iter().map(|place| piece(place, &logos, written_at)).collect();
        let next = stretch(form, &done, &pieces).unwrap();
        spent += begin.elapsed();
        out.write_all(&next.bytes).unwrap();
        indexes.push(next.index);
        done = next.after;
    }
    let kept: usize = indexes.iter().map(Vec::len).sum();
    let begin = Clock::now();
    let whole = Whole { title: "Avvisi di pagamento", language: "it", written_at, added: None };
    let last = ending(form, &done, indexes.into_iter().map(Ok::<_, DocumentError>), &whole).unwrap();
    out.write_all(&last).unwrap();
    println!(
        "{} documents with {} pages in {:.1} s, ended in {:.1} s; {} bytes, the last {} of them of indexes of {kept}; memory: {}",
        done.documents,
        done.pages,
        spent.as_secs_f64(),
        begin.elapsed().as_secs_f64(),
        done.bytes + u64::try_from(last.len()).unwrap(),
        last.len(),
        memory(),
    );
}

/// The document at a place, as `notices` has it, by the name that it has in a batch.
fn piece(place: usize, logos: &[Option<Logo>; logos::LOGOS], written_at: Instant) -> Piece {
    let (layout, file) = if is_receipts(place) {
        let (receipts, file) = receipts::case(place);
        let layout = match receipts.as_slice() {
            [only] => receipt_layout(only, written_at),
            several => statement_layout(several, written_at),
        };
        (layout, file)
    } else {
        let (notice, language, file) = cases::case(place);
        let style = NoticeStyle { language, written_at, logo: logos::logo(logos, place) };
        (notice_layout(&notice, &style), file)
    };
    Piece { name: format!("{}.pdf", file.listed), layout: layout.unwrap() }
}

fn is_receipts(place: usize) -> bool {
    place % RECEIPTS == RECEIPTS - 1
}

fn is_page(place: usize) -> bool {
    !is_receipts(place) && cases::case(place).2.pages == 1
}

/// The most memory that was taken, as Linux tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" unknown").trim().to_owned()
}
