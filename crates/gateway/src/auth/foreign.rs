// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tokens of others: an identity provider, or PDND with its vouchers. Such a token says who calls; what that is worth an
//! operator has written down, and the institution's delegation bounds it today.

use std::sync::Arc;

use serde_json::Value;
use tramite_domain::access::{ClientKind, ClientStatus};
use tramite_domain::time::Instant;
use tramite_domain::trusted_issuer::{CallerClaim, Eservice, IssuerTerms};
use uuid::Uuid;

use super::caller::Identity;
use super::dpop::{self, Once};
use super::identify::{Asked, Scheme, acting, refused};
use super::issuers::Trusted;
use super::token::{Span, Token};
use crate::gateway::Gateway;
use crate::keys::VerifyingKey;
use crate::problem::Problem;

/// How far ahead such a token may end, in seconds: a day. What was given for longer was not given for a request.
const AHEAD_SECONDS_MAX: i64 = 86_400;

/// What such a token stands for today, and its proof where it needs one; none where it stands for nothing here.
///
/// # Errors
/// Whatever keeps the store from telling; a challenge where the token wants a proof that was not shown.
pub(super) async fn foreign(
    gateway: &Gateway,
    asked: &Asked<'_>,
    (scheme, text): (Scheme, &str),
    token: &Token<'_>,
) -> Result<Option<(Identity, Option<Once>)>, Problem> {
    let Some((trusted, claims)) = proved(gateway, token).await? else { return Ok(None) };
    let terms = &trusted.issuer.terms;
    if !holds(terms, &trusted.issuer.issuer, &claims, gateway.now()) {
        return Ok(None);
    }
    let told = |claim: CallerClaim| claims.get(claim.name()).and_then(Value::as_str);
    let Some(mapped) = terms.caller(told) else { return Ok(None) };
    let Some(client) = gateway.fresh().client(gateway, mapped.client_id).await? else { return Ok(None) };
    // No token of others is an operator's, whatever was written down.
    if client.status != ClientStatus::Active || client.kind != ClientKind::Application {
        return Ok(None);
    }
    let once = shown_by_its_owner(gateway, asked, (scheme, text), &claims)?;
    let scopes = mapped.scopes.iter().copied().filter(|scope| !scope.is_platform()).collect();
    name_voucher(&claims);
    let tenant = acting(gateway, client, mapped.institution_id, scopes, None).await?;
    Ok(tenant.map(|tenant| (Identity::Tenant(tenant), once)))
}

/// The issuer of a token and its claims, where one of the issuer's keys signed them by what it may sign by.
async fn proved(gateway: &Gateway, token: &Token<'_>) -> Result<Option<(Arc<Trusted>, Value)>, Problem> {
    let Ok(unproved) = token.unproved() else { return Ok(None) };
    let Some(name) = unproved.get("iss").and_then(Value::as_str) else { return Ok(None) };
    let Some(mut trusted) = gateway.issuers().named(gateway, name).await? else { return Ok(None) };
    let types: Vec<&str> = trusted.issuer.terms.types.iter().map(String::as_str).collect();
    let Some(kid) = token.key_id().filter(|_| token.is_of(&types)) else { return Ok(None) };
    if trusted.keys.of(kid, gateway.now()).is_none() {
        let Some(again) = gateway.issuers().missed(gateway, &trusted).await? else { return Ok(None) };
        trusted = again;
    }
    let public = trusted.keys.of(kid, gateway.now());
    let accepted = public.filter(|key| trusted.issuer.terms.algorithms.contains(&key.algorithm()));
    let Some(key) = accepted.and_then(|key| VerifyingKey::of(key).ok()) else { return Ok(None) };
    Ok(token.claims(&key).ok().map(|claims| (trusted, claims)))
}

/// Whether the claims are for us and now, and, of a voucher, for our e-service.
fn holds(terms: &IssuerTerms, issuer: &str, claims: &Value, now: Instant) -> bool {
    let Ok(span) = Span::of(claims) else { return false };
    let soon = span.exp <= now.datetime().timestamp().saturating_add(AHEAD_SECONDS_MAX);
    let issued = claims.get("iss").and_then(Value::as_str) == Some(issuer);
    let ours = is_for(claims, &terms.audience);
    let voucher = terms.eservice.as_ref().is_none_or(|eservice| is_voucher(eservice, claims, span));
    issued && ours && soon && span.holds(now) && voucher
}

fn is_for(claims: &Value, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// Whether it is a voucher for that e-service, with all that a voucher says.
fn is_voucher(eservice: &Eservice, claims: &Value, span: Span) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let whole = text("jti").is_some() && text("client_id").is_some() && text("purposeId").is_some();
    let version = text("descriptorId").is_some_and(|one| {
        eservice.descriptor_ids.is_empty() || eservice.descriptor_ids.iter().any(|known| known == one)
    });
    whole
        && version
        && span.iat.is_some()
        && text("producerId") == Some(&eservice.producer_id)
        && text("eserviceId") == Some(&eservice.eservice_id)
}

/// A token that is bound to a key is its owner's alone, who proves it with each request (RFC 9449); any other is whoever's
/// shows it. The proof is not yet remembered.
///
/// # Errors
/// The refusal of a token that is shown otherwise.
fn shown_by_its_owner(
    gateway: &Gateway,
    asked: &Asked<'_>,
    (scheme, text): (Scheme, &str),
    claims: &Value,
) -> Result<Option<Once>, Problem> {
    let Some(bound) = claims.get("cnf") else {
        return if scheme == Scheme::Bearer { Ok(None) } else { Err(refused(scheme)) };
    };
    // Bound to something else, as a certificate, it is nobody's here: we see none.
    let only = bound.as_object().filter(|members| members.len() == 1);
    let Some(thumbprint) = only.and_then(|members| members.get("jkt")).and_then(Value::as_str) else {
        return Err(refused(scheme));
    };
    match scheme {
        Scheme::Bearer => Err(dpop::challenge()),
        Scheme::Dpop => dpop::proves(gateway, asked, text, thumbprint).map(Some).ok_or_else(dpop::challenge),
    }
}

/// The log names the voucher and the purpose it was given for, as ModI wants; both are ids.
fn name_voucher(claims: &Value) {
    let span = tracing::Span::current();
    for (claim, field) in [("purposeId", "purpose_id"), ("jti", "voucher_id")] {
        let id = claims.get(claim).and_then(Value::as_str).and_then(|text| Uuid::try_parse(text).ok());
        if let Some(id) = id {
            span.record(field, tracing::field::display(id));
        }
    }
}
