// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages to test with.
#![expect(clippy::unwrap_used, reason = "helpers of a test target are not seen as tests")]
#![allow(dead_code, reason = "each test target uses a part of it")]

pub(crate) mod samples;
