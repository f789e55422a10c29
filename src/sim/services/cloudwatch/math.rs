//! Metric math: arithmetic, a few functions, and anomaly bands.

use crate::sim::prelude::num;
use std::collections::BTreeMap;

/// A value for each period; `None` if there is no data.
pub(crate) type Points = Vec<Option<f64>>;

/// The rest of an expression that is not parsed yet.
struct Reader<'a> {
    rest: &'a str,
    known: &'a BTreeMap<String, Points>,
    size: usize,
    depth: usize,
}

/// Evaluates an expression over series of one length; the error describes the mistake.
pub(crate) fn evaluate(expression: &str, known: &BTreeMap<String, Points>, size: usize) -> Result<Points, String> {
    let mut reader = Reader { rest: expression, known, size, depth: 0 };
    let points = reader.sum()?;
    reader.space();
    if reader.rest.is_empty() {
        Ok(points)
    } else {
        Err(format!("Error in expression: unexpected \"{}\"", reader.rest))
    }
}

/// Returns the metric and width of an anomaly band.
pub(crate) fn band(expression: &str) -> Option<(&str, f64)> {
    let inside = expression.trim().strip_prefix("ANOMALY_DETECTION_BAND(")?.strip_suffix(')')?;
    let (metric, width) = inside.split_once(',').unwrap_or((inside, "2"));
    Some((metric.trim(), width.trim().parse().ok()?))
}

fn zip(a: &[Option<f64>], b: &[Option<f64>], with: fn(f64, f64) -> f64) -> Points {
    a.iter().zip(b).map(|(x, y)| Some(with((*x)?, (*y)?)).filter(|value| value.is_finite())).collect()
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }
    fn take(&mut self, sign: char) -> bool {
        self.space();
        self.rest.strip_prefix(sign).map(|rest| self.rest = rest).is_some()
    }
    fn sum(&mut self) -> Result<Points, String> {
        let mut left = self.product()?;
        loop {
            if self.take('+') {
                left = zip(&left, &self.product()?, |x, y| x + y);
            } else if self.take('-') {
                left = zip(&left, &self.product()?, |x, y| x - y);
            } else {
                return Ok(left);
            }
        }
    }
    fn product(&mut self) -> Result<Points, String> {
        let mut left = self.atom()?;
        loop {
            if self.take('*') {
                left = zip(&left, &self.atom()?, |x, y| x * y);
            } else if self.take('/') {
                left = zip(&left, &self.atom()?, |x, y| x / y);
            } else {
                return Ok(left);
            }
        }
    }
    fn word(&mut self, part: fn(char) -> bool) -> &str {
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }
    fn atom(&mut self) -> Result<Points, String> {
        self.depth += 1;
        if self.depth > 200 {
            return Err("Error in expression: too long".to_owned());
        }
        self.space();
        if self.take('(') {
            let inside = self.sum()?;
            return if self.take(')') { Ok(inside) } else { Err("Error in expression: missing \")\"".to_owned()) };
        }
        if self.take('-') {
            return Ok(self.atom()?.into_iter().map(|value| value.map(|v| -v)).collect());
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let number = self.word(|c| c.is_ascii_digit() || c == '.').parse::<f64>();
            return number.map(|n| vec![Some(n); self.size]).map_err(|_| "Error in expression: bad number".to_owned());
        }
        let word = self.word(|c| c.is_ascii_alphanumeric() || c == '_').to_owned();
        if self.take('(') {
            return self.call(&word);
        }
        self.known.get(&word).cloned().ok_or_else(|| format!("Error in expression \"{word}\": not found"))
    }
    fn call(&mut self, function: &str) -> Result<Points, String> {
        let listed = self.take('[');
        let mut given = Vec::new();
        loop {
            given.push(self.sum()?);
            if listed {
                self.take(']');
            }
            if !self.take(',') {
                break;
            }
        }
        if !self.take(')') {
            return Err("Error in expression: missing \")\"".to_owned());
        }
        let first = given.first().cloned().unwrap_or_default();
        let second = given.get(1).and_then(|points| points.first().copied().flatten());
        match function {
            "FILL" => Ok(first.into_iter().map(|value| value.or(second)).collect()),
            "ABS" => Ok(first.into_iter().map(|value| value.map(f64::abs)).collect()),
            "SUM" => Ok(across(&given, |values| values.iter().sum())),
            "AVG" => Ok(across(&given, |values| values.iter().sum::<f64>() / num::sized(values.len()))),
            "MAX" => Ok(across(&given, |values| values.iter().copied().fold(f64::MIN, f64::max))),
            "MIN" => Ok(across(&given, |values| values.iter().copied().fold(f64::MAX, f64::min))),
            _ => Err(format!("Error in expression \"{function}\": unknown function")),
        }
    }
}

fn across(given: &[Points], with: fn(&[f64]) -> f64) -> Points {
    let size = given.first().map_or(0, Vec::len);
    (0..size)
        .map(|at| {
            let values: Vec<f64> = given.iter().filter_map(|points| points.get(at).copied().flatten()).collect();
            (!values.is_empty()).then(|| with(&values))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_out_right() {
        let known =
            BTreeMap::from([("m1".to_owned(), vec![Some(4.0), None]), ("m2".to_owned(), vec![Some(200.0), Some(0.0)])]);
        for (text, wanted) in [
            ("100*(m1/m2)", vec![Some(2.0), None]),
            ("FILL(m1, 0) + 1", vec![Some(5.0), Some(1.0)]),
            ("SUM([m1,m2])", vec![Some(204.0), Some(0.0)]),
            ("-m1 - -2", vec![Some(-2.0), None]),
        ] {
            assert_eq!(evaluate(text, &known, 2), Ok(wanted), "{text}");
        }
        for text in ["", "(", "m1 m2", "m9", "SUM(", "1..2", "é"] {
            assert!(evaluate(text, &known, 2).is_err(), "{text}");
        }
        assert_eq!(band("ANOMALY_DETECTION_BAND(m1, 3)"), Some(("m1", 3.0)));
    }
}
