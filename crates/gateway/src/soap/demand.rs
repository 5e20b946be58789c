// SPDX-License-Identifier: AGPL-3.0-or-later
//! paDemandPaymentNotice: a notice for a spontaneous payment begun at the provider (rules.md 25). The position is new, or
//! found by the key that the service's document names; it is committed before it is answered.

use std::sync::Arc;

use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Origin, TermsContext, numbers_to_open, open};
use tramite_domain::given::{Given, Numbers, WorldIds};
use tramite_domain::institution::Institution;
use tramite_domain::iuv_rules::NO_NUMBERS;
use tramite_domain::node::{payable_first, verified};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::{
    DemandDocument, DemandFault, Demanded, Service, blame, demanded, same_amount, same_debtor,
};
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Answer, DemandAnswer, DemandRequest, Notice, PaaFault};
use tramite_pagopa::embedded::guard_embedded;
use tramite_pagopa::soap;
use tramite_storage::{Rule, Scope, StoreError};

use super::answer::{InJournal, OK, Told};
use super::denied::Denied;
use super::door::Soap;
use super::exchange::Exchange;
use super::journal::{Facts, Response, lines};
use super::mapping_payment::verify_answer;
use super::serve::ANSWERED;

/// How often a position is looked for and made before whoever demands it is asked to come again: each time another demand
/// of the same key, or a change of the position, was faster.
const ATTEMPTS_MAX: u32 = 4;

/// A demand on its way.
#[derive(Clone, Copy)]
pub(crate) struct Demanding<'a> {
    /// The exchange it came with.
    pub(crate) exchange: &'a Exchange,
    /// What the journal tells of it.
    pub(crate) facts: &'a Facts,
    /// The message as it came.
    pub(crate) bytes: &'a [u8],
    /// What it says.
    pub(crate) request: &'a DemandRequest,
}

/// Answers a demand.
pub(crate) async fn demand(
    soap: &Soap,
    institution: &Arc<Institution>,
    demanding: Demanding<'_>,
) -> Result<Told, Denied> {
    let request = demanding.request;
    let scope = Scope::of_node(institution.id);
    let service = soap.store().demanded_service(&scope, &request.service_id, &request.subject_id).await?;
    let service = service.ok_or(DemandFault::NotOffered)?;
    let document = guard_embedded(request.data.expose()).map_err(|_| UNREADABLE)?;
    let document = DemandDocument { root: &document.root, namespace: &document.namespace, fields: &document.leaves };
    let demanded = demanded(&service, document)?;
    let ground = Ground { soap, institution, scope, service, demanded };
    let mut made = 1;
    loop {
        match ground.answer(demanding).await {
            Err(Denied::Store(error)) if is_overtaken(&error) && made < ATTEMPTS_MAX => made += 1,
            outcome => return outcome,
        }
    }
}

const UNREADABLE: Denied =
    Denied::Fault(PaaFault::SyntaxExtraXsd, "i dati specifici del servizio non sono XML leggibile");

/// Whether another demand of the same key, or somebody else, has just written the same thing.
const fn is_overtaken(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict | StoreError::Duplicate(Rule::ExternalId | Rule::Iuv | Rule::Other(_)))
}

/// What an answer rests on.
struct Ground<'a> {
    soap: &'a Soap,
    institution: &'a Arc<Institution>,
    scope: Scope,
    service: Service,
    demanded: Demanded,
}

impl Ground<'_> {
    async fn answer(&self, demanding: Demanding<'_>) -> Result<Told, Denied> {
        let store = self.soap.store();
        let terms = store.terms(&self.scope, &self.service.code, Some(&self.demanded.external_id)).await?;
        let now = demanding.exchange.at;
        if let Some(position) = terms.existing {
            same_debtor(&self.service, &self.demanded, &position)?;
            let answer = self.notice(&position, now)?;
            return Ok(Told::new(answer, Some(Arc::clone(self.institution))));
        }
        let (position, batch) = self.open(now).await?;
        let answer = self.notice(&position, now)?;
        self.commit(demanding, batch, answer).await
    }

    /// A position of its own, with its notice numbers.
    async fn open(&self, now: Instant) -> Result<(DebtPosition, Batch), Denied> {
        let (institution, service, numbers) = (self.institution, &self.service, &NO_NUMBERS);
        let context = TermsContext { institution, service, free_beneficiary: false, numbers, now };
        let input = &self.demanded.input;
        let refused = |refusal: Refusal| Denied::Demand(blame(&self.service, &refusal));
        let count = numbers_to_open(context, input).map_err(refused)?;
        let (link, _) = self.institution.issuing_station(now).ok_or(DemandFault::Unusable)?;
        let numbers = self.soap.store().take_numbers(&self.scope, link, count).await?;
        let mut ids = WorldIds(self.soap.world());
        let mut given = Given { now, ids: &mut ids, client_id: None, request_id: None };
        let decided = open(context, &mut given, &mut Taken(numbers.into_iter()), input, Origin::Demand);
        let decided = decided.map_err(refused)?;
        Ok((decided.position, decided.batch))
    }

    /// What verify would say of the position, with its notice.
    fn notice(&self, position: &DebtPosition, now: Instant) -> Result<Answer, Denied> {
        let (installment, number) = payable_first(position, now)?;
        same_amount(&self.service, &self.demanded, installment.amount)?;
        let told = verified(self.institution, position, installment, now, now)?;
        Ok(Answer::Demand(DemandAnswer {
            notice: Notice { fiscal_code: self.institution.tax_code.to_string(), notice_number: number.to_string() },
            payment: verify_answer(self.institution, told),
        }))
    }

    /// Writes the position with both lines of the journal: what is answered is there.
    async fn commit(&self, demanding: Demanding<'_>, mut batch: Batch, answer: Answer) -> Result<Told, Denied> {
        let facts = match &answer {
            Answer::Demand(told) => demanding.facts.clone().with_notice(&told.notice),
            _ => demanding.facts.clone(),
        };
        let body = soap::answer(&answer);
        let response = Response { outcome: OK, http_status: ANSWERED, body: &body };
        for line in lines(self.soap.world(), demanding.exchange, &facts, demanding.bytes, &response) {
            batch.push(Write::InsertJournal(Box::new(line)));
        }
        self.soap.store().commit(&self.scope, batch).await?;
        let institution = Some(Arc::clone(self.institution));
        Ok(Told { answer, institution, journal: InJournal::Committed })
    }
}

/// Numbers taken from the institution's sequence; what is not used stays a gap (rules.md 1).
struct Taken(std::vec::IntoIter<NoticeNumber>);

impl Numbers for Taken {
    fn next(&mut self) -> Option<NoticeNumber> {
        self.0.next()
    }
}
