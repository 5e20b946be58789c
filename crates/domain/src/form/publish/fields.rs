// SPDX-License-Identifier: AGPL-3.0-or-later
//! All fields and tables of a form, each after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Place as At, field};
use super::order::{Order, order};
use super::publisher::Publisher;
use super::tables::table;
use crate::form::compiled::{Field, Group};
use crate::form::definition::{Bound, Definition, FieldInput, FieldType, TableInput};
use crate::form::expression::{Kind, Named, Node, Table, Typed, parse};
use crate::form::limits::{FIELDS_MAX, GROUP_ROWS_MAX};
use crate::form::names::is_name;
use crate::form::value::Value;
use crate::violation::Place;

/// Compiled fields by place, the order in which they are known, and tables by place.
pub(super) type All = (Vec<Field>, Vec<usize>, Vec<Option<Table>>);

pub(super) fn all(publisher: &mut Publisher<'_>, definition: &Definition) -> All {
    names(publisher, definition);
    let needs = needs(definition);
    let Order { sequence, ordered, circles } = order(&needs);
    let count = definition.fields.len();
    // What stands within a circle, or needs one, is known to be there and nothing else.
    for thing in sequence.iter().skip(ordered) {
        let name = name(definition, *thing).to_owned();
        publisher.scope.names.insert(name, Named(faulty()));
    }
    for circle in &circles {
        cycle(publisher, definition, circle);
    }
    let circular: BTreeSet<usize> = circles.into_iter().flatten().collect();
    let mut fields: BTreeMap<usize, Field> = BTreeMap::new();
    let mut tables: Vec<Option<Table>> = definition.tables.iter().map(|_| None).collect();
    for thing in &sequence {
        match (definition.fields.get(*thing), thing.checked_sub(count).and_then(|at| definition.tables.get(at))) {
            (Some(input), _) => {
                let (compiled, typed) = one(publisher, *thing, input);
                let typed = if circular.contains(thing) { faulty() } else { typed };
                publisher.scope.names.insert(input.name.clone(), Named(typed));
                fields.insert(*thing, compiled);
            }
            (None, Some(input)) => {
                let at = thing.saturating_sub(count);
                let compiled = if circular.contains(thing) { None } else { table(publisher, at, input) };
                let (compiled, typed) = compiled.map_or((None, faulty()), |(table, typed)| (Some(table), typed));
                publisher.scope.names.insert(input.name.clone(), Named(typed));
                if let Some(slot) = tables.get_mut(at) {
                    *slot = compiled;
                }
            }
            (None, None) => {}
        }
    }
    let sequence = sequence.into_iter().filter(|thing| *thing < count).collect();
    (fields.into_values().collect(), sequence, tables)
}

pub(super) fn faulty() -> Typed {
    Typed::new(Node::Constant(Value::Unknown), Kind::Faulty)
}

/// Every name once, and names that an expression can write.
fn names(publisher: &mut Publisher<'_>, definition: &Definition) {
    let root = Place::root();
    let mut all: Vec<(&str, Place)> = Vec::new();
    for (at, field) in definition.fields.iter().enumerate() {
        let place = root.at("fields").at(at);
        all.push((&field.name, place.at("name")));
        let inner = field.fields.iter().enumerate();
        all.extend(inner.map(|(at, inner)| (inner.name.as_str(), place.at("fields").at(at).at("name"))));
    }
    if all.len() > FIELDS_MAX {
        publisher.wrong.add(&root.at("fields"), "too_many", format!("A form has at most {FIELDS_MAX} fields."));
    }
    for (at, table) in definition.tables.iter().enumerate() {
        all.push((&table.name, root.at("tables").at(at).at("name")));
    }
    let mut seen = BTreeSet::new();
    for (name, place) in &all {
        if !is_name(name) {
            let detail =
                "A name has lower-case letters, digits and underscores, a letter first, and is no word of expressions.";
            publisher.wrong.add(place, "invalid_name", detail);
        } else if !seen.insert(*name) {
            publisher.wrong.add(place, "duplicate_name", "Another field or table has this name.");
        }
    }
}

/// What each field, and then each table, needs to be known before it.
fn needs(definition: &Definition) -> Vec<BTreeSet<usize>> {
    let fields = definition.fields.iter().map(|field| field.name.as_str());
    let tables = definition.tables.iter().map(|table| table.name.as_str());
    let places: BTreeMap<&str, usize> = fields.chain(tables).enumerate().map(|(at, name)| (name, at)).collect();
    let find = |names: BTreeSet<String>| names.iter().filter_map(|name| places.get(name.as_str()).copied()).collect();
    let fields = definition.fields.iter().map(|field| {
        let mut names = needed_names(field);
        for inner in &field.fields {
            names.extend(needed_names(inner));
        }
        for inner in &field.fields {
            names.remove(&inner.name);
        }
        find(names)
    });
    let tables = definition.tables.iter().map(|table: &TableInput| find(names_in(table.by.iter())));
    fields.chain(tables).collect()
}

