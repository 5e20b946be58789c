// SPDX-License-Identifier: AGPL-3.0-or-later
//! The messages as they are written: one struct for each complex type of the schema, read and written by yaserde.
//!
//! Nothing here is public. Reading starts from the canonical form of a guarded payload alone, writing from the
//! types of `current`. The order of the fields is the order of the schema.

mod answers;
mod common;
mod from_answers;
mod from_receipt;
mod from_requests;
mod receipt;
mod requests;
mod to_answers;
mod to_receipt;
mod to_requests;

pub(crate) use answers::{DemandResponseXml, GetResponseXml, PlainResponseXml, VerifyResponseXml};
pub(crate) use receipt::ReceiptRequestXml;
pub(crate) use requests::{DemandRequestXml, GetRequestXml, VerifyRequestXml};

use yaserde::ser::{Config, Serializer};
use yaserde::{YaDeserialize, YaSerialize};

/// Prefix of the wrapper; its descendants have none.
const PREFIX: &str = "pafn";

/// Reads a message from the canonical form.
///
/// yaserde's own words are dropped: they quote values.
pub(crate) fn read<T: YaDeserialize>(canonical: &str) -> Option<T> {
    yaserde::de::from_str(canonical).ok()
}

/// Writes a message under the name of its wrapper, without XML declaration.
pub(crate) fn write<T: YaSerialize>(wrapper: &str, message: &T) -> Option<Vec<u8>> {
    let config = Config { perform_indent: false, write_document_declaration: false, indent_string: None };
    let mut serializer = Serializer::new_from_writer(Vec::new(), &config);
    serializer.set_start_event_name(Some(format!("{PREFIX}:{wrapper}")));
    message.serialize(&mut serializer).ok()?;
    Some(serializer.into_inner())
}
