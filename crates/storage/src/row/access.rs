// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stations, clients, secrets, keys and delegations.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::access::{ApiScope, Client, ClientKind, ClientSecret, ClientStatus, Delegation, DelegationStatus};
use tramite_domain::client_key::{ClientKey, PublicKey};
use tramite_domain::client_limits::ClientLimits;
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{ClientId, ClientSecretId, DelegationId, InstitutionId};
use tramite_domain::station::Station;

use super::{digest, fit, known, read};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{client_keys, client_secrets, clients, delegations, stations};

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = stations)]
pub(crate) struct StationRow {
    pub(crate) id: String,
    broker_tax_code: String,
    version: i16,
    primitive_version: i16,
    enabled: bool,
    row_version: i64,
    created_at: At,
    updated_at: At,
}

impl StationRow {
    pub(crate) fn of(station: &Station) -> Self {
        Self {
            id: station.id.to_string(),
            broker_tax_code: station.broker_tax_code.to_string(),
            version: i16::from(station.version),
            primitive_version: i16::from(station.primitive_version),
            enabled: station.enabled,
            row_version: station.row_version,
            created_at: At(station.created_at),
            updated_at: At(station.updated_at),
        }
    }

    pub(crate) fn into_station(self) -> Result<Station, StoreError> {
        Ok(Station {
            id: read("stations.id", &self.id)?,
            broker_tax_code: read("stations.broker_tax_code", &self.broker_tax_code)?,
            version: fit("stations.version", self.version)?,
            primitive_version: fit("stations.primitive_version", self.primitive_version)?,
            enabled: self.enabled,
            row_version: self.row_version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clients, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ClientRow {
    pub(crate) id: Id<ClientId>,
    kind: String,
    display_name: String,
    status: String,
    demo: bool,
    version: i64,
    created_at: At,
    updated_at: At,
    limits: Option<Doc<ClientLimits>>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = client_keys, treat_none_as_default_value = false)]
pub(crate) struct KeyRow {
    pub(crate) client_id: Id<ClientId>,
    id: String,
    public_key: Doc<PublicKey>,
    created_at: At,
    expires_at: Option<At>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = client_secrets, treat_none_as_default_value = false)]
pub(crate) struct SecretRow {
    pub(crate) client_id: Id<ClientId>,
    id: Id<ClientSecretId>,
    sha256: Vec<u8>,
    created_at: At,
    expires_at: Option<At>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = delegations, treat_none_as_default_value = false)]
pub(crate) struct DelegationRow {
    institution_id: Id<InstitutionId>,
    id: Id<DelegationId>,
    pub(crate) client_id: Id<ClientId>,
    scopes: Doc<BTreeSet<ApiScope>>,
    service_codes: Option<Doc<BTreeSet<ServiceCode>>>,
    return_origins: Doc<Vec<String>>,
    status: String,
    expires_at: Option<At>,
    created_at: At,
}

impl ClientRow {
    pub(crate) fn of(client: &Client) -> Self {
        Self {
            id: Id(client.id),
            kind: client.kind.name().to_owned(),
            display_name: client.display_name.to_string(),
            status: client.status.name().to_owned(),
            demo: client.demo,
            version: client.version,
            created_at: At(client.created_at),
            updated_at: At(client.updated_at),
            limits: client.limits.map(Doc),
        }
    }

    pub(crate) fn into_client(
        self,
        secrets: Vec<ClientSecret>,
        keys: Vec<ClientKey>,
        delegations: Vec<Delegation>,
    ) -> Result<Client, StoreError> {
        Ok(Client {
            id: self.id.0,
            kind: known("clients.kind", ClientKind::named(&self.kind))?,
            display_name: read("clients.display_name", &self.display_name)?,
            status: known("clients.status", ClientStatus::named(&self.status))?,
            demo: self.demo,
            secrets,
            keys,
            limits: self.limits.map(|limits| limits.0),
            delegations,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

impl KeyRow {
    pub(crate) fn of(client: ClientId, key: &ClientKey) -> Self {
        Self {
            client_id: Id(client),
            id: key.id.to_string(),
            public_key: Doc(key.public.clone()),
            created_at: At(key.created_at),
            expires_at: key.expires_at.map(At),
        }
    }

    pub(crate) fn into_key(self) -> Result<ClientKey, StoreError> {
        Ok(ClientKey {
            id: read("client_keys.id", &self.id)?,
            public: self.public_key.0,
            created_at: self.created_at.0,
            expires_at: self.expires_at.map(|at| at.0),
        })
    }
}

impl SecretRow {
    pub(crate) fn of(client: ClientId, secret: &ClientSecret) -> Self {
        Self {
            client_id: Id(client),
            id: Id(secret.id),
            sha256: secret.sha256.to_vec(),
            created_at: At(secret.created_at),
            expires_at: secret.expires_at.map(At),
        }
    }

    pub(crate) fn into_secret(self) -> Result<ClientSecret, StoreError> {
        Ok(ClientSecret {
            id: self.id.0,
            sha256: digest("client_secrets.sha256", &self.sha256)?,
            created_at: self.created_at.0,
            expires_at: self.expires_at.map(|at| at.0),
        })
    }
}

impl DelegationRow {
    pub(crate) fn of(delegation: &Delegation) -> Self {
        Self {
            institution_id: Id(delegation.institution_id),
            id: Id(delegation.id),
            client_id: Id(delegation.client_id),
            scopes: Doc(delegation.scopes.clone()),
            service_codes: delegation.service_codes.clone().map(Doc),
            return_origins: Doc(delegation.return_origins.clone()),
            status: delegation.status.name().to_owned(),
            expires_at: delegation.expires_at.map(At),
            created_at: At(delegation.created_at),
        }
    }

    pub(crate) fn into_delegation(self) -> Result<Delegation, StoreError> {
        Ok(Delegation {
            id: self.id.0,
            institution_id: self.institution_id.0,
            client_id: self.client_id.0,
            scopes: self.scopes.0,
            service_codes: self.service_codes.map(|codes| codes.0),
            return_origins: self.return_origins.0,
            status: known("delegations.status", DelegationStatus::named(&self.status))?,
            expires_at: self.expires_at.map(|at| at.0),
            created_at: self.created_at.0,
        })
    }
}
