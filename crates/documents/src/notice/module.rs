// SPDX-License-Identifier: AGPL-3.0-or-later
//! The modules: a part with its QR code, and its postal slip with the Data Matrix.

use tramite_domain::printed_notice::{NoticePart, PostalSlip, PrintedNotice, printed_amount};

use crate::DocumentError;
use crate::code;
use crate::notice::field::{Field, RIM, bar_with_due, fields};
use crate::notice::plan::{Module, Shape, Title};
use crate::notice::tongue::{APART, Pick, Tongue, filled};
use crate::pen::{Area, Block, CodeKind, Face, Figure, Ink, Micro, Pen, Role, Span, mm, pt10, tenths};

/// The side of both codes.
const CODE: Micro = mm(25);
/// The quiet zone of a QR code: four of its modules, and a little.
const QR_QUIET: Micro = tenths(31);
/// The quiet zone of a Data Matrix: a module on each side is enough, three are left.
const MATRIX_QUIET: Micro = mm(2);
/// The room of a field whose value has one line.
const LINE: Micro = tenths(84);

/// A part of the notice, all that is needed to draw it.
pub(super) struct Drawing<'a> {
    pub(super) notice: &'a PrintedNotice,
    pub(super) tongue: Tongue,
    pub(super) module: &'a Module<'a>,
}

