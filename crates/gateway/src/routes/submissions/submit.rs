// SPDX-License-Identifier: AGPL-3.0-or-later
//! From values to a submission with its debt position: for the API and for hosted pages alike.

use data_encoding::HEXLOWER;
use tramite_domain::batch::Batch;
use tramite_domain::debt_position::{DebtPosition, Origin};
use tramite_domain::form::{Claim, Fault, Submission, SubmissionInput, submit};
use tramite_domain::ids::SubmissionId;
use tramite_domain::mac::mac;
use tramite_domain::refusal::Refusal;
use tramite_domain::submission::{
    Admitted, Channel, KeptSubmission, KnownOfSubmission, Manner, Owed, admit, keep, position_input, with_an_end,
};
use tramite_domain::violation::Violation;

use super::looked::look_up;
use crate::auth::Tenant;
use crate::forms::ReadyForm;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::routes::debt_positions::{IfExists, make};

/// What the digests of values are made for, so that the key could make no other.
const KEYS_CONTEXT: &[u8] = b"tramite submission keys v1";
/// What is told of dates that values lead to and that have passed.
const DATES_PAST: [&str; 2] = ["due_date_past", "expires_at_past"];

/// A submission as it will be kept, with what to write for that.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) kept: KeptSubmission,
    /// What is to be paid for it.
    pub(crate) position: Option<DebtPosition>,
    /// As what it was worked out.
    pub(crate) worked_out: Submission,
    pub(crate) batch: Batch,
}

/// Works out what values come to, looks whether there is a debt position for them already, and makes one where there is not.
///
/// # Errors
/// `validation_failed` with all that is wrong with the values; what the form has no room for; what keeps debt positions from being made.
pub(crate) async fn submitted(
    gateway: &Gateway,
    tenant: &Tenant,
    ready: &ReadyForm,
    input: &SubmissionInput,
    manner: Manner,
) -> Result<Submitted, Problem> {
    let worked_out = submit(&ready.form, &ready.registries, &input.values, gateway.now()).map_err(Problem::entered)?;
    let worked_out = match manner.channel {
        Channel::Api => worked_out,
        Channel::Page { ends_with_due_date } => with_an_end(worked_out, ends_with_due_date, gateway.now()),
    };
    let worked_out = with_keys_of_ours(gateway, tenant, worked_out).await?;
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
    let id: SubmissionId = given.id();
    let found = look_up(gateway, tenant, &worked_out).await?;
    let is_new = found.is_none();
    let (position, admitted) = match found {
        Some(position) => (Some(position), Admitted::default()),
        None => owe(gateway, tenant, ready, id, &worked_out).await?,
    };
    let owed = match &position {
        None => Owed::Nothing,
        Some(position) if is_new => Owed::Made(position),
        Some(position) => Owed::Found(position),
    };
    let Admitted { mut batch, handed } = admitted;
    let service = &ready.published.service_code;
    let by = (id, tenant.client_id());
    let (kept, writes) = keep(&mut given, by, service, (&worked_out, input), manner, (owed, handed));
    batch.append(writes);
    Ok(Submitted { kept, position, worked_out, batch })
}

/// Lets a new submission in and makes what is owed for it; where it comes to nothing, that is nothing.
async fn owe(
    gateway: &Gateway,
    tenant: &Tenant,
    ready: &ReadyForm,
    id: SubmissionId,
    worked_out: &Submission,
) -> Result<(Option<DebtPosition>, Admitted), Problem> {
    let now = gateway.now();
    let service = &ready.published.service_code;
    let claimed = (worked_out.unique_key.as_deref(), worked_out.claims.as_slice());
    let known = gateway.store().known_of_submission(&tenant.scope, service, claimed, now).await?;
    // Before a number is taken: who is refused takes none.
    let mut admitted = admit(id, worked_out, &known, now).map_err(|refusal| told_to(tenant, &known, refusal))?;
    if worked_out.amount.cents() == 0 {
        return Ok((None, admitted));
    }
    let input = position_input(id, service, worked_out);
    let made = make(gateway, tenant, &input, IfExists::Reject, Origin::Form).await.map_err(entered)?;
    admitted.batch.append(made.batch);
    Ok((Some(made.position), admitted))
}

/// What counts submissions is made of what persons entered, and outlives it: under a key of the institution nobody can try values out on it.
async fn with_keys_of_ours(gateway: &Gateway, tenant: &Tenant, worked_out: Submission) -> Result<Submission, Problem> {
    if worked_out.unique_key.is_none() && worked_out.claims.is_empty() {
        return Ok(worked_out);
    }
    let key = gateway.store().pseudonym_key(&tenant.scope).await?;
    let ours = |plain: String| HEXLOWER.encode(&mac(key.expose(), &[KEYS_CONTEXT, plain.as_bytes()]));
    let claims = worked_out.claims.into_iter().map(|claim| Claim { key: ours(claim.key), ..claim });
    Ok(Submission { unique_key: worked_out.unique_key.map(ours), claims: claims.collect(), ..worked_out })
}

/// The submission of another client does not exist for this one; what is to be paid for it does.
fn told_to(tenant: &Tenant, known: &KnownOfSubmission, refusal: Refusal) -> Problem {
    let own = known.first.as_ref().is_some_and(|first| first.kept.created_by == tenant.client_id());
    let problem = Problem::from(refusal);
    if own { problem } else { problem.without_existing_id() }
}

/// What is wrong with a debt position that nobody has written: it comes from the values where it is about who owes or until when, and else
/// from a form that says what its institution does not allow any more.
fn entered(problem: Problem) -> Problem {
    if problem.code() != Code::ValidationFailed {
        return problem;
    }
    let of_values = |wrong: &&Violation| wrong.pointer.starts_with("/debtor") || DATES_PAST.contains(&wrong.code);
    match problem.violations().iter().find(|wrong| !of_values(wrong)) {
        Some(wrong) => {
            let detail = format!("What the form says cannot be owed any more: {}. Publish it again.", wrong.code);
            Problem::new(Code::FormOutdated).with_detail(detail)
        }
        None => Problem::entered(
            (problem.violations().iter())
                .map(|wrong| Fault {
                    pointer: "/values".to_owned(),
                    code: wrong.code.into(),
                    detail: wrong.detail.clone(),
                    message: None,
                })
                .collect(),
        ),
    }
}
