// SPDX-License-Identifier: AGPL-3.0-or-later
//! A cart at Checkout, minted at the moment the citizen goes there: it lives ten minutes (product.md).

use actix_web::HttpResponse;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::InstallmentId;
use tramite_domain::journal::JournalEntry;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::session::{Cart, Due, Visit, minted, visit};
use tramite_pagopa::checkout::{self, CheckoutFailure};
use tramite_storage::StoreError;

use super::cart_journal::{Posted, journal};
use super::home::{Home, find};
use super::page::{Notice, page};
use super::send::see_other;
use super::visit::lead_without_cart;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// How often a cart is recorded again when somebody else wrote the session meanwhile.
const ATTEMPTS_MAX: u32 = 3;

/// Mints a cart and sends the citizen there.
pub(super) async fn mint(gateway: &Gateway, token: &str, home: Home, due: &[Due]) -> HttpResponse {
    let language = home.session.language;
    let Some(client) = gateway.checkout() else {
        tracing::error!("no Checkout is configured");
        return page(gateway, language, Notice::TryAgain);
    };
    let reference = gateway.world().id().simple().to_string();
    let cart = cart(gateway, token, &home, due, &reference);
    let asked_at = gateway.now();
    let answer = client.post_cart(&cart).await;
    let exchange = Posted { session: &home.session, due, cart: &cart, answer: &answer, asked_at };
    let entries = journal(gateway, &exchange);
    match answer {
        Ok(url) => {
            let cart = Cart {
                reference,
                // What it shows was decided before Checkout was asked: over midnight that is another amount.
                minted_at: asked_at,
                amount: Cents::sum(due.iter().map(|one| one.amount)).ok(),
                location: url.as_str().to_owned(),
            };
            match record(gateway, token, home, cart, due, entries).await {
                Ok(Recorded::Minted) => see_other(url.as_str()),
                Ok(Recorded::Moved(home)) => lead_elsewhere(gateway, token, *home).await,
                Err(problem) => super::visit::page_of_problem(gateway, language, &problem),
            }
        }
        Err(failure) => {
            write_journal(gateway, &home, entries).await;
            page(gateway, language, told(&failure))
        }
    }
}

/// Where a citizen is led whose cart nobody needs any more: the session moved while Checkout made it.
async fn lead_elsewhere(gateway: &Gateway, token: &str, home: Home) -> HttpResponse {
    match visit(&home.session, &home.positions, gateway.now()) {
        // Something else is due now: the address is opened again, and asks for that.
        Visit::Mint { .. } if home.collects => see_other(&address(gateway, token)),
        visit => lead_without_cart(gateway, token, &home, visit).await,
    }
}

/// What a citizen is told when Checkout gives no cart. 422 means that a notice is being paid or is paid already; 400
/// that Checkout did not understand us, which is our mistake and not the citizen's.
fn told(failure: &CheckoutFailure) -> Notice {
    match failure {
        CheckoutFailure::Refused { status: 400, title, .. } => {
            tracing::error!(title, "Checkout did not understand a cart");
            Notice::TryAgain
        }
        CheckoutFailure::Refused { status, .. } => {
            tracing::info!(status, "Checkout refused a cart");
            Notice::BeingPaid
        }
        CheckoutFailure::Unavailable(cause) => {
            tracing::warn!(%cause, "Checkout gave no cart");
            Notice::TryAgain
        }
    }
}

/// The public address of the session.
fn address(gateway: &Gateway, token: &str) -> String {
    format!("{}/s/{token}", gateway.settings().public_url())
}

fn cart(gateway: &Gateway, token: &str, home: &Home, due: &[Due], reference: &str) -> checkout::Cart {
    let back = |kind: &str| format!("{}/return/{kind}", address(gateway, token));
    let items = due.iter().filter_map(|due| Some((home.session.items.get(due.place)?, due)));
    let notices = items.map(|(item, due)| checkout::CartNotice {
        notice_number: item.notice_number.to_string(),
        fiscal_code: item.creditor_tax_code.to_string(),
        amount: due.amount,
        company_name: item.company_name.to_string(),
        description: item.description.to_string(),
    });
    let email = home.session.payer.as_ref().and_then(|payer| payer.expose().email.as_ref());
    checkout::Cart {
        email_notice: email.map(|email| Personal::new(email.to_string())),
        payment_notices: notices.collect(),
        return_urls: checkout::ReturnUrls {
            ok: back("ok"),
            cancel: back("cancel"),
            error: back("error"),
            waiting: back("waiting"),
        },
        id_cart: Some(reference.to_owned()),
        all_ccp: None,
    }
}

/// What became of a cart.
enum Recorded {
    /// The session holds it.
    Minted,
    /// The session moved meanwhile, and has no use for it.
    Moved(Box<Home>),
}

/// Records the cart. On a conflict the visit is decided again: the session may have been cancelled or paid meanwhile, or
/// another visit may have minted a cart. Only what is still due exactly as before is recorded.
async fn record(
    gateway: &Gateway,
    token: &str,
    mut home: Home,
    cart: Cart,
    due: &[Due],
    entries: Vec<JournalEntry>,
) -> Result<Recorded, Problem> {
    let own: Vec<(InstallmentId, Cents)> =
        due.iter().filter_map(|one| one.installment_id.map(|id| (id, one.amount))).collect();
    let mut made = 1;
    loop {
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, None);
        let mut batch = minted(&mut given, &home.session, cart.clone(), &own);
        for entry in &entries {
            batch.push(Write::InsertJournal(Box::new(entry.clone())));
        }
        match gateway.store().commit(&home.scope, batch).await {
            Err(StoreError::Conflict) if made < ATTEMPTS_MAX => {
                made += 1;
                let before = std::mem::take(&mut home.positions);
                home = find(gateway, token).await?;
                // What was asked for stays said: the cart shows it.
                home.positions.iter_mut().for_each(|position| position.share_told(&before));
                let now_due = visit(&home.session, &home.positions, gateway.now());
                if !(home.collects && matches!(&now_due, Visit::Mint { due: wanted } if wanted == due)) {
                    write_journal(gateway, &home, entries).await;
                    return Ok(Recorded::Moved(Box::new(home)));
                }
            }
            settled => return Ok(settled.map(|()| Recorded::Minted)?),
        }
    }
}

async fn write_journal(gateway: &Gateway, home: &Home, entries: Vec<JournalEntry>) {
    let mut batch = Batch::new();
    for entry in entries {
        batch.push(Write::InsertJournal(Box::new(entry)));
    }
    if let Err(error) = gateway.store().commit(&home.scope, batch).await {
        tracing::error!(cause = %error, "the journal of a cart that nobody uses was not written");
    }
}
