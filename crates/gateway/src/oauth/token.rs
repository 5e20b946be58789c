// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /oauth2/token`: client credentials (RFC 6749, 4.4).

use std::collections::BTreeSet;

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use tramite_domain::access::{ApiScope, Client, ClientKind};
use tramite_domain::ident::InstitutionCode;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::{Institution, InstitutionStatus};
use tramite_domain::tax_code::InstitutionTaxCode;

use super::answer::{NoToken, TokenAnswer};
use super::authenticate::authenticate;
use super::grant::{Target, asked, grant, support_grant};
use super::request::{FORM_BYTES_MAX, TokenRequest};
use crate::auth::{Grant, access_token};
use crate::extract::read_all;
use crate::gate::{keep, source_of};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Gives a token to a client that proves itself.
#[post("/oauth2/token")]
pub(super) async fn token(gateway: Data<Gateway>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match give(&gateway, &request, payload).await {
        Ok(answer) => answer.into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn give(gateway: &Gateway, request: &HttpRequest, payload: Payload) -> Result<TokenAnswer, NoToken> {
    let source = source_of(request.peer_addr(), request.headers(), &gateway.settings().trusted_proxies);
    keep(request, gateway.limits().token_source(source))?;
    let form = read_all(payload.into_inner(), FORM_BYTES_MAX, gateway.settings().body_time_max).await?;
    let asking = TokenRequest::read(request.headers(), &form)?;
    let client = authenticate(gateway, &asking).await?;
    // Counted once the client has proved itself: nobody can use up the tokens of somebody else.
    keep(request, gateway.limits().token_client(client.id))?;
    tracing::Span::current().record("client_id", tracing::field::display(client.id));
    let named = named_institution(gateway, &client, asking.institution.as_deref()).await?;
    let wanted = asked(asking.scope.as_deref())?;
    let grant = match &named {
        Some(institution) if client.kind == ClientKind::Operator => {
            in_support(gateway, &client, institution, wanted.as_ref()).await?
        }
        named => {
            let target = named.as_ref().map_or(Target::Unsaid, |institution| Target::Institution(institution.id));
            grant(&client, target, wanted.as_ref(), gateway.now())?
        }
    };
    let institution = active_institution(gateway, &grant, named).await?;
    gateway.keys().refresh(gateway.now(), None).await;
    let signed = access_token(gateway, &grant).map_err(|error| {
        tracing::error!(cause = %error, "no token can be signed");
        Problem::new(Code::InternalError)
    })?;
    Ok(TokenAnswer::new(signed, &grant, institution.as_ref(), gateway.now()))
}

/// The institution that the request names, if the client acts for it. One that is not there and one that is not the
/// client's are told in the same words.
async fn named_institution(
    gateway: &Gateway,
    client: &Client,
    named: Option<&str>,
) -> Result<Option<Institution>, NoToken> {
    let Some(key) = named else { return Ok(None) };
    let none = NoToken::InvalidTarget("The client does not act for this institution.");
    // What names no institution in form is not asked of the store: no database takes every text.
    if !may_name_one(key) {
        return Err(none);
    }
    let found = gateway.store().system().institution_by(key).await.map_err(Problem::from)?;
    let now = gateway.now();
    let theirs = |institution: &Institution| {
        // Operators know every institution; whether one may read in it is asked next.
        client.kind == ClientKind::Operator || client.acts_for(institution.id, now).is_some()
    };
    found.filter(theirs).map(Some).ok_or(none)
}

/// What an operator gets who names an institution: what its open access lets it do. Read from the store, not from what we
/// remember.
async fn in_support(
    gateway: &Gateway,
    client: &Client,
    institution: &Institution,
    wanted: Option<&BTreeSet<ApiScope>>,
) -> Result<Grant, NoToken> {
    if !institution.support_access {
        return Err(NoToken::InvalidTarget("The institution has switched support access off."));
    }
    let found = gateway.store().system().live_support_access(client.id, institution.id, gateway.now()).await;
    let access = found.map_err(Problem::from)?;
    let none = NoToken::InvalidTarget("The operator has no open support access to this institution.");
    support_grant(client, access.ok_or(none)?, wanted)
}

/// Whether a text has the form of an id, a tax code or a code.
fn may_name_one(text: &str) -> bool {
    text.parse::<InstitutionId>().is_ok()
        || text.parse::<InstitutionTaxCode>().is_ok()
        || text.parse::<InstitutionCode>().is_ok()
}

/// The institution of the grant, which must be active.
async fn active_institution(
    gateway: &Gateway,
    grant: &Grant,
    named: Option<Institution>,
) -> Result<Option<Institution>, NoToken> {
    let Some(id) = grant.institution else { return Ok(None) };
    let institution = match named {
        Some(institution) => Some(institution),
        None => gateway.store().system().institution(id).await.map_err(Problem::from)?,
    };
    let inactive = NoToken::InvalidTarget("The institution is not active.");
    institution.filter(|one| one.status == InstitutionStatus::Active).map(Some).ok_or(inactive)
}
