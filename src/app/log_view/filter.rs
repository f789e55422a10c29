//! The filter of a log: it keeps lines with all of its words and without `!words`, and finds the words in a line.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::logs::LogLine;

/// A filter. Latin letters match in either case.
#[derive(Debug, Default)]
pub(crate) struct LogFilter {
    wanted: Vec<AhoCorasick>,
    unwanted: Vec<AhoCorasick>,
}

impl LogFilter {
    /// Parses a filter such as `timeout !health`.
    pub(crate) fn new(text: &str) -> Self {
        let mut filter = Self::default();
        for word in text.split_whitespace() {
            let unwanted = word.strip_prefix('!').filter(|rest| !rest.is_empty());
            let seeker = AhoCorasick::builder().ascii_case_insensitive(true).build([unwanted.unwrap_or(word)]);
            let words = if unwanted.is_some() { &mut filter.unwanted } else { &mut filter.wanted };
            words.extend(seeker);
        }
        filter
    }

    /// Does the filter keep a line? The words are searched in the text and in the name of the stream.
    pub(crate) fn keeps(&self, line: &LogLine) -> bool {
        let has = |word: &AhoCorasick| word.is_match(&*line.text) || word.is_match(&*line.stream);
        self.wanted.iter().all(has) && !self.unwanted.iter().any(has)
    }

    /// Returns the places of the words in a text, from left to right. They do not overlap.
    pub(crate) fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.wanted.iter().flat_map(|word| word.find_iter(text).map(|found| found.range()));
        let mut found: Vec<Range<usize>> = found.collect();
        found.sort_by_key(|range| (range.start, range.end));
        let mut end = 0;
        found.retain(|range| {
            let apart = range.start >= end;
            end = if apart { range.end } else { end };
            apart
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn lines_are_kept_by_words_of_text_and_stream() {
        let line = LogLine::new(Timestamp::UNIX_EPOCH, 1, "AllTraffic/i-0a".into(), "POST /invocations 遅い TimeOut");
        let cases = [
            ("", true),
            ("timeout", true),
            ("post timeout", true),
            ("timeout !post", false),
            ("!ping", true),
            ("i-0A", true),
            ("遅い", true),
            ("!", false),
            ("gone", false),
        ];
        for (text, keeps) in cases {
            assert_eq!(LogFilter::new(text).keeps(&line), keeps, "{text}");
        }
    }

    #[test]
    fn marks_are_in_order_and_apart() {
        let marks = |filter: &str, text: &str| LogFilter::new(filter).marks(text);
        assert_eq!(marks("ab", "abxAB"), [0..2, 3..5]);
        assert_eq!(marks("abc bcd", "abcd bcd"), [0..3, 5..8]);
        assert!(marks("!x", "xxx").is_empty());
        assert_eq!(marks("い", "遅い い"), [3..6, 7..10]);
    }
}
