// SPDX-License-Identifier: AGPL-3.0-or-later
//! A cart and how it stands.

use serde::Serialize;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::read::{CartRequest, is_web};
use crate::bounded::Forgettable;
use crate::limits::CART_MINUTES;
use crate::node::NoticeKey;

/// A notice of a cart, as it was posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CartNotice {
    pub(crate) notice_number: String,
    #[serde(rename = "creditor_tax_code")]
    pub(crate) fiscal_code: String,
    /// In cents; it binds nobody.
    pub(crate) amount: Cents,
    pub(crate) company_name: String,
    pub(crate) description: String,
}

impl CartNotice {
    /// The notice, where the posted texts are one.
    pub(crate) fn key(&self) -> Option<NoticeKey> {
        Some(NoticeKey { creditor: self.fiscal_code.parse().ok()?, number: self.notice_number.parse().ok()? })
    }
}

/// Where the citizen goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ReturnUrls {
    pub(crate) ok: String,
    pub(crate) cancel: String,
    pub(crate) error: String,
    pub(crate) waiting: String,
}

/// What became of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    Ok,
    Error,
    Cancelled,
    Closed,
    Waiting,
}

/// How a cart stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Paying,
    Finished { ending: Ending, return_url: String },
}

/// Why nothing can be done with a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Unknown,
    Expired,
    Paying,
    Finished { return_url: String },
}

impl Obstacle {
    pub(crate) const fn text(&self) -> &'static str {
        match self {
            Obstacle::Unknown => "There is no such cart, or no longer.",
            Obstacle::Expired => "The cart has expired: a cart lives ten minutes.",
            Obstacle::Paying => "The cart is being paid.",
            Obstacle::Finished { .. } => "The cart has its outcome.",
        }
    }
}

/// A cart.
#[derive(Debug, Clone)]
pub(crate) struct Cart {
    pub(crate) id: Uuid,
    pub(crate) request: CartRequest,
    pub(crate) keys: Vec<NoticeKey>,
    pub(crate) created_at: Instant,
    pub(crate) expires_at: Instant,
    pub(crate) state: State,
}

impl Cart {
    pub(crate) fn new(id: Uuid, request: CartRequest, keys: Vec<NoticeKey>, now: Instant) -> Cart {
        let expires_at = now.plus_minutes(CART_MINUTES);
        Cart { id, request, keys, created_at: now, expires_at, state: State::Open }
    }

    /// Whether it can be paid now.
    pub(crate) fn open(&self, now: Instant) -> Result<(), Obstacle> {
        match &self.state {
            State::Paying => Err(Obstacle::Paying),
            State::Finished { return_url, .. } => Err(Obstacle::Finished { return_url: return_url.clone() }),
            State::Open if now >= self.expires_at => Err(Obstacle::Expired),
            State::Open => Ok(()),
        }
    }

    /// Where the citizen goes after that ending; nowhere from a closed window.
    pub(crate) fn return_url(&self, ending: Ending) -> Option<String> {
        let urls = &self.request.urls;
        let url = match ending {
            Ending::Ok => &urls.ok,
            Ending::Error => &urls.error,
            Ending::Cancelled => &urls.cancel,
            Ending::Waiting => &urls.waiting,
            Ending::Closed => return None,
        };
        Some(if is_web(url) { url.clone() } else { format!("https://{url}") })
    }

    pub(crate) fn view(&self, now: Instant) -> CartView {
        let (status, outcome, return_url) = match &self.state {
            State::Open if now >= self.expires_at => ("expired", None, None),
            State::Open => ("open", None, None),
            State::Paying => ("paying", None, None),
            State::Finished { ending, return_url } => ("finished", Some(*ending), Some(return_url.clone())),
        };
        CartView {
            cart_id: self.id,
            id_cart: self.request.id_cart.clone(),
            status,
            outcome,
            return_url,
            created_at: self.created_at,
            expires_at: self.expires_at,
            all_ccp: self.request.all_ccp,
            payment_notices: self.request.notices.clone(),
            return_urls: self.request.urls.clone(),
        }
    }
}

impl Forgettable for Cart {
    fn is_over(&self) -> bool {
        matches!(self.state, State::Finished { .. })
    }
}

/// A cart as JSON shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CartView {
    pub(crate) cart_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_cart: Option<String>,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Ending>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_url: Option<String>,
    pub(crate) created_at: Instant,
    pub(crate) expires_at: Instant,
    pub(crate) all_ccp: bool,
    pub(crate) payment_notices: Vec<CartNotice>,
    pub(crate) return_urls: ReturnUrls,
}
