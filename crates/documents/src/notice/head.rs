// SPDX-License-Identifier: AGPL-3.0-or-later
//! What stands above the modules: the header, who asks, who is asked, how much and until when, and where to pay.

use chrono::NaiveDate;
use tramite_domain::debt_position::Address;
use tramite_domain::money::Cents;
use tramite_domain::printed_notice::{NoticePart, NoticeTerms, PrintedNotice};

use crate::notice::field::{Field, bar, fields};
use crate::notice::plan::{GAP, LEFT, RIGHT};
use crate::notice::tongue::{Pick, Tongue, day};
use crate::pen::{Area, Block, Face, Ink, Micro, Pen, Role, Span, mm, pt10, tenths};

/// The header ends here where the box of the logo begins (30 × 30 mm at x = 170, y = 10), with some air between them.
const HEADER_RIGHT: Micro = mm(165);
const HEADER_TOP: Micro = mm(10);
const RULE_TOP: Micro = tenths(405);
const PANELS_TOP: Micro = mm(47);
const PANEL_HEIGHT: Micro = mm(34);
const AMOUNT_TOP: Micro = mm(87);
const AMOUNT_HEIGHT: Micro = mm(38);
const BAR: Micro = tenths(62);

/// The header, which each page has; it is read on the first.
pub(super) fn header(pen: &mut Pen, tongue: Tongue, subject: &str, page: usize, pages: usize) {
    let area = Area { left: LEFT, top: HEADER_TOP, right: HEADER_RIGHT, bottom: RULE_TOP };
    let mut title = tongue.say(|words| words.notice, Face::Strong);
    // Italian, and what is on a par with it.
    title.iter_mut().filter(|span| span.ink == Ink::Black).for_each(|span| span.ink = Ink::Brand);
    let title = (area.strip(Micro::ZERO, tenths(68)), Block::new(title, pt10(140)).down_to(pt10(90)));
    let subject = Block::new(vec![Span::new(subject, Face::Strong)], pt10(160)).down_to(pt10(85));
    let subject = (area.strip(tenths(80), tenths(182)), subject);
    if page == 0 {
        pen.paragraph(title.0, &title.1);
        pen.heading(1, subject.0, &subject.1);
    } else {
        pen.repeated(title.0, &title.1);
        pen.repeated(subject.0, &subject.1);
    }
    if pages > 1 {
        let mut number = tongue.say(|words| words.page, Face::Text);
        number.push(Span::new(format!("{}/{pages}", page.saturating_add(1)), Face::Strong));
        pen.repeated(area.strip(tenths(264), tenths(34)), &Block::new(number, pt10(75)).right());
    }
    pen.fill(Area { left: LEFT, top: RULE_TOP, right: RIGHT, bottom: RULE_TOP + tenths(5) }, Ink::Brand);
}

/// Everything of the first page above the modules.
pub(super) fn panels(pen: &mut Pen, tongue: Tongue, notice: &PrintedNotice) {
    let (left, right) = halves(PANELS_TOP, PANEL_HEIGHT);
    panel(pen, left, tongue.say(|words| words.creditor, Face::Strong), |pen, area| creditor(pen, tongue, notice, area));
    panel(pen, right, tongue.say(|words| words.recipient, Face::Strong), |pen, area| debtor(pen, tongue, notice, area));
    let (left, right) = halves(AMOUNT_TOP, AMOUNT_HEIGHT);
    let dated = notice.terms.parts().any(|part| part.due_date.is_some() || part.days_from_notification.is_some());
    let question: Pick = if dated { |words| words.how_much_and_when } else { |words| words.how_much };
    panel(pen, left, tongue.say(question, Face::Strong), |pen, area| amounts(pen, tongue, &notice.terms, area));
    panel(pen, right, tongue.say(|words| words.where_to_pay, Face::Strong), |pen, area| {
        let half = area.height().part(1, 2);
        let sizes = (pt10(85), pt10(50));
        tongue.paragraphs(pen, area.strip(Micro::ZERO, half), |words| words.online, sizes);
        tongue.paragraphs(pen, area.strip(half, half), |words| words.on_site, sizes);
    });
}

fn halves(top: Micro, height: Micro) -> (Area, Area) {
    let width = (RIGHT - LEFT - GAP).part(1, 2);
    (Area::at(LEFT, top, width, height), Area::at(RIGHT - width, top, width, height))
}

fn panel(pen: &mut Pen, area: Area, title: Vec<Span<'_>>, draw: impl FnOnce(&mut Pen, Area)) {
    pen.within(Role::Section, |pen| {
        bar(pen, area.strip(Micro::ZERO, BAR), title);
        let room = area.padded(mm(2));
        draw(pen, Area { top: area.top + BAR + mm(1), ..room });
    });
}

fn creditor(pen: &mut Pen, tongue: Tongue, notice: &PrintedNotice, area: Area) {
    let creditor = &notice.creditor;
    let sector = creditor.sector.as_deref().unwrap_or_default();
    person(pen, area, &creditor.name, sector);
    code(pen, area, tongue.say(|words| words.tax_code, Face::Text), creditor.tax_code.as_str());
}

