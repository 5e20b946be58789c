// SPDX-License-Identifier: AGPL-3.0-or-later
//! Requests to addresses that institutions and their clients name: to the world alone, whatever a name resolves to when it is
//! asked (reliability.md 20). Nothing is followed, and no proxy is asked. What is sent is signed as Standard Webhooks are.

mod address;
mod failure;
mod flights;
mod outbound;
mod reach;
mod resolver;
mod signed;

pub use address::{Towards, check, web_address};
pub use failure::Unreached;
pub use flights::Flights;
pub use outbound::Outbound;
pub use reach::{Reach, of_ip, reach};
pub use resolver::{LOOKUPS_MAX, Names, SystemNames};
pub use signed::{Signed, secret_text};
