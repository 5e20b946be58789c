// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which part of the one list of routes a listener serves. Where operators have a listener of their own, the public one
//! does not know their routes: they are not refused there, they are not there (api.md, Tenancy and tokens).

use crate::api::Access;

/// Routes outside of the contract's `paths` that operators need too: where tokens are taken, and what checks them.
const FOR_OPERATORS: [&str; 2] = ["/oauth2/", "/.well-known/"];

/// What a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Everything.
    Whole,
    /// Everything but what operators alone may do.
    Tenants,
    /// What operators may do, with what they need for it.
    Platform,
}

impl Face {
    /// Whether an operation is served.
    pub(crate) fn serves(self, access: &Access) -> bool {
        let Access::AnyOf(scopes) = access else { return true };
        match self {
            Self::Whole => true,
            Self::Tenants => !scopes.iter().all(|scope| scope.is_platform()),
            Self::Platform => scopes.iter().any(|scope| scope.is_platform()),
        }
    }

    /// Whether a route outside of the contract's `paths` is served.
    pub(crate) fn serves_protocol(self, path: &str) -> bool {
        self != Self::Platform || FOR_OPERATORS.iter().any(|prefix| path.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use tramite_domain::access::ApiScope;

    use super::*;

    #[test]
    fn an_operation_of_operators_alone_is_on_their_listener_and_one_of_both_on_both() {
        let operators = Access::AnyOf(vec![ApiScope::PlatformWrite]);
        let both = Access::AnyOf(vec![ApiScope::PlatformRead, ApiScope::ServicesRead]);
        let tenants = Access::AnyOf(vec![ApiScope::ReceiptsRead]);
        for (access, whole, public, platform) in [
            (operators, true, false, true),
            (both, true, true, true),
            (tenants, true, true, false),
            (Access::Public, true, true, true),
        ] {
            let served = [Face::Whole, Face::Tenants, Face::Platform].map(|face| face.serves(&access));
            assert_eq!(served, [whole, public, platform], "{access:?}");
        }
    }
}
