// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reading endpoints.

use diesel::prelude::*;
use tramite_domain::ids::{ClientId, InstitutionId, WebhookEndpointId};
use tramite_domain::webhook::WebhookEndpoint;

use super::WebhookDoor;
use crate::column::Id;
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::webhook::EndpointRow;
use crate::schema::webhook_endpoints as endpoints;
use crate::store::Answer;

impl WebhookDoor {
    /// All of them, the newest first: there are few.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn list(&self) -> Answer<'_, Vec<WebhookEndpoint>> {
        Box::pin(async move { self.find(None).await })
    }

    /// The same, page by page.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn pages<'a>(&'a self, page: &'a PageRequest) -> Answer<'a, Page<WebhookEndpoint>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::WebhookEndpoints)?;
            let mut found = self.find(None).await?;
            found.retain(|one| after.is_none_or(|after| one.id.uuid() < after));
            Ok(Page::cut(found, page, |one| Cursor::after_id(List::WebhookEndpoints, one.id.uuid())))
        })
    }

    /// The endpoint of that id.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn show(&self, id: WebhookEndpointId) -> Answer<'_, Option<WebhookEndpoint>> {
        Box::pin(async move { Ok(self.find(Some(id)).await?.pop()) })
    }

    async fn find(&self, id: Option<WebhookEndpointId>) -> Result<Vec<WebhookEndpoint>, StoreError> {
        let (institution, client) = (self.institution, self.client);
        let rows = self.store.read(self.who(), move |db| Box::pin(rows(db, institution, client, id))).await?;
        rows.into_iter().map(EndpointRow::into_endpoint).collect()
    }
}

async fn rows(
    mut db: Db<'_>,
    institution: InstitutionId,
    client: ClientId,
    id: Option<WebhookEndpointId>,
) -> Result<Vec<EndpointRow>, StoreError> {
    let rows = load_boxed!(&mut db, DB => {
        let mut query = endpoints::table
            .filter(endpoints::institution_id.eq(Id(institution)))
            .filter(endpoints::client_id.eq(Id(client)))
            .filter(endpoints::ended_at.is_null())
            .order(endpoints::id.desc())
            .select(EndpointRow::as_select())
            .into_boxed::<DB>();
        if let Some(id) = id {
            query = query.filter(endpoints::id.eq(Id(id)));
        }
        query
    })?;
    Ok(rows)
}
