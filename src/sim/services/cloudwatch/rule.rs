//! The rules of composite alarms.

use crate::sim::prelude::num;

/// The parsed rule of a composite alarm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    /// An alarm has this state.
    Is(String, &'static str),
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Always(bool),
    /// At least this many of some alarms have a state (or do not have it, if `denied` is true).
    AtLeast {
        least: Least,
        wanted: &'static str,
        denied: bool,
        names: Vec<String>,
    },
}

/// The least number or share of some alarms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Least {
    Count(usize),
    Percent(f64),
}

impl Least {
    fn met(self, count: usize, all: usize) -> bool {
        match self {
            Self::Count(least) => count >= least,
            Self::Percent(least) => num::float(num::count(count)) * 100.0 >= least * num::float(num::count(all)),
        }
    }
}

impl Rule {
    /// Parses a rule; returns `None` if it is invalid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let rule = any(&mut rest, 0)?;
        rest.trim().is_empty().then_some(rule)
    }
    /// Returns whether the rule holds, given each alarm's state.
    pub(crate) fn holds(&self, state: &dyn Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::Is(name, wanted) => state(name).as_deref() == Some(*wanted),
            Self::All(parts) => parts.iter().all(|part| part.holds(state)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(state)),
            Self::Not(part) => !part.holds(state),
            Self::Always(value) => *value,
            Self::AtLeast { least, wanted, denied, names } => {
                let met = |name: &&String| (state(name).as_deref() == Some(*wanted)) != *denied;
                least.met(names.iter().filter(met).count(), names.len())
            }
        }
    }
    /// Returns the alarms that it names.
    pub(crate) fn children(&self) -> Vec<&str> {
        match self {
            Self::Is(name, _) => vec![name],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::children).collect(),
            Self::Not(part) => part.children(),
            Self::Always(_) => Vec::new(),
            Self::AtLeast { names, .. } => names.iter().map(String::as_str).collect(),
        }
    }
}

fn any(rest: &mut &str, depth: usize) -> Option<Rule> {
    let mut parts = vec![all(rest, depth)?];
    while word(rest, "OR") {
        parts.push(all(rest, depth)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Rule::Any(parts)) }
}

fn all(rest: &mut &str, depth: usize) -> Option<Rule> {
    let mut parts = vec![one(rest, depth)?];
    while word(rest, "AND") {
        parts.push(one(rest, depth)?);
    }
    if parts.len() == 1 { parts.pop() } else { Some(Rule::All(parts)) }
}

fn one(rest: &mut &str, depth: usize) -> Option<Rule> {
    if depth > 100 {
        return None;
    }
    if word(rest, "NOT") {
        return Some(Rule::Not(Box::new(one(rest, depth + 1)?)));
    }
    if word(rest, "(") {
        let inside = any(rest, depth + 1)?;
        return word(rest, ")").then_some(inside);
    }
    if word(rest, "TRUE") {
        return Some(Rule::Always(true));
    }
    if word(rest, "FALSE") {
        return Some(Rule::Always(false));
    }
    if word(rest, "AT_LEAST") {
        return at_least(rest);
    }
    let wanted = state(rest)?;
    let mut names = names(rest)?;
    if names.len() == 1 { names.pop().map(|name| Rule::Is(name, wanted)) } else { None }
}

/// Parses `(2, ALARM, (a, b, c))` or `(50%, NOT OK, (a, b))`.
fn at_least(rest: &mut &str) -> Option<Rule> {
    let (number, tail) = rest.trim_start().strip_prefix('(')?.split_once(',')?;
    *rest = tail;
    let least = match number.trim().strip_suffix('%') {
        Some(percent) => Least::Percent(percent.trim().parse().ok()?),
        None => Least::Count(number.trim().parse().ok()?),
    };
    let denied = word(rest, "NOT");
    let wanted = state(rest)?;
    let names = if word(rest, ",") { names(rest)? } else { return None };
    word(rest, ")").then_some(Rule::AtLeast { least, wanted, denied, names })
}

fn state(rest: &mut &str) -> Option<&'static str> {
    ["ALARM", "OK", "INSUFFICIENT_DATA"].into_iter().find(|state| word(rest, state))
}

/// Parses names or ARNs in parentheses, separated by commas.
fn names(rest: &mut &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    if !word(rest, "(") {
        return None;
    }
    loop {
        let name = name(rest)?;
        names.push(name.rsplit(":alarm:").next().unwrap_or(&name).to_owned());
        if word(rest, ")") {
            return Some(names);
        }
        if !word(rest, ",") {
            return None;
        }
    }
}

/// Parses one name. In quotes it may contain any character; a backslash escapes a quotation mark.
fn name(rest: &mut &str) -> Option<String> {
    let text = rest.trim_start();
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['(', ')', ','])?;
        let (name, tail) = text.split_at_checked(end)?;
        *rest = tail;
        return Some(name.trim_end().to_owned()).filter(|name| !name.is_empty());
    };
    let (mut name, mut escaped) = (String::new(), false);
    for (at, c) in quoted.char_indices() {
        match c {
            '"' if !escaped => {
                *rest = quoted.get(at + 1..)?;
                return Some(name);
            }
            '\\' if !escaped => escaped = true,
            _ => {
                name.push(c);
                escaped = false;
            }
        }
    }
    None
}

fn word(rest: &mut &str, wanted: &str) -> bool {
    rest.trim_start().strip_prefix(wanted).map(|tail| *rest = tail).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_and_hold() {
        let rule =
            Rule::parse("ALARM(\"a b\") AND (OK(c) OR NOT ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:d))").unwrap();
        assert_eq!(rule.children(), ["a b", "c", "d"]);
        let state = |name: &str| Some(if name == "a b" { "ALARM" } else { "OK" }.to_owned());
        assert!(rule.holds(&state));
        let holds = |text: &str| Rule::parse(text).map(|rule| rule.holds(&state));
        let cases = [
            ("AT_LEAST(1, ALARM, (\"a b\", c))", true),
            ("AT_LEAST(2, ALARM, (\"a b\", c))", false),
            ("AT_LEAST(2, NOT ALARM, (\"a b\", c, d))", true),
            ("AT_LEAST(50%, OK, (\"a b\", c))", true),
            ("AT_LEAST(51%, OK, (\"a b\", c))", false),
            ("ALARM( \"a b\"\n) AND NOT AT_LEAST(1, INSUFFICIENT_DATA, (c))", true),
        ];
        for (text, held) in cases {
            assert_eq!(holds(text), Some(held), "{text}");
        }
        let quoted = Rule::parse("OK(\"say \\\"x\\\" (1), 2\")").unwrap();
        assert_eq!(quoted.children(), ["say \"x\" (1), 2"]);
        assert_eq!(Rule::parse("TRUE OR FALSE").map(|r| r.holds(&state)), Some(true));
        for text in [
            "",
            "ALARM(",
            "ALARM(a, b)",
            "AT_LEAST(2, ALARM, a)",
            "AT_LEAST(x, ALARM, (a))",
            "AND",
            "ALARM(a) ALARM(b)",
            &"(".repeat(500),
        ] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }
}
