// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who asks: from the bytes of a token to a tenant or an operator. The token alone decides (api.md, Tenancy and tokens).

mod caller;
mod claims;
mod dpop;
mod foreign;
mod fresh;
mod hosting;
mod identify;
mod issue;
mod issuers;
mod reach;
mod support;
mod token;
mod verify;

pub use caller::{Caller, Mandate, Operator, Tenant};
pub use claims::{Actor, Claims};
pub use issue::{ACCESS_TOKEN_SECONDS, Grant};

pub(crate) use caller::{Holder, Identity};
pub(crate) use dpop::Once;
pub(crate) use fresh::Fresh;
pub(crate) use hosting::hosting;
pub(crate) use identify::{Asked, FOR_ALL_SCOPES, identify, reauthorize};
pub(crate) use issue::{ACCESS_TOKEN_TYPE, access_token};
pub(crate) use issuers::Issuers;
pub(crate) use reach::reach;
pub(crate) use support::witness;
pub(crate) use token::{LEEWAY_SECONDS, Span, Token, TokenError};
pub(crate) use verify::{Expected, verified};
