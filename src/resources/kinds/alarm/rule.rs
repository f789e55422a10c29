//! Reads the rule of a composite alarm, to find the alarms that it looks at.
//!
//! The grammar is that of <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html>.

use serde::{Deserialize, Serialize};
use winnow::ascii::{Caseless, digit1, multispace0};
use winnow::combinator::{alt, cut_err, delimited, eof, not, opt, preceded, repeat, separated, terminated};
use winnow::error::{ContextError, ErrMode};
use winnow::token::{any, one_of, take_till, take_while};
use winnow::{ModalResult, Parser};

/// The deepest nesting of parentheses and `NOT`. AWS takes 500 parts in all, and nobody nests them so deeply.
const DEEPEST: usize = 64;

/// One alarm that a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Its name, even where the rule has its ARN.
    pub name: String,
    /// Whether its ALARM helps the rule to become true. Otherwise it only holds the rule back, or is wanted in another
    /// state.
    pub raises: bool,
}

/// Returns the alarms that a rule looks at, each once and in the order of the rule.
///
/// # Errors
/// A phrase that says from where on the rule cannot be read.
pub(super) fn children(rule: &str) -> Result<Vec<Child>, String> {
    let mut rest = rule;
    match terminated(|input: &mut &str| any_of(input, DEEPEST), (multispace0, eof)).parse_next(&mut rest) {
        Ok(children) => Ok(each_once(children)),
        Err(_) if rest.trim().is_empty() => Err("it ends too early".to_owned()),
        Err(_) => {
            Err(format!("it cannot be read from {:?} on", rest.trim_start().chars().take(40).collect::<String>()))
        }
    }
}

/// Returns everything that may be a name in a rule that cannot be read: all words but those of the grammar.
pub(super) fn names_in(rule: &str) -> Vec<Child> {
    const OWN: [&str; 8] = ["AND", "OR", "NOT", "TRUE", "FALSE", "ALARM", "OK", "INSUFFICIENT_DATA"];
    let mut rest = rule;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let name: ModalResult<String> =
            alt((quoted, take_while(1.., is_bare).map(str::to_owned))).parse_next(&mut rest);
        match name {
            Ok(name) if OWN.contains(&name.as_str()) => {}
            Ok(name) => found.push(Child { name: bare_name(&name).to_owned(), raises: true }),
            // A sign between names, or a quotation mark that is never closed.
            Err(_) => {
                let skipped: ModalResult<char> = any.parse_next(&mut rest);
                if skipped.is_err() {
                    break;
                }
            }
        }
    }
    each_once(found)
}

fn each_once(children: Vec<Child>) -> Vec<Child> {
    let mut once: Vec<Child> = Vec::new();
    for child in children {
        match once.iter_mut().find(|known| known.name == child.name) {
            Some(known) => known.raises |= child.raises,
            None => once.push(child),
        }
    }
    once
}

/// Reads `a OR b OR c`, where each part may be joined by `AND`, which binds more tightly.
fn any_of(input: &mut &str, depth: usize) -> ModalResult<Vec<Child>> {
    let mut part = |input: &mut &str| all_of(input, depth);
    joined(input, "OR", &mut part)
}

fn all_of(input: &mut &str, depth: usize) -> ModalResult<Vec<Child>> {
    let mut part = |input: &mut &str| one(input, depth);
    joined(input, "AND", &mut part)
}

fn joined(
    input: &mut &str,
    operator: &'static str,
    part: &mut dyn FnMut(&mut &str) -> ModalResult<Vec<Child>>,
) -> ModalResult<Vec<Child>> {
    let mut all = part(input)?;
    while opt(word(operator)).parse_next(input)?.is_some() {
        all.extend(part(input)?);
    }
    Ok(all)
}

