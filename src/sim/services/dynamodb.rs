//! `DynamoDB`: tables with the items of the story.

use std::collections::BTreeMap;

use crate::sim::prelude::{Answer, Operations, ServiceError, Value, read, tree};

type Handler = fn(&Tables, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("GetItem", get)]];

/// The tables by name.
pub(crate) type Tables = BTreeMap<String, Table>;

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The names of the attributes of its key.
    pub(crate) key: Vec<String>,
    /// Its items, whose attributes have types as in requests: `{"model": {"S": "fraud"}}`.
    pub(crate) items: Vec<Value>,
}

fn get(tables: &Tables, input: &Value) -> Answer {
    let name = input.need("TableName")?;
    let name = name.rsplit_once(":table/").map_or(name, |(_, name)| name);
    let given = input.get("Key").ok_or_else(|| ServiceError::missing("key"))?;
    let Some(table) = tables.get(name) else {
        return Err(ServiceError::new("ResourceNotFoundException", "Requested resource not found"));
    };
    // A value has the name of its type: `{"S": "fraud"}`.
    let kind = |value: &Value| value.members().first().map(|(kind, _)| kind.clone());
    let fits = given.members().iter().all(|(name, value)| {
        let mut items = table.items.iter().filter_map(|item| item.get(name));
        table.key.iter().any(|own| *own == **name) && items.all(|own| kind(own) == kind(value))
    });
    if !fits || given.members().len() != table.key.len() {
        return Err(ServiceError::invalid("The provided key element does not match the schema"));
    }
    let is_it = |item: &&Value| given.members().iter().all(|(name, value)| item.get(name) == Some(value));
    Ok(match table.items.iter().find(is_it) {
        Some(item) => tree! { "Item": item },
        None => Value::empty(),
    })
}
