// SPDX-License-Identifier: AGPL-3.0-or-later
//! What handlers take from a request. Taking never trusts: everything is parsed at the door, and what does not parse is
//! a problem with all its faults.

mod body;
mod faults;
mod headers;
mod json;
mod key;
mod preconditions;
mod query;
mod segment;

pub use body::{BODY_BYTES_MAX, Body};
pub(crate) use body::{read_all, schema_of, unreadable};
pub use key::IdempotencyKey;
pub use preconditions::Preconditions;
pub use query::Query;
pub use segment::{Segment, Segments};

pub(crate) use faults::{faults, faults_at};
pub(crate) use headers::check_headers;
pub(crate) use json::{canonical, strict};
pub(crate) use key::check_key;
pub(crate) use query::check_query;
