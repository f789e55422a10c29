//! The conditions of a search. They are parsed once, then applied to each record.

use crate::sim::prelude::{ServiceError, Time, Value, words};
use std::borrow::Cow;
use std::cmp::Ordering;

const OPERATORS: &[&str] = words! {
    Equals NotEquals GreaterThan GreaterThanOrEqualTo LessThan LessThanOrEqualTo Contains Exists NotExists In
};

/// Filters and further expressions. Either all or any of them must hold.
pub(super) struct Expression<'e> {
    any: bool,
    filters: Vec<Filter<'e>>,
    subs: Vec<Expression<'e>>,
}

/// A condition on one property.
pub(super) struct Filter<'e> {
    pub(super) name: &'e str,
    operator: &'e str,
    wanted: &'e str,
    /// The wanted value as an instant, if it is one.
    instant: Option<Time>,
}

impl<'e> Expression<'e> {
    /// Parses an expression.
    ///
    /// # Errors
    /// The error of the service for an expression that it does not accept.
    pub(super) fn read(expression: &'e Value) -> Result<Self, ServiceError> {
        Self::read_at(expression, 0)
    }

    fn read_at(expression: &'e Value, depth: usize) -> Result<Self, ServiceError> {
        if depth > 20 {
            return Err(ServiceError::invalid("The search expression is nested too deeply."));
        }
        let any = expression.one_of("Operator", &["And", "Or"])? == Some("Or");
        let filters = expression.list("Filters")?;
        if filters.len() > 20 {
            return Err(ServiceError::invalid("A search expression can have at most 20 filters."));
        }
        for filter in filters {
            filter.need("Name")?;
            filter.one_of("Operator", OPERATORS)?;
        }
        let nested = expression.items_at("NestedFilters");
        let nested = nested.iter().flat_map(|n| n.items_at("Filters"));
        let subs = expression.list("SubExpressions")?.iter().map(|sub| Self::read_at(sub, depth + 1));
        Ok(Self {
            any,
            filters: filters.iter().chain(nested).map(Filter::read).collect(),
            subs: subs.collect::<Result<_, _>>()?,
        })
    }

    /// Returns whether a record matches, given which filters it passes.
    pub(super) fn holds(&self, passes: &dyn Fn(&Filter<'e>) -> bool) -> bool {
        let mut parts = self.filters.iter().map(passes).chain(self.subs.iter().map(|sub| sub.holds(passes)));
        if self.any { parts.any(|part| part) } else { parts.all(|part| part) }
    }
}

impl<'e> Filter<'e> {
    fn read(filter: &'e Value) -> Self {
        let wanted = filter.str("Value");
        let operator = filter.get("Operator").and_then(Value::as_text).unwrap_or("Equals");
        Self { name: filter.str("Name"), operator, wanted, instant: Time::parse(wanted) }
    }

    /// Returns whether any of these values fulfils the filter.
    pub(super) fn holds(&self, found: &[&Value]) -> bool {
        let wanted = self.wanted;
        let any = |test: &dyn Fn(&str) -> bool| found.iter().any(|value| test(&plain(value)));
        let ordered = |test: fn(Ordering) -> bool| found.iter().any(|value| self.order(value).is_some_and(test));
        match self.operator {
            "NotEquals" => !any(&|text| text == wanted),
            "Contains" => any(&|text| text.contains(wanted)),
            "Exists" => !found.is_empty(),
            "NotExists" => found.is_empty(),
            "In" => any(&|text| wanted.split(',').any(|one| one.trim() == text)),
            "GreaterThan" => ordered(Ordering::is_gt),
            "GreaterThanOrEqualTo" => ordered(Ordering::is_ge),
            "LessThan" => ordered(Ordering::is_lt),
            "LessThanOrEqualTo" => ordered(Ordering::is_le),
            _ => any(&|text| text == wanted),
        }
    }

    fn order(&self, value: &Value) -> Option<Ordering> {
        match value {
            Value::Time(time) => Some(time.cmp(&self.instant?)),
            Value::Text(text) => Some((**text).cmp(self.wanted)),
            Value::Int(_) | Value::Float(_) => Some(value.as_float()?.total_cmp(&self.wanted.parse().ok()?)),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) | Value::Dict(_) => None,
        }
    }
}

/// Returns the values under a property's path. A list contributes all its items.
pub(super) fn values<'a>(record: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = vec![record];
    for key in path.split('.') {
        let step = |value: &'a Value| match value {
            Value::List(items) => items.iter().filter_map(|item| item.get(key)).collect::<Vec<_>>(),
            Value::Map(_) | Value::Dict(_) => {
                value.get(key).or_else(|| value.get("Model").and_then(|model| model.get(key))).into_iter().collect()
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Time(_) => {
                Vec::new()
            }
        };
        found = found.into_iter().flat_map(step).collect();
    }
    found
}

fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => text.as_ref().into(),
        Value::Time(time) => time.iso().into(),
        Value::Int(int) => int.to_string().into(),
        Value::Float(float) => float.to_string().into(),
        Value::Bool(flag) => flag.to_string().into(),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Dict(_) => "".into(),
    }
}
