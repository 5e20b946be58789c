// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who reads the feed, and what of it exists for them.

use std::collections::BTreeMap;

use tramite_domain::access::ApiScope;
use tramite_domain::event_envelope::Envelope;
use tramite_domain::ids::{ClientId, EventId, InstitutionId};
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_storage::{FeedEvent, FeedFilter, FeedPage, PageRequest, Scope};

use super::view::EventView;
use crate::auth::{Holder, reach};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What exists for whoever asks.
pub(super) struct Reader {
    whose: Whose,
    creditors: BTreeMap<InstitutionId, InstitutionTaxCode>,
    /// The client; none for an operator in support, who sees what the institution sees.
    seen_by: Option<ClientId>,
    /// Whose waiting is counted.
    client: ClientId,
}

enum Whose {
    One(Scope),
    Many(Vec<Scope>),
}

impl Reader {
    pub(super) async fn of(gateway: &Gateway, caller: Holder) -> Result<Self, Problem> {
        Ok(match caller {
            Holder::Tenant(tenant) => Self {
                creditors: BTreeMap::from([(tenant.institution_id(), tenant.creditor)]),
                seen_by: tenant.scope.client(),
                client: tenant.client_id(),
                whose: Whose::One(tenant.scope),
            },
            Holder::ForAll(caller) => {
                let reached = reach(gateway, &caller, ApiScope::EventsRead).await?;
                Self {
                    whose: Whose::Many(reached.scopes),
                    creditors: reached.creditors,
                    seen_by: Some(caller.client.id),
                    client: caller.client.id,
                }
            }
        })
    }

    pub(super) fn client(&self) -> ClientId {
        self.client
    }

    pub(super) async fn page(
        &self,
        gateway: &Gateway,
        filter: &FeedFilter,
        page: &PageRequest,
    ) -> Result<FeedPage, Problem> {
        let now = gateway.now();
        Ok(match &self.whose {
            Whose::One(scope) => gateway.store().feed_page(scope, filter, page, now).await?,
            Whose::Many(scopes) => gateway.store().system().feed_of_all(scopes, filter, page, now).await?,
        })
    }

    pub(super) async fn event(&self, gateway: &Gateway, id: EventId) -> Result<Option<FeedEvent>, Problem> {
        Ok(match &self.whose {
            Whose::One(scope) => gateway.store().event(scope, id).await?,
            Whose::Many(scopes) => gateway.store().system().event_of_all(scopes, id).await?,
        })
    }

    /// The event in its envelope; none of an institution that the reader does not know, which the store gives nobody.
    pub(super) fn view(&self, found: FeedEvent) -> Option<EventView> {
        let creditor = self.creditors.get(&found.institution)?;
        let event = found.event.seen_by(self.seen_by);
        Some(EventView::of(Envelope::of(event, found.institution, creditor.to_string())))
    }
}
