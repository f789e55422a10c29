//! Lines that a story gives to the containers of an endpoint.

use std::collections::BTreeMap;

use super::lines::Line;
use crate::sim::prelude::{Span, Time};

/// The most lines of one script in one answer.
const MOST: i64 = 200_000;

/// The scripts by the name of the endpoint.
pub(crate) type Scripts = BTreeMap<String, Script>;

/// The lines of one endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    /// The lines of a request that fails.
    pub(crate) failing: Vec<String>,
    /// Lines that are written one after another, each so long after the one before.
    pub(crate) steady: Vec<(Span, Vec<String>)>,
}

impl Script {
    /// Returns the steady lines between two times.
    pub(super) fn steady_lines(&self, from: Time, to: Time) -> Vec<Line> {
        let of = |(every, texts): &(Span, Vec<String>)| {
            let every = every.0.max(1);
            let first = from.0.div_euclid(every) + i64::from(from.0.rem_euclid(every) > 0);
            let last = to.0.div_euclid(every).min(first + MOST);
            let texts = texts.clone();
            (first..=last).filter_map(move |number| {
                let place = number.rem_euclid(i64::try_from(texts.len()).unwrap_or(i64::MAX).max(1));
                let text = texts.get(usize::try_from(place).unwrap_or(0))?.clone();
                Some(Line { at: Time(number * every), text })
            })
        };
        self.steady.iter().flat_map(of).collect()
    }
}
