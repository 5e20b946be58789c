// SPDX-License-Identifier: AGPL-3.0-or-later
//! Real ids for the path parameters of the contract, so that the authorisation walk can ask for things that exist.
//! A resource with a path parameter of its own adds its line here.

use super::TestGateway;
use super::made::KEY;
use super::seed::{STATION, Seeded};

impl TestGateway {
    /// The value of a path parameter that names something of institution A.
    pub async fn real_id(&self, seeded: &Seeded, path: &str, parameter: &str) -> Option<String> {
        let client = &seeded.for_a;
        match (path.split('/').nth(2)?, parameter) {
            ("institutions", "id") | ("clients", "institution_id") => Some(seeded.a.id.to_string()),
            ("stations", "id") => Some(STATION.to_owned()),
            ("services", "code") => Some("MENSA".to_owned()),
            ("registries", "code") => Some("streets".to_owned()),
            ("clients", "id") => Some(client.id.to_string()),
            ("clients", "entry_id") => {
                let known = self.gateway.store().system().client(client.id).await.unwrap()?;
                Some(known.secrets.first()?.id.to_string())
            }
            ("clients", "key_id") => Some(KEY.to_owned()),
            (resource, _) => seeded.made.get(resource).cloned(),
        }
    }
}
