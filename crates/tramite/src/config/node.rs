// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the Node proves itself (api.md, The Node's listener).

use std::fmt;

/// How the Node proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NodeAuth {
    /// It does not: in a sandbox alone.
    None,
    /// By its client certificate.
    Mtls,
    /// By what a proxy says of its client certificate.
    Proxy,
}

impl NodeAuth {
    /// What the setting may say.
    pub(super) const EXPECTED: &'static str = "none, mtls or proxy";

    /// The value of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "mtls" => Some(Self::Mtls),
            "proxy" => Some(Self::Proxy),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mtls => "mtls",
            Self::Proxy => "proxy",
        }
    }
}

impl fmt::Display for NodeAuth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
