// SPDX-License-Identifier: AGPL-3.0-or-later
//! A cart as the contract of Checkout has it (CartRequestV2), to the letter.

use serde_json::{Map, Value};
use tramite_domain::email::Email;
use tramite_domain::money::Cents;

use super::cart::{CartNotice, ReturnUrls};
use super::refusal::Refusal;
use crate::limits::CART_NOTICES_MAX;
use crate::psp::PAYMENT_NOTE_CHARS_MAX;

/// Characters of a notice's texts.
const TEXT_CHARS_MAX: usize = 140;

/// Characters of an address to come back to.
const URL_CHARS_MAX: usize = 4_096;

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CartRequest {
    pub(crate) email: Option<String>,
    pub(crate) notices: Vec<CartNotice>,
    pub(crate) urls: ReturnUrls,
    pub(crate) id_cart: Option<String>,
    pub(crate) all_ccp: bool,
}

/// Reads a cart. What the contract does not name is passed over.
pub(crate) fn read(body: &[u8]) -> Result<CartRequest, Refusal> {
    let form = |flaw: &str| Refusal::Form(vec![flaw.to_owned()]);
    let document: Value = serde_json::from_slice(body).map_err(|_| form("the body is not JSON"))?;
    let cart = document.as_object().ok_or_else(|| form("the body is not an object"))?;
    let mut reader = Reader { flaws: Vec::new() };
    let notices = reader.notices(cart);
    let urls = reader.urls(cart);
    let email = reader.optional_text(cart, "emailNotice", |text| text.parse::<Email>().is_ok(), "an e-mail address");
    let fits_note = |text: &str| text.chars().count() <= PAYMENT_NOTE_CHARS_MAX && !text.is_empty();
    let id_cart = reader.optional_text(cart, "idCart", fits_note, "1 to 210 characters, to fit paymentNote");
    let all_ccp = reader.all_ccp(cart);
    match (reader.flaws.is_empty(), notices, urls) {
        (true, Some(notices), Some(urls)) => {
            distinct(&notices)?;
            Ok(CartRequest { email, notices, urls, id_cart, all_ccp })
        }
        (_, Some(notices), _) if notices.len() > CART_NOTICES_MAX => Err(Refusal::TooMany),
        _ => Err(Refusal::Form(reader.flaws)),
    }
}

/// Not in the contract, but so: too many and the same twice are the second thing to be looked at.
fn distinct(notices: &[CartNotice]) -> Result<(), Refusal> {
    if notices.len() > CART_NOTICES_MAX {
        return Err(Refusal::TooMany);
    }
    let mut seen = std::collections::HashSet::new();
    let all_new = notices.iter().all(|notice| seen.insert((&notice.fiscal_code, &notice.notice_number)));
    if all_new { Ok(()) } else { Err(Refusal::Twice) }
}

struct Reader {
    flaws: Vec<String>,
}

impl Reader {
    fn flaw(&mut self, place: &str, expected: &str) {
        self.flaws.push(format!("{place}: {expected}"));
    }

    fn notices(&mut self, cart: &Map<String, Value>) -> Option<Vec<CartNotice>> {
        let Some(items) = cart.get("paymentNotices").and_then(Value::as_array).filter(|items| !items.is_empty()) else {
            self.flaw("paymentNotices", "an array of 1 to 5 notices");
            return None;
        };
        let read =
            items.iter().enumerate().map(|(position, item)| self.notice(&format!("paymentNotices[{position}]"), item));
        let notices: Vec<Option<CartNotice>> = read.collect();
        notices.into_iter().collect()
    }

    fn notice(&mut self, place: &str, item: &Value) -> Option<CartNotice> {
        let Some(item) = item.as_object() else {
            self.flaw(place, "an object");
            return None;
        };
        let exactly = |length: usize| move |text: &str| text.chars().count() == length;
        let at_most = |text: &str| text.chars().count() <= TEXT_CHARS_MAX;
        let notice_number = self.text(place, item, "noticeNumber", exactly(18), "18 characters");
        let fiscal_code = self.text(place, item, "fiscalCode", exactly(11), "11 characters");
        let company_name = self.text(place, item, "companyName", at_most, "at most 140 characters");
        let description = self.text(place, item, "description", at_most, "at most 140 characters");
        let amount = item.get("amount").and_then(Value::as_i64).and_then(|cents| Cents::new(cents).ok());
        let amount = amount.filter(|amount| !amount.is_zero());
        if amount.is_none() {
            self.flaw(&format!("{place}.amount"), "an integer of at least 1, in cents");
        }
        Some(CartNotice {
            notice_number: notice_number?,
            fiscal_code: fiscal_code?,
            amount: amount?,
            company_name: company_name?,
            description: description?,
        })
    }

    fn urls(&mut self, cart: &Map<String, Value>) -> Option<ReturnUrls> {
        let Some(urls) = cart.get("returnUrls").and_then(Value::as_object) else {
            self.flaw("returnUrls", "an object with four addresses");
            return None;
        };
        let mut url = |name: &str| self.text("returnUrls", urls, name, is_address, "an address");
        let ok = url("returnOkUrl");
        let cancel = url("returnCancelUrl");
        let error = url("returnErrorUrl");
        let waiting = url("returnWaitingUrl");
        Some(ReturnUrls { ok: ok?, cancel: cancel?, error: error?, waiting: waiting? })
    }

    fn text(
        &mut self,
        place: &str,
        object: &Map<String, Value>,
        name: &str,
        holds: impl Fn(&str) -> bool,
        expected: &str,
    ) -> Option<String> {
        let text = object.get(name).and_then(Value::as_str).filter(|text| holds(text));
        if text.is_none() {
            self.flaw(&format!("{place}.{name}"), expected);
        }
        text.map(str::to_owned)
    }

    /// Absent, or right: null is neither.
    fn optional_text(
        &mut self,
        cart: &Map<String, Value>,
        name: &str,
        holds: impl Fn(&str) -> bool,
        expected: &str,
    ) -> Option<String> {
        let value = cart.get(name)?;
        let text = value.as_str().filter(|text| holds(text));
        if text.is_none() {
            self.flaw(name, expected);
        }
        text.map(str::to_owned)
    }

    fn all_ccp(&mut self, cart: &Map<String, Value>) -> bool {
        match cart.get("allCCP") {
            None => false,
            Some(Value::Bool(all_ccp)) => *all_ccp,
            Some(_) => {
                self.flaw("allCCP", "a boolean");
                false
            }
        }
    }
}

/// Absolute or without scheme, as in the contract's own example; nothing that runs in a browser.
fn is_address(text: &str) -> bool {
    let is_legal = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'`')
    };
    let has_other_scheme = text.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':') && !is_web(text));
    (1..=URL_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_legal) && !has_other_scheme
}

/// Whether an address says http or https.
pub(super) fn is_web(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}
