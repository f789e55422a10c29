//! Random inputs for tests: valid texts with random changes. They are the same in every run. `SAGETOP_TEST_SEED` sets the
//! first seed, and `SAGETOP_TEST_CASES` the number of cases.

use std::env;
use std::ops::Range;

use fastrand::Rng;

/// Texts that parsers of any language often fail on.
const ODD: [&str; 30] = [
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "é",
    "日本",
    "👩‍👩‍👧",
    "\"",
    "'",
    "\\",
    "[[",
    "]]",
    "{",
    "}",
    "(",
    ")",
    ",",
    "=",
    ":",
    "#",
    "-1",
    "1e999",
    "99999999999999999999",
    "null",
    "..",
];

/// Returns the random numbers of each case. A test that fails names its seed, which brings the case back.
pub(crate) fn cases(usual: u64) -> impl Iterator<Item = (u64, Rng)> {
    let number = |name| env::var(name).ok().and_then(|text| text.parse().ok());
    let first: u64 = number("SAGETOP_TEST_SEED").unwrap_or(0);
    let seeds: Range<u64> = first..first + number("SAGETOP_TEST_CASES").unwrap_or(usual);
    seeds.map(|seed| (seed, Rng::with_seed(seed)))
}

/// Returns one of the texts with up to six changes.
pub(crate) fn mutated(random: &mut Rng, texts: &[&str]) -> String {
    let mut letters: Vec<char> = texts[random.usize(..texts.len())].chars().collect();
    for _ in 0..random.usize(..7) {
        let at = random.usize(..=letters.len());
        let end = letters.len().min(at + random.usize(..12));
        let new = ODD[random.usize(..ODD.len())];
        // A piece of the same text is inserted as often: a parser gets further with it than with an odd text.
        let (from, length) = (random.usize(..=letters.len()), random.usize(..12));
        let own: Vec<char> = letters.iter().skip(from).take(length).copied().collect();
        letters.splice(at..end, if random.bool() { new.chars().collect() } else { own });
    }
    letters.into_iter().collect()
}
