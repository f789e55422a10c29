//! Questions that are asked in many ways about the same things, and answered from all that was told of them.
//!
//! A console asks for what fires every few seconds, for all alarms every minute and for single ones in
//! between; it searches for what changed, and for the versions of one group. Each answer alone is older
//! than what the others told meanwhile, so they share a shelf, and the question picks from it.

use serde_json::Value;

use super::cbor::Tree;

/// Which of the things on a shelf are asked for, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pick {
    /// Members and the values that they must have.
    equal: Vec<(String, String)>,
    /// Names, one of which it must have.
    names: Option<Vec<String>>,
    /// The member that sorts, largest first.
    pub(super) sort: Option<String>,
}

impl Pick {
    /// Are all of them asked for?
    pub(super) fn all(&self) -> bool {
        self.equal.is_empty() && self.names.is_none()
    }

    /// Is this alarm asked for?
    pub(super) fn takes_tree(&self, thing: &Tree) -> bool {
        let text = |name: &str| thing.get(name).and_then(Tree::text);
        self.equal.iter().all(|(name, value)| text(name) == Some(value))
            && self.names.as_ref().is_none_or(|names| text("AlarmName").is_some_and(|n| names.iter().any(|k| k == n)))
    }

    /// Is this record of the index asked for?
    pub(super) fn takes_record(&self, raw: &str) -> bool {
        self.equal.iter().all(|(name, value)| {
            // Parsing is dear, and most records do not hold the value at all.
            raw.contains(value.as_str())
                && serde_json::from_str::<Value>(raw).is_ok_and(|record| {
                    let inner = record.as_object().and_then(|members| members.values().next());
                    inner.and_then(|inner| inner.get(name)).and_then(Value::as_str) == Some(value)
                })
        })
    }
}

/// The shelf that a question shares with others, and what it picks from it; `None` when it is alone.
pub(super) fn of(service: &str, operation: &str, key: &str) -> Option<(String, Pick)> {
    match (service, operation) {
        ("monitoring", "DescribeAlarms") => alarms(serde_json::from_str(key).ok()?),
        ("sagemaker", "Search") => search(serde_json::from_str(key).ok()?),
        _ => None,
    }
}

fn alarms(mut question: Value) -> Option<(String, Pick)> {
    let members = question.as_object_mut()?;
    members.remove("MaxRecords");
    let state = members.remove("StateValue").and_then(|state| Some(("StateValue".to_owned(), text(&state)?)));
    let names = members.remove("AlarmNames").map(|names| names.as_array().map(|n| n.iter().filter_map(text).collect()));
    let names = match names {
        Some(None) => return None,
        Some(names) => names,
        None => None,
    };
    // Any other way to choose is answered as it was asked.
    let known = members.keys().all(|name| name == "AlarmTypes");
    let pick = Pick { equal: state.into_iter().collect(), names, sort: None };
    known.then(|| (question.to_string(), pick))
}

fn search(mut question: Value) -> Option<(String, Pick)> {
    let members = question.as_object_mut()?;
    members.remove("MaxResults");
    let descending = members.remove("SortOrder").is_some_and(|order| order == "Descending");
    let sort = members.remove("SortBy").and_then(|sort| text(&sort)).filter(|_| descending);
    let equal = match members.remove("SearchExpression") {
        None => Vec::new(),
        Some(expression) => equalities(&expression)?,
    };
    let known = members.keys().all(|name| name == "Resource");
    known.then(|| (question.to_string(), Pick { equal, names: None, sort }))
}

/// The members of an expression that only asks whether they equal something.
fn equalities(expression: &Value) -> Option<Vec<(String, String)>> {
    let members = expression.as_object()?;
    let filters = members.get("Filters").filter(|_| members.len() == 1)?.as_array()?;
    let equality = |filter: &Value| {
        let member = |name: &str| filter.get(name).and_then(Value::as_str);
        (member("Operator") == Some("Equals")).then_some(())?;
        Some((member("Name")?.to_owned(), member("Value")?.to_owned()))
    };
    filters.iter().map(equality).collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_the_same_things_share_a_shelf() {
        let alarms = |key| of("monitoring", "DescribeAlarms", key);
        let all = alarms(r#"{"AlarmTypes":["MetricAlarm"],"MaxRecords":100}"#).unwrap();
        let firing = alarms(r#"{"AlarmTypes":["MetricAlarm"],"MaxRecords":100,"StateValue":"ALARM"}"#).unwrap();
        let named = alarms(r#"{"AlarmNames":["a","b"],"AlarmTypes":["MetricAlarm"]}"#).unwrap();
        assert!(all.0 == firing.0 && all.0 == named.0 && all.1.all() && !firing.1.all() && !named.1.all());
        assert_eq!(alarms(r#"{"AlarmNamePrefix":"x"}"#), None);

        let search = |key| of("sagemaker", "Search", key);
        let all =
            search(r#"{"Resource":"ModelPackage","SortBy":"LastModifiedTime","SortOrder":"Descending"}"#).unwrap();
        let one = search(
            r#"{"Resource":"ModelPackage","SearchExpression":{"Filters":[{"Name":"G","Operator":"Equals","Value":"g"}]}}"#,
        );
        let one = one.unwrap();
        assert_eq!((all.0, all.1.sort.as_deref()), (one.0, Some("LastModifiedTime")));
        assert!(
            one.1.takes_record(r#"{"ModelPackage":{"G":"g"}}"#) && !one.1.takes_record(r#"{"ModelPackage":{"H":"g"}}"#)
        );
        let other =
            r#"{"Resource":"X","SearchExpression":{"Filters":[{"Name":"G","Operator":"Contains","Value":"g"}]}}"#;
        assert_eq!(search(other), None, "what is not understood is answered as it was asked");
        assert_eq!(of("sagemaker", "ListEndpoints", "{}"), None);
    }

    #[test]
    fn alarms_are_picked_by_state_and_by_name() {
        let alarm = |name: &str, state: &str| {
            Tree::Map(vec![("AlarmName".into(), name.into()), ("StateValue".into(), state.into())])
        };
        let pick = |key| of("monitoring", "DescribeAlarms", key).unwrap().1;
        let firing = pick(r#"{"StateValue":"ALARM"}"#);
        assert!(firing.takes_tree(&alarm("a", "ALARM")) && !firing.takes_tree(&alarm("a", "OK")));
        let named = pick(r#"{"AlarmNames":["a"]}"#);
        assert!(named.takes_tree(&alarm("a", "OK")) && !named.takes_tree(&alarm("b", "OK")));
    }
}
