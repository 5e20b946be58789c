// SPDX-License-Identifier: AGPL-3.0-or-later
//! The complex types that several messages share.
//!
//! A receipt is read whatever it lacks, so everything that stands in receipts is optional here.

use yaserde_derive::{YaDeserialize, YaSerialize};

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct QrCodeXml {
    #[yaserde(rename = "fiscalCode")]
    pub(crate) fiscal_code: String,
    #[yaserde(rename = "noticeNumber")]
    pub(crate) notice_number: String,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct UniqueIdentifierXml {
    #[yaserde(rename = "entityUniqueIdentifierType")]
    pub(crate) kind: Option<String>,
    #[yaserde(rename = "entityUniqueIdentifierValue")]
    pub(crate) value: Option<String>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct SubjectXml {
    #[yaserde(rename = "uniqueIdentifier")]
    pub(crate) unique_identifier: Option<UniqueIdentifierXml>,
    #[yaserde(rename = "fullName")]
    pub(crate) full_name: Option<String>,
    #[yaserde(rename = "streetName")]
    pub(crate) street_name: Option<String>,
    #[yaserde(rename = "civicNumber")]
    pub(crate) civic_number: Option<String>,
    #[yaserde(rename = "postalCode")]
    pub(crate) postal_code: Option<String>,
    #[yaserde(rename = "city")]
    pub(crate) city: Option<String>,
    #[yaserde(rename = "stateProvinceRegion")]
    pub(crate) state_province_region: Option<String>,
    #[yaserde(rename = "country")]
    pub(crate) country: Option<String>,
    #[yaserde(rename = "e-mail")]
    pub(crate) email: Option<String>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct MapEntryXml {
    #[yaserde(rename = "key")]
    pub(crate) key: Option<String>,
    #[yaserde(rename = "value")]
    pub(crate) value: Option<String>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct MetadataXml {
    #[yaserde(rename = "mapEntry")]
    pub(crate) entries: Vec<MapEntryXml>,
}

#[derive(Default, YaDeserialize, YaSerialize)]
pub(crate) struct FaultXml {
    #[yaserde(rename = "faultCode")]
    pub(crate) code: String,
    #[yaserde(rename = "faultString")]
    pub(crate) text: String,
    #[yaserde(rename = "id")]
    pub(crate) id: String,
    #[yaserde(rename = "description")]
    pub(crate) description: Option<String>,
    #[yaserde(rename = "serial")]
    pub(crate) serial: Option<String>,
    #[yaserde(rename = "originalFaultCode")]
    pub(crate) original_code: Option<String>,
    #[yaserde(rename = "originalFaultString")]
    pub(crate) original_text: Option<String>,
    #[yaserde(rename = "originalDescription")]
    pub(crate) original_description: Option<String>,
}