impl Drawing<'_> {
    /// The part with its QR code, and its slip where there is one.
    pub(super) fn draw(&self, pen: &mut Pen) -> Result<(), DocumentError> {
        let text = self.notice.qr(self.part()).map_err(|error| DocumentError::of(&error))?.to_string();
        let modules = code::qr(&text)?;
        let described = self.described(|words| words.qr);
        let figure = Figure { kind: CodeKind::Qr, text, modules, described };
        let (title, due) = (self.title(), self.due());
        self.drawn(pen, self.module.area, (title, due), (figure, QR_QUIET), self.payment_fields(), None);
        let matrix = self.notice.data_matrix(self.part()).map_err(|error| DocumentError::of(&error))?;
        if let (Some(slip), Some(text)) = (&self.part().slip, matrix) {
            let modules = code::data_matrix(&text)?;
            let described = self.described(|words| words.data_matrix);
            let figure = Figure { kind: CodeKind::DataMatrix, text, modules, described };
            let bar = (self.slip_title(), self.due());
            let authorization = slip.authorization.as_deref();
            self.drawn(pen, self.module.slip_area, bar, (figure, MATRIX_QUIET), self.slip_fields(slip), authorization);
        }
        Ok(())
    }

    fn part(&self) -> &NoticePart {
        self.module.part
    }

    fn drawn(
        &self,
        pen: &mut Pen,
        area: Area,
        (title, due): (Vec<Span<'_>>, Vec<Span<'_>>),
        (figure, quiet): (Figure, Micro),
        [beside, further, below]: [Vec<Field<'_>>; 3],
        authorization: Option<&str>,
    ) {
        let wide = self.module.shape == Shape::Wide;
        let bar = if wide { tenths(70) } else { tenths(96) };
        let top = area.top + bar + mm(1);
        let code = Area::at(area.left + quiet, top + quiet, CODE, CODE);
        let text = Area { left: code.right + quiet, right: area.right, top: top + mm(1), bottom: area.bottom };
        pen.within(Role::Section, |pen| {
            bar_with_due(pen, area.strip(Micro::ZERO, bar), title, due, !wide);
            pen.code(code, figure);
            let middle = text.left + text.width().part(1, 2);
            let end = beside.iter().fold(text.top, |end, field| end + field.height);
            let under = Area { top: end.max(code.bottom + quiet), ..area.padded(RIM) };
            let mut columns = if wide {
                vec![(Area { right: middle, ..text }, beside), (Area { left: middle, ..text }, further)]
            } else {
                vec![(text, beside), (under, further)]
            };
            columns.retain(|(_, fields)| !fields.is_empty());
            if let Some((_, last)) = columns.last_mut() {
                last.extend(below);
            }
            fields(pen, columns);
            if let Some(authorization) = authorization {
                let line = Area { top: area.bottom - tenths(31), ..area.padded(RIM) };
                let text = Span::new(authorization, Face::Text).in_ink(Ink::Post);
                pen.paragraph(line, &Block::new(vec![text], pt10(65)).down_to(pt10(50)));
            }
        });
    }

    fn title(&self) -> Vec<Span<'static>> {
        let (pick, number) = self.name();
        self.tongue.count(pick, number, Face::Strong)
    }

    /// A slip that was cut out still tells which of several it is.
    fn slip_title(&self) -> Vec<Span<'static>> {
        if self.module.title == Title::Single {
            return self.tongue.say(|words| words.slip, Face::Strong);
        }
        let (pick, number) = self.name();
        self.tongue.each(|words| format!("{} {APART} {}", filled(pick(words), number), words.slip), Face::Strong)
    }

    fn name(&self) -> (Pick, Option<usize>) {
        match self.module.title {
            Title::Single => (|words| words.single, None),
            Title::Whole => (|words| words.whole, None),
            Title::Installment(number) => (|words| words.installment, Some(usize::from(number))),
            Title::Discounted => (|words| words.discounted, None),
            Title::Reduced => (|words| words.reduced, None),
        }
    }

    fn due(&self) -> Vec<Span<'static>> {
        self.tongue.until(|words| words.due, self.part().due_date, self.part().days_from_notification)
    }

    /// What is beside the QR code, what follows, and what only comes where there is room.
    fn payment_fields(&self) -> [Vec<Field<'_>>; 3] {
        let cbill = self.notice.creditor.cbill_code.as_deref();
        let cbill = cbill.map(|code| self.code(|words| words.cbill, code.to_uppercase(), LINE));
        let narrow = matches!(self.module.shape, Shape::Third | Shape::Dense);
        let label: Pick = if narrow { |words| words.creditor_code } else { |words| words.creditor_tax_code };
        let creditor = self.code(label, self.notice.creditor.tax_code.as_str(), LINE);
        let names = vec![self.recipient(), self.subject()];
        match self.module.shape {
            Shape::Wide => {
                let beside = [self.amount(), self.number(LINE), creditor].into_iter().chain(cbill).collect();
                let institution = self.text(|words| words.creditor, &self.notice.creditor.name, LINE);
                [beside, vec![institution], names]
            }
            Shape::Half => {
                let beside = [self.amount(), self.number(LINE), creditor].into_iter().chain(cbill).collect();
                [beside, names, Vec::new()]
            }
            Shape::Third => {
                let beside = [self.amount(), creditor].into_iter().chain(cbill).collect();
                [beside, vec![self.number(LINE)], names]
            }
            Shape::Dense => {
                let beside = match cbill {
                    None => [self.amount(), self.number(tenths(110)), creditor].into(),
                    Some(cbill) => vec![
                        self.amount(),
                        self.number(tenths(98)),
                        creditor.within(tenths(63)),
                        cbill.within(tenths(63)),
                    ],
                };
                [beside, Vec::new(), Vec::new()]
            }
        }
    }

    /// The same of a slip.
    fn slip_fields<'s>(&'s self, slip: &'s PostalSlip) -> [Vec<Field<'s>>; 3] {
        let account = self.code(|words| words.account, slip.account.as_str(), LINE);
        let holder = |height| self.text(|words| words.holder, &slip.holder, height);
        let names = vec![self.recipient(), self.subject()];
        match self.module.shape {
            Shape::Wide => [vec![self.amount(), account, holder(LINE)], vec![self.number(LINE)], names],
            Shape::Half => [vec![self.amount(), account, holder(tenths(110))], vec![self.number(LINE)], names],
            Shape::Third => [vec![self.amount(), account], vec![holder(LINE), self.number(LINE)], names],
            Shape::Dense => [vec![self.amount(), account, holder(tenths(110))], vec![self.number(LINE)], Vec::new()],
        }
    }

    fn amount(&self) -> Field<'static> {
        let label = self.tongue.say(|words| words.amount, Face::Text);
        Field { label, value: self.tongue.amount(self.part().amount), size: pt10(120), height: mm(9) }
    }

    fn number(&self, height: Micro) -> Field<'static> {
        self.code(|words| words.notice_number, self.part().notice_number.grouped(), height)
    }

    fn recipient(&self) -> Field<'_> {
        self.text(|words| words.recipient, self.notice.debtor.full_name.expose(), LINE)
    }

    fn subject(&self) -> Field<'_> {
        self.text(|words| words.subject, &self.notice.subject, tenths(102))
    }

    fn code<'s>(&self, pick: Pick, value: impl Into<std::borrow::Cow<'s, str>>, height: Micro) -> Field<'s> {
        let value = vec![Span::new(value, Face::Mono)];
        Field { label: self.tongue.say(pick, Face::Text), value, size: pt10(100), height }
    }

    fn text<'s>(&self, pick: Pick, value: &'s str, height: Micro) -> Field<'s> {
        let value = vec![Span::new(value, Face::Strong)];
        Field { label: self.tongue.say(pick, Face::Text), value, size: pt10(95), height }
    }

    /// What a code says, in words.
    fn described(&self, pick: Pick) -> String {
        let part = self.part();
        self.tongue.described(|words, language| {
            format!(
                "{}: {} {}, {} {}, {} € {}",
                pick(words),
                words.notice_number,
                part.notice_number.grouped(),
                words.creditor_tax_code,
                self.notice.creditor.tax_code,
                words.amount,
                printed_amount(part.amount, language)
            )
        })
    }
}