fn one(input: &mut &str, depth: usize) -> ModalResult<Vec<Child>> {
    let Some(deeper) = depth.checked_sub(1) else { return Err(ErrMode::Cut(ContextError::new())) };
    if opt(word("NOT")).parse_next(input)?.is_some() {
        let mut denied = one(input, deeper)?;
        for child in &mut denied {
            child.raises = !child.raises;
        }
        return Ok(denied);
    }
    if opt(sign('(')).parse_next(input)?.is_some() {
        return terminated(|input: &mut &str| any_of(input, deeper), sign(')')).parse_next(input);
    }
    alt((
        alt((word("TRUE"), word("FALSE"))).map(|()| Vec::new()),
        preceded(word("AT_LEAST"), cut_err(at_least)),
        (state, cut_err(delimited(sign('('), name, sign(')'))))
            .map(|(firing, name)| vec![Child { name, raises: firing }]),
    ))
    .parse_next(input)
}

/// Reads `(2, ALARM, (a, b, c))` or `(50%, NOT OK, ("a", "b"))`: how many, in which state, of which alarms.
fn at_least(input: &mut &str) -> ModalResult<Vec<Child>> {
    let quote = || opt(sign('"'));
    let many = (quote(), multispace0, digit1, opt(('.', digit1)), opt(sign('%')), quote()).void();
    let condition = (opt(word("NOT")), state).map(|(denied, firing)| firing != denied.is_some());
    let names = delimited(sign('('), separated(1.., name, sign(',')), sign(')'));
    let ((), (), (), raises, (), names, ()): ((), (), (), bool, (), Vec<String>, ()) =
        (sign('('), many, sign(','), condition, sign(','), names, sign(')')).parse_next(input)?;
    Ok(names.into_iter().map(|name| Child { name, raises }).collect())
}

/// Reads the word for a state. Returns true for the state of an alarm that fires.
fn state(input: &mut &str) -> ModalResult<bool> {
    let other = alt((word("OK"), word("INSUFFICIENT_DATA")));
    alt((word("ALARM").map(|()| true), other.map(|()| false))).parse_next(input)
}

/// Reads a name or an ARN, in quotes or without.
fn name(input: &mut &str) -> ModalResult<String> {
    let bare = take_till(1.., ['(', ')', ',']).map(|text: &str| text.trim_end().to_owned());
    let whole = preceded(multispace0, alt((quoted, preceded(not('"'), bare)))).parse_next(input)?;
    let name = bare_name(&whole);
    if name.is_empty() { Err(ErrMode::Backtrack(ContextError::new())) } else { Ok(name.to_owned()) }
}

/// Reads `"a name"`, in which a backslash stands before a quotation mark or another backslash.
fn quoted(input: &mut &str) -> ModalResult<String> {
    let escaped = preceded('\\', one_of(['"', '\\']));
    let inside = repeat(0.., alt((escaped, any.verify(|c: &char| *c != '"'))));
    delimited('"', inside, '"').parse_next(input)
}

fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '(' | ')' | ',' | '"')
}

/// Returns the name of an alarm from its name or ARN. A name may hold colons.
pub(super) fn bare_name(text: &str) -> &str {
    if text.starts_with("arn:") { text.splitn(7, ':').nth(6).unwrap_or(text) } else { text }
}

/// Reads a word of the grammar that is not the beginning of a longer word.
fn word<'i>(text: &'static str) -> impl Parser<&'i str, (), ErrMode<ContextError>> {
    let ends = not(one_of(|c: char| c.is_alphanumeric() || c == '_'));
    (multispace0, Caseless(text), ends).void()
}

