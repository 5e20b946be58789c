// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the list of routes to the finished document.

use actix_web::App;
use serde_json::{Map, Value, json};
use tramite_domain::environment::Environment;
use utoipa::openapi::{Components, OpenApiBuilder};
use utoipa_actix_web::AppExt;

use super::{ContractError, answers, examples, headers, info, operations, prune, strict};
use crate::api::{Api, Mounted};
use crate::face::Face;
use crate::problem::{ProblemView, ViolationView};
use crate::{routes, words};

/// The order of the document's members: what a reader wants first stands first.
const ORDER: [&str; 7] = ["openapi", "info", "servers", "tags", "security", "paths", "components"];

/// The document of all routes, and the list it was made from.
pub(super) fn document(public_url: &str, environment: Option<Environment>) -> Result<(Value, Mounted), ContractError> {
    let mut mounted = Mounted::default();
    let (_, generated) = App::new()
        .into_utoipa_app()
        .openapi(base())
        .configure(|config| routes::mount(&mut Api::new(config, &mut mounted, Face::Whole)))
        .split_for_parts();
    if let Some(name) = mounted.clashes.first() {
        return Err(ContractError::Clash(name.clone()));
    }
    let mut document = serde_json::to_value(&generated)?;
    info::write(&mut document, public_url, environment);
    strict::tighten(&mut document);
    let examples = examples::take(&mut document);
    set(&mut document, "/components", "headers", headers::components());
    set(&mut document, "/components", "parameters", headers::parameters());
    set(&mut document, "/components", "responses", answers::components());
    set(&mut document, "/components", "examples", answers::examples(public_url));
    for operation in &mounted.operations {
        let place = super::table::pointer(operation);
        let Some(target) = document.pointer_mut(&place) else { return Err(ContractError::Missing(place)) };
        operations::finish(target, operation, &examples);
    }
    operations::parameters(&mut document);
    prune::unused(&mut document);
    Ok((document, mounted))
}

/// The words and the problem, which no route has to name.
fn base() -> utoipa::openapi::OpenApi {
    let mut components = Components::builder().schema_from::<ProblemView>().schema_from::<ViolationView>();
    for (name, schema) in words::all() {
        components = components.schema(name, schema);
    }
    OpenApiBuilder::new().components(Some(components.build())).build()
}

/// Writes the document with its members in [`ORDER`].
pub(super) fn text(document: &Value) -> Result<String, ContractError> {
    let mut parts = Vec::with_capacity(ORDER.len());
    for name in ORDER {
        if let Some(value) = document.get(name) {
            let pretty = serde_json::to_string_pretty(value)?;
            let indented = pretty.replace('\n', "\n  ");
            parts.push(format!("  {}: {indented}", json!(name)));
        }
    }
    Ok(format!("{{\n{}\n}}\n", parts.join(",\n")))
}

/// Sets a member of the object at a pointer, making the object where there is none.
fn set(document: &mut Value, pointer: &str, name: &str, value: Value) {
    if let Some(Value::Object(object)) = document.pointer_mut(pointer) {
        object.insert(name.to_owned(), value);
    } else if let (Value::Object(root), Some(parent)) = (document, pointer.strip_prefix('/')) {
        root.insert(parent.to_owned(), Value::Object(Map::from_iter([(name.to_owned(), value)])));
    }
}
