// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a command needs that is a client of the API like any other: where Tramite is, who asks, and for whom.

use clap::Args;
use tramite_domain::ident::InstitutionCode;
use tramite_domain::secret::Secret;
use url::Url;
use uuid::Uuid;

use super::addresses::{WEB_EXPECTED, web_address};
use super::reader::{Reader, present};
use super::secret_file::read_secret;

/// What a client of the API is told.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ClientOptions {
    /// Where Tramite is, for example `https://tramite.example.it`
    #[arg(long, env = "TRAMITE_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The id of the client that asks
    #[arg(long, env = "TRAMITE_CLIENT_ID", value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The file with its secret
    #[arg(long, env = "TRAMITE_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub(crate) client_secret_file: Option<String>,
    /// The institution that it asks for, by its code
    #[arg(long, env = "TRAMITE_INSTITUTION", value_name = "CODE")]
    pub(crate) institution: Option<String>,
}

/// What a client of the API was told, read.
#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    /// Where Tramite is.
    pub(crate) url: Url,
    /// The id of the client.
    pub(crate) client_id: Uuid,
    /// Its secret.
    pub(crate) client_secret: Secret<String>,
    /// The institution.
    pub(crate) institution: InstitutionCode,
}

impl ClientOptions {
    /// Reads all of it; none where something is wrong.
    pub(crate) fn read(&self, reader: &mut Reader) -> Option<ClientSettings> {
        const SECRET: &str = "TRAMITE_CLIENT_SECRET_FILE";
        let url = reader.required("TRAMITE_URL", self.url.as_deref(), WEB_EXPECTED, web_address);
        let client_id = reader.required(
            "TRAMITE_CLIENT_ID",
            self.client_id.as_deref(),
            "the id of a client, for example 01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40",
            |text| text.parse().ok(),
        );
        let secret = match present(self.client_secret_file.as_deref()) {
            Some(_) => read_secret(reader, SECRET, self.client_secret_file.as_deref()),
            None => {
                reader.wrong(SECRET, "is not set; expected a file that holds the secret in one line");
                None
            }
        };
        let institution = reader.required(
            "TRAMITE_INSTITUTION",
            self.institution.as_deref(),
            "the code of an institution, for example comune-perugia",
            |text| InstitutionCode::new(text).ok(),
        );
        Some(ClientSettings {
            url: url?,
            client_id: client_id?,
            client_secret: Secret::new(secret?),
            institution: institution?,
        })
    }
}
