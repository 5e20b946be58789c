// SPDX-License-Identifier: AGPL-3.0-or-later
//! Changes of the registry that a test makes straight in the store.

use tramite_domain::access::Client;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::institution::Institution;
use tramite_storage::Change;

use super::TestGateway;

impl TestGateway {
    /// Changes an institution; every process knows after a minute, so that minute passes.
    pub async fn change_institution(&self, id: InstitutionId, change: impl FnOnce(&mut Institution)) {
        let system = self.gateway.store().system();
        let mut institution = system.institution(id).await.unwrap().unwrap();
        let expected = Some(institution.version);
        institution.version += 1;
        change(&mut institution);
        let batch = Batch::new().with(Write::PutInstitution { institution: Box::new(institution), expected });
        system.commit_institution(batch, None).await.unwrap();
        self.world.pass(60);
    }

    /// Changes a client, as above.
    pub async fn change_client(&self, id: ClientId, change: impl FnOnce(&mut Client)) {
        let system = self.gateway.store().system();
        let mut client = system.client(id).await.unwrap().unwrap();
        let expected = client.version;
        client.version += 1;
        change(&mut client);
        system.update_client(client, expected, Change::default()).await.unwrap();
        self.world.pass(60);
    }
}
