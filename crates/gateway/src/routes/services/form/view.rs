// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of a form, and a definition as it comes and goes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tramite_domain::form::{Definition, FormVersion, digest, json_schema, presentation, public_rows};
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::forms::ReadyForm;
use crate::problem::{Code, Problem};
use crate::words;

/// A definition as it comes and goes. Its grammar is the domain's: what is wrong with it is told by its own reader, by the place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DefinitionBody(pub(super) Value);

impl PartialSchema for DefinitionBody {
    fn schema() -> RefOr<Schema> {
        words::FormDefinition::schema()
    }
}

impl ToSchema for DefinitionBody {
    fn name() -> Cow<'static, str> {
        words::FormDefinition::name()
    }
}

impl DefinitionBody {
    /// What it says.
    ///
    /// # Errors
    /// Every fault of its form, by its place.
    pub(super) fn read(&self) -> Result<Definition, Vec<Violation>> {
        tramite_domain::form::read(self.0.to_string().as_bytes())
    }
}

/// A published version of a form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormVersion, example = json!({
    "service_code": "ZTL", "version": 3, "sha256": "3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550",
    "registries": ["zones"], "published_at": "2026-09-01T08:30:00Z", "definition": {"code": "ZTL"},
}))]
pub(super) struct FormVersionView {
    /// The service.
    #[schema(value_type = words::ServiceCode)]
    service_code: String,
    /// Which version.
    #[schema(value_type = words::FormVersionNumber)]
    version: u32,
    /// SHA-256 of the definition.
    #[schema(value_type = words::Sha256Hex)]
    sha256: String,
    /// The registries that it reads.
    #[schema(value_type = Vec<words::RegistryCode>, min_items = 0, max_items = 50)]
    registries: Vec<String>,
    /// When it was published.
    #[schema(value_type = words::Timestamp)]
    published_at: Instant,
    /// What was published.
    definition: DefinitionBody,
}

/// The form of a service in one language, as a portal renders it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Form, example = json!({
    "service_code": "ZTL", "version": 3, "published_at": "2026-09-01T08:30:00Z",
    "schema": {"title": "Permesso ZTL", "required": ["plate"], "additionalProperties": false},
    "presentation": {"version": 3, "languages": ["it"], "title": "Permesso ZTL", "fields": [{"name": "plate", "type": "plate", "label": "Targa"}]},
    "registries": [{"code": "zones", "version": 1, "rows": [{"code": "A", "label": "Centro"}]}],
}))]
pub(super) struct FormView {
    /// The service.
    #[schema(value_type = words::ServiceCode)]
    service_code: String,
    /// Which version is the present one.
    #[schema(value_type = words::FormVersionNumber)]
    version: u32,
    /// When it was published.
    #[schema(value_type = words::Timestamp)]
    published_at: Instant,
    /// What `values` may be.
    #[schema(value_type = words::FormSchema)]
    schema: Value,
    /// How it is shown.
    #[schema(value_type = words::FormPresentation)]
    presentation: Value,
    /// The registries that its fields choose from.
    #[schema(min_items = 0, max_items = 50)]
    registries: Vec<FormRegistryView>,
}

/// A registry as whoever fills in a form sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormRegistry)]
struct FormRegistryView {
    /// Its code.
    #[schema(value_type = words::RegistryCode)]
    code: String,
    /// Which version it is.
    #[schema(value_type = words::FormVersionNumber)]
    version: u32,
    /// Its rows.
    #[schema(value_type = Vec<words::FormRow>, min_items = 0, max_items = 10_000)]
    rows: Vec<Value>,
}

impl FormVersionView {
    /// What is shown of a version.
    ///
    /// # Errors
    /// None that happens: a definition is a tree of texts and numbers.
    pub(super) fn of(form: &FormVersion) -> Result<Self, Problem> {
        let definition = serde_json::to_value(&form.definition).map_err(|_| Problem::new(Code::InternalError))?;
        Ok(Self {
            service_code: form.service_code.to_string(),
            version: form.version,
            sha256: digest(&form.definition),
            registries: form.registries.iter().cloned().collect(),
            published_at: form.published_at,
            definition: DefinitionBody(definition),
        })
    }
}

impl FormView {
    /// The form in a language.
    pub(super) fn of(ready: &ReadyForm, language: &str) -> Self {
        let shown = |(name, version): (&String, &u32)| {
            let rows = public_rows(ready.registries.get(name)?, language);
            Some(FormRegistryView { code: name.clone(), version: *version, rows })
        };
        Self {
            service_code: ready.published.service_code.to_string(),
            version: ready.published.version,
            published_at: ready.published.published_at,
            schema: json_schema(&ready.form, language),
            presentation: presentation(&ready.form, language),
            registries: chosen(&ready.versions, ready).filter_map(shown).collect(),
        }
    }
}

/// The registries that a field chooses from: those that expressions alone read are nobody's business.
fn chosen<'a>(
    versions: &'a BTreeMap<String, u32>,
    ready: &'a ReadyForm,
) -> impl Iterator<Item = (&'a String, &'a u32)> {
    let fields = &ready.form.definition().fields;
    versions.iter().filter(|(name, _)| {
        let of = |field: &tramite_domain::form::FieldInput| field.registry.as_ref() == Some(*name);
        fields.iter().any(|field| of(field) || field.fields.iter().any(of))
    })
}
