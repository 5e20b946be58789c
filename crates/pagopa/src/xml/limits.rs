// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every limit of what is read, with its unit. A real message of the Node uses a tenth of each.

/// The largest message that is read, in bytes; larger ones are refused (receipts: kept raw by the caller).
pub const MESSAGE_BYTES_MAX: usize = 512 * 1024;

/// How much of a message above [`MESSAGE_BYTES_MAX`] is looked at, in bytes, to learn which operation it was.
pub(crate) const PEEK_BYTES: usize = 8 * 1024;

/// The deepest nesting of elements, the envelope counted. The deepest legal message has nine levels.
pub const DEPTH_MAX: usize = 16;

/// The largest number of elements. The largest legal message has fewer than four hundred.
pub const ELEMENTS_MAX: usize = 4_096;

/// The largest number of attributes of one element, namespace declarations counted.
pub const ATTRIBUTES_PER_ELEMENT_MAX: usize = 32;

/// The largest number of attributes in a message, namespace declarations counted.
pub const ATTRIBUTES_MAX: usize = 1_024;

/// The largest amount of text in a receipt, in bytes of UTF-8, after references are resolved.
pub const RECEIPT_TEXT_BYTES_MAX: usize = 448 * 1024;

/// The largest XML document inside a message, in bytes, once base64 is taken away.
pub(crate) const EMBEDDED_BYTES_MAX: usize = 336 * 1024;