fn debtor(pen: &mut Pen, tongue: Tongue, notice: &PrintedNotice, area: Area) {
    let debtor = &notice.debtor;
    let address = debtor.address.as_ref().map(|address| written(address.expose())).unwrap_or_default();
    person(pen, area, debtor.full_name.expose(), &address);
    if let Some(tax_code) = &debtor.tax_code {
        code(pen, area, tongue.say(|words| words.tax_code, Face::Text), tax_code.expose().as_str());
    }
}

fn person(pen: &mut Pen, area: Area, name: &str, below: &str) {
    let name = Block::new(vec![Span::new(name, Face::Strong)], pt10(120)).down_to(pt10(75));
    let end = pen.paragraph(area.strip(Micro::ZERO, mm(9)), &name);
    let below = Block::new(vec![Span::new(below, Face::Text)], pt10(95)).down_to(pt10(65));
    pen.paragraph(Area { top: end, bottom: area.top + tenths(184), ..area }, &below);
}

fn code(pen: &mut Pen, area: Area, label: Vec<Span<'static>>, code: &str) {
    let value = vec![Span::new(code, Face::Mono)];
    let area = area.strip(tenths(188), mm(8));
    fields(pen, vec![(area, vec![Field { label, value, size: pt10(100), height: mm(8) }])]);
}

/// An address on one line.
fn written(address: &Address) -> String {
    let part = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let street = [part(address.street.as_deref()), part(address.number.as_deref())].join(" ");
    let province = address.province.as_deref().map(|province| format!("({province})")).unwrap_or_default();
    let city = [part(address.postal_code.as_deref()), part(address.city.as_deref()), province].join(" ");
    let parts = [street, city, part(address.country.as_deref())];
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// How much, until when, and in how many installments.
fn amounts(pen: &mut Pen, tongue: Tongue, terms: &NoticeTerms, area: Area) {
    let line = |below, height| area.strip(below, height);
    match terms {
        NoticeTerms::Single(part) => {
            amount(pen, tongue, line(Micro::ZERO, mm(9)), &Due::of(part, |words| words.amount))
        }
        NoticeTerms::Fine { discounted, reduced } => {
            amount(pen, tongue, line(Micro::ZERO, mm(9)), &Due::of(discounted, |words| words.discounted));
            amount(pen, tongue, line(mm(9), mm(9)), &Due::of(reduced, |words| words.reduced));
        }
        NoticeTerms::Installments { whole, parts, complete } => {
            let due = match (whole, parts.as_slice()) {
                (Some(whole), _) => Due::of(whole, |words| words.amount),
                (None, [only]) => Due::of(only, |words| words.amount),
                (None, parts) => Due::total(parts, *complete),
            };
            amount(pen, tongue, line(Micro::ZERO, mm(9)), &due);
            if parts.len() > 1 {
                let choice: Pick =
                    if whole.is_some() { |words| words.full_or_installments } else { |words| words.installments };
                let choice = tongue.count(choice, Some(parts.len()), Face::Strong);
                pen.paragraph(line(tenths(98), mm(8)), &Block::new(choice, pt10(95)).down_to(pt10(60)));
            }
        }
    }
    tongue.paragraphs(pen, line(tenths(184), tenths(124)), |words| words.may_change, (pt10(70), pt10(45)));
}

/// An amount with its name and the day until which it can be paid.
struct Due {
    label: Pick,
    amount: Option<Cents>,
    until: Pick,
    date: Option<NaiveDate>,
    days: Option<u16>,
}

impl Due {
    fn of(part: &NoticePart, label: Pick) -> Due {
        let (date, days) = (part.due_date, part.days_from_notification);
        Due { label, amount: Some(part.amount), until: |words| words.due, date, days }
    }

    /// All installments that are left, and until when the first of them is due. They are the total only where none is gone.
    fn total(parts: &[NoticePart], complete: bool) -> Due {
        let amount = Cents::sum(parts.iter().map(|part| part.amount)).ok();
        let first = parts.first();
        let (label, until): (Pick, Pick) = if complete && first.is_none_or(|part| part.number == 1) {
            (|words| words.total, |words| words.first_due)
        } else {
            (|words| words.remaining, |words| words.next_due)
        };
        let (date, days) = (first.and_then(|part| part.due_date), first.and_then(|part| part.days_from_notification));
        Due { label, amount, until, date, days }
    }
}

fn amount(pen: &mut Pen, tongue: Tongue, area: Area, due: &Due) {
    // Days that are counted are a sentence, and need more room than a date.
    let share = if due.days.is_some() { (1, 2) } else { (3, 5) };
    let split = area.left + area.width().part(share.0, share.1);
    let height = area.height();
    let field = |label, value| vec![Field { label, value, size: pt10(150), height }];
    let label = tongue.say(due.label, Face::Text);
    let mut columns = Vec::new();
    if let Some(amount) = due.amount {
        columns.push((Area { right: split, ..area }, field(label, tongue.amount(amount))));
    }
    if let (Some(date), None) = (due.date, due.days) {
        let date = vec![Span::new(day(date), Face::Strong)];
        columns.push((Area { left: split, ..area }, field(tongue.say(due.until, Face::Text), date)));
    }
    fields(pen, columns);
    if due.days.is_some() {
        let until = Block::new(tongue.until(due.until, due.date, due.days), pt10(95)).down_to(pt10(45));
        pen.paragraph(Area { left: split, right: area.right - mm(1), ..area }, &until);
    }
}
