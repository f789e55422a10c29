//! The rules of composite alarms.

/// A composite alarm's rule, parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    /// Whether an alarm has a state.
    Is(String, &'static str),
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Always(bool),
}

impl Rule {
    /// Reads a rule; nothing when it cannot be read.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let rule = any(&mut rest, 0)?;
        rest.trim().is_empty().then_some(rule)
    }
    /// Whether it holds, given each alarm's state.
    pub(crate) fn holds(&self, state: &dyn Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::Is(name, wanted) => state(name).as_deref() == Some(*wanted),
            Self::All(parts) => parts.iter().all(|part| part.holds(state)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(state)),
            Self::Not(part) => !part.holds(state),
            Self::Always(value) => *value,
        }
    }
    /// The alarms that it names.
    pub(crate) fn children(&self) -> Vec<&str> {
        match self {
            Self::Is(name, _) => vec![name],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::children).collect(),
            Self::Not(part) => part.children(),
            Self::Always(_) => Vec::new(),
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
    for (name, state) in [("ALARM", "ALARM"), ("OK", "OK"), ("INSUFFICIENT_DATA", "INSUFFICIENT_DATA")] {
        if word(rest, name) {
            let (inside, tail) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
            *rest = tail;
            let alarm = inside.trim().trim_matches(['"', '\'']);
            let alarm = alarm.rsplit(":alarm:").next().unwrap_or(alarm);
            return Some(Rule::Is(alarm.to_owned(), state));
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
        assert_eq!(Rule::parse("TRUE OR FALSE").map(|r| r.holds(&state)), Some(true));
        for text in ["", "ALARM(", "AND", "ALARM(a) ALARM(b)", &"(".repeat(500)] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }
}
