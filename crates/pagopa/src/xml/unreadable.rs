// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a message cannot be read at all.

use thiserror::Error;

/// Why a message cannot be read: it is no XML that we take, or no SOAP 1.1 envelope with one known payload.
///
/// None of the reasons carries a word of the message: they may be logged and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Unreadable {
    /// More bytes than the limit.
    #[error("larger than the limit of bytes")]
    TooLarge,
    /// Elements nested too deeply.
    #[error("elements nested too deeply")]
    TooDeep,
    /// Too many elements.
    #[error("too many elements")]
    TooManyElements,
    /// Too many attributes or namespace declarations, in one element or in all.
    #[error("too many attributes")]
    TooManyAttributes,
    /// More text than a receipt may have.
    #[error("more text than a receipt may have")]
    TooMuchText,
    /// Not UTF-8, or declared as something else.
    #[error("not UTF-8")]
    Encoding,
    /// A character that XML 1.0 cannot carry, directly or by reference.
    #[error("a character that XML 1.0 excludes")]
    ForbiddenCharacter,
    /// A document type declaration, whatever it declares.
    #[error("a document type declaration")]
    Doctype,
    /// A processing instruction.
    #[error("a processing instruction")]
    ProcessingInstruction,
    /// A reference to an entity that is not one of the five predefined ones.
    #[error("a reference to an entity that is not predefined")]
    Entity,
    /// A prefix that is bound to nothing, or a binding that XML excludes.
    #[error("a namespace prefix that is not bound")]
    Namespace,
    /// Not well-formed XML.
    #[error("not well-formed XML")]
    Malformed,
    /// The root is not the envelope of SOAP 1.1, or the envelope is not built as SOAP 1.1 says.
    #[error("not a SOAP 1.1 envelope")]
    NotSoap11,
    /// The body holds none, or more than one, payload.
    #[error("the body does not hold exactly one element")]
    NotOnePayload,
    /// The payload is not one of the known operations in their namespace.
    #[error("the payload is not a known operation")]
    UnknownPayload,
}

impl Unreadable {
    /// Whether a limit of size was passed, where another sender's fault would be a wrong form.
    ///
    /// A receipt beyond a limit is kept raw and answered with a system error, for its money is real (rules.md 28).
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            Unreadable::TooLarge
                | Unreadable::TooDeep
                | Unreadable::TooManyElements
                | Unreadable::TooManyAttributes
                | Unreadable::TooMuchText
        )
    }
}