fn sign<'i>(sign: char) -> impl Parser<&'i str, (), ErrMode<ContextError>> {
    (multispace0, sign).void()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, mutated};

    /// Formats the alarms of a rule; those that raise it are marked `+`, the others `-`.
    fn read(rule: &str) -> Result<String, String> {
        let marked = |child: Child| format!("{}{}", if child.raises { "+" } else { "-" }, child.name);
        children(rule).map(|found| found.into_iter().map(marked).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_rule_is_read_as_aws_writes_it() {
        let cases = [
            ("ALARM(a)", "+a"),
            ("ALARM(\"two words\") OR (ALARM(plain) AND NOT OK(x)) AND ALARM( plain )", "+two words +plain +x"),
            ("ALARM (\"a b\")\n OR ALARM\n(\n\"c\"\n)", "+a b +c"),
            ("ALARM(a)AND ALARM(b)OR(NOT ALARM(c))", "+a +b -c"),
            ("NOT(ALARM(a) OR NOT ALARM(b))", "-a +b"),
            ("OK(a) AND INSUFFICIENT_DATA(b) AND NOT INSUFFICIENT_DATA(c)", "-a -b +c"),
            ("ALARM(a) AND NOT ALARM(a)", "+a"),
            ("TRUE AND (FALSE OR ALARM(a))", "+a"),
            ("TRUE", ""),
            ("AT_LEAST(2, ALARM, (a, b, c))", "+a +b +c"),
            ("AT_LEAST(50%, OK, (a,b))", "-a -b"),
            ("at_least( 33.3 % , not ok ,\n(\"a b\" , c) )", "+a b +c"),
            ("AT_LEAST(\"50%\", NOT ALARM, (\"a\"))", "-a"),
            ("AT_LEAST(1, INSUFFICIENT_DATA, (a)) AND NOT ALARM(m) OR AT_LEAST(1, ALARM, (n))", "-a -m +n"),
            ("NOT AT_LEAST(1, NOT ALARM, (a))", "+a"),
            ("ALARM(\"a \\\"b\\\" (c), d \\\\ e\\f\")", "+a \"b\" (c), d \\ e\\f"),
            ("ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:by-arn)", "+by-arn"),
            ("ALARM(\"arn:aws-cn:cloudwatch:cn-north-1:1:alarm:TargetTracking-a/b:c\")", "+TargetTracking-a/b:c"),
            ("ALARM(ALARM) OR ALARM(NOT-ok) OR ALARM(señal)", "+ALARM +NOT-ok +señal"),
        ];
        for (rule, found) in cases {
            assert_eq!(read(rule), Ok(found.to_owned()), "{rule}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_from_where_on() {
        let cases = [
            ("", "it ends too early"),
            ("ALARM(", "it ends too early"),
            ("ALARM(a) AND", "it ends too early"),
            ("ALARM(a) XOR ALARM(b)", "it cannot be read from \"XOR ALARM(b)\" on"),
            ("ALARM(a) ALARM(b)", "it cannot be read from \"ALARM(b)\" on"),
            ("AT_MOST(2, ALARM, (a, b))", "it cannot be read from \"AT_MOST(2, ALARM, (a, b))\" on"),
            ("ALARM()", "it cannot be read from \")\" on"),
        ];
        for (rule, why) in cases {
            assert_eq!(read(rule), Err(why.to_owned()), "{rule}");
        }
        for rule in [
            "AT_LEAST(2, ALARM, (a, b)",
            "AT_LEAST(x, ALARM, (a))",
            "AT_LEAST(2, ALARM, ())",
            "ALARM(\"a)",
            "ALARM(a, b)",
        ] {
            assert!(read(rule).is_err(), "{rule}");
        }
        for open in ["(", "NOT ", "NOT("] {
            assert!(read(&open.repeat(5000)).is_err(), "it is nested too deeply");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_read_still_names_its_alarms() {
        let names = |rule: &str| names_in(rule).into_iter().map(|child| child.name).collect::<Vec<_>>();
        assert_eq!(names("AT_MOST(2, ALARM, (a, \"b c\"))"), ["AT_MOST", "2", "a", "b c"]);
        assert_eq!(names("ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:x) XOR OK(\"y"), ["x", "XOR", "y"]);
        assert_eq!(names(""), [""; 0]);
    }

    #[test]
    fn a_damaged_rule_is_read_or_says_what_is_wrong() {
        let rules = [
            "ALARM(\"two words\") OR (ALARM(plain) AND NOT OK(x)) AND ALARM( plain )",
            "AT_LEAST(2, ALARM, (a, b, c)) AND NOT INSUFFICIENT_DATA(b)",
        ];
        for (seed, mut random) in cases(300) {
            let rule = mutated(&mut random, &rules);
            names_in(&rule);
            let told =
                children(&rule).map_or_else(|why| !why.is_empty(), |found| found.iter().all(|c| !c.name.is_empty()));
            assert!(told, "seed {seed}: {rule:?}");
        }
    }
}
