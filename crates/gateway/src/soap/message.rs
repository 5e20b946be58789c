// SPDX-License-Identifier: AGPL-3.0-or-later
//! A message of the Node and our answer, apart from HTTP.

/// What came in.
#[derive(Debug, Clone, Default)]
pub struct Inbound {
    /// The body, as received.
    pub bytes: Vec<u8>,
    /// The SOAPAction header, where there was one.
    pub soap_action: Option<String>,
    /// Who is at the other end, where the listener proved it.
    pub peer: Option<Peer>,
}

/// What goes out; always `text/xml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// HTTP status.
    pub status: u16,
    /// The whole message.
    pub body: Vec<u8>,
}

/// A proved peer. The Node's listener puts it into the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// SHA-256 of the peer's public key, hexadecimal.
    pub fingerprint: String,
}