/// Names in the expressions of a field, its bounds included.
fn needed_names(field: &FieldInput) -> BTreeSet<String> {
    let bound = |bound: &Option<Bound>| match bound {
        Some(Bound::Expression(text)) => Some(text.clone()),
        _ => None,
    };
    let texts = [&field.visible_if, &field.required_if, &field.computed, &field.computed_if, &field.filter];
    let bounds = [bound(&field.min), bound(&field.max)];
    names_in(texts.into_iter().chain(&bounds).flatten())
}

fn names_in<'a>(texts: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    texts.filter_map(|text| parse(text).ok()).for_each(|syntax| syntax.names(&mut names));
    names
}

/// The name of a field, or of a table, which are counted after the fields.
fn name(definition: &Definition, thing: usize) -> &str {
    let table = thing.checked_sub(definition.fields.len()).and_then(|at| definition.tables.get(at));
    definition.fields.get(thing).map_or_else(|| table.map_or("", |table| table.name.as_str()), |field| &field.name)
}

fn cycle(publisher: &mut Publisher<'_>, definition: &Definition, circle: &[usize]) {
    let count = definition.fields.len();
    let Some(first) = circle.first().copied() else { return };
    let root = Place::root();
    let place = match first.checked_sub(count) {
        Some(at) => root.at("tables").at(at),
        None => root.at("fields").at(first),
    };
    let way: Vec<&str> = circle.iter().chain([&first]).map(|thing| name(definition, *thing)).collect();
    publisher.wrong.add(&place, "cycle", format!("Each of these needs the next one: {}.", way.join(", ")));
}

fn one(publisher: &mut Publisher<'_>, index: usize, input: &FieldInput) -> (Field, Typed) {
    let place = Place::root().at("fields").at(index);
    let (mut compiled, mut typed) = field(publisher, input, &place, At::Form(index));
    if input.kind == FieldType::Group {
        let min_rows = input.min_rows.unwrap_or(0);
        let max_rows = input.max_rows.unwrap_or(GROUP_ROWS_MAX);
        if max_rows > GROUP_ROWS_MAX || max_rows == 0 {
            publisher.wrong.add(
                &place.at("max_rows"),
                "out_of_bounds",
                format!("1 to {GROUP_ROWS_MAX} rows are taken."),
            );
        }
        if min_rows > max_rows {
            publisher.wrong.add(&place.at("max_rows"), "below_minimum", "The most is not below the least.");
        }
        publisher.scope.rows.insert(index, (min_rows, max_rows.min(GROUP_ROWS_MAX)));
        typed.kind = Kind::Group(index);
        typed.optional = input.visible_if.is_some() || min_rows == 0;
        let before = publisher.steps;
        let (fields, order) = inner(publisher, index, input, &place);
        // What one row costs, every row may cost.
        let rows = u64::try_from(max_rows).unwrap_or(u64::MAX);
        publisher.steps = before.saturating_add(publisher.steps.saturating_sub(before).saturating_mul(rows));
        compiled.group = Some(Group { fields, order, min_rows, max_rows });
    }
    (compiled, typed)
}

fn inner(publisher: &mut Publisher<'_>, group: usize, input: &FieldInput, place: &Place) -> (Vec<Field>, Vec<usize>) {
    let places: BTreeMap<&str, usize> =
        input.fields.iter().enumerate().map(|(at, field)| (field.name.as_str(), at)).collect();
    let needs: Vec<BTreeSet<usize>> = input
        .fields
        .iter()
        .map(|field| needed_names(field).iter().filter_map(|name| places.get(name.as_str()).copied()).collect())
        .collect();
    let Order { sequence, ordered, circles } = order(&needs);
    for circle in &circles {
        let names: Vec<&str> =
            circle.iter().filter_map(|at| input.fields.get(*at)).map(|one| one.name.as_str()).collect();
        let at = place.at("fields").at(circle.first().copied().unwrap_or_default());
        publisher.wrong.add(&at, "cycle", format!("These need one another: {}.", names.join(", ")));
    }
    let circular: BTreeSet<usize> = circles.into_iter().flatten().collect();
    let later = sequence.iter().skip(ordered).filter_map(|at| input.fields.get(*at));
    let later = later.map(|field| (field.name.clone(), Named(faulty()))).collect();
    publisher.scope.groups.insert(group, later);
    let mut fields: BTreeMap<usize, Field> = BTreeMap::new();
    for at in &sequence {
        let Some(given) = input.fields.get(*at) else { continue };
        let place = place.at("fields").at(at);
        let before = publisher.scope.inside.replace(group);
        let (compiled, typed) = field(publisher, given, &place, At::Row(*at));
        publisher.scope.inside = before;
        let typed = if circular.contains(at) { faulty() } else { typed };
        if let Some(names) = publisher.scope.groups.get_mut(&group) {
            names.insert(given.name.clone(), Named(typed));
        }
        fields.insert(*at, compiled);
    }
    (fields.into_values().collect(), sequence)
}
