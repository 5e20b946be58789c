// SPDX-License-Identifier: AGPL-3.0-or-later
//! A body that says nothing.

use serde::Deserialize;
use utoipa::ToSchema;

/// Nothing to say beside the action itself.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub(crate) struct EmptyInput {}
