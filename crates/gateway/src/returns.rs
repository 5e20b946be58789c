// SPDX-License-Identifier: AGPL-3.0-or-later
//! To which addresses citizens may be sent back (api.md, Environments). Said once, for the routes that take such addresses and
//! for the start of a process that finds them in its database.

use tramite_domain::environment::Environment;
use tramite_outbound::{Reach, reach};
use url::Url;

/// Where citizens may be sent back to at all, before the origins of a delegation are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// By https to the world: production.
    World,
    /// By https to anywhere: a sandbox that others reach.
    Anywhere,
    /// By https to anywhere, and by http to this machine: a developer's sandbox.
    AnywhereAndHere,
}

impl Returns {
    /// What an environment allows; whether a sandbox sends citizens to this machine is its operator's word.
    #[must_use]
    pub const fn of(environment: Environment, loopback: bool) -> Self {
        match environment {
            Environment::Production => Self::World,
            Environment::Sandbox if loopback => Self::AnywhereAndHere,
            Environment::Sandbox => Self::Anywhere,
        }
    }
}

/// Whether citizens may be sent back to an address of that scheme and host.
#[must_use]
pub fn citizens_may_return(url: &Url, returns: Returns) -> bool {
    let place = reach(url);
    match (url.scheme(), returns) {
        ("https", Returns::World) => place == Some(Reach::Public),
        ("https", Returns::Anywhere | Returns::AnywhereAndHere) => place.is_some(),
        ("http", Returns::AnywhereAndHere) => place == Some(Reach::Loopback),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citizens_of_production_are_sent_to_https_addresses_of_the_world() {
        for (address, sandbox, production) in [
            ("https://portale.example.it", true, true),
            ("https://portale.example.it:8443", true, true),
            ("http://portale.example.it", false, false),
            ("https://localhost:8443", true, false),
            ("http://127.0.0.1:9000", true, false),
            ("http://[::1]", true, false),
            ("https://10.0.0.1", true, false),
            ("https://sandbox", true, false),
            ("ftp://portale.example.it", false, false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(citizens_may_return(&url, Returns::of(Environment::Sandbox, true)), sandbox, "{address}");
            assert_eq!(citizens_may_return(&url, Returns::of(Environment::Production, true)), production, "{address}");
        }
    }
}
