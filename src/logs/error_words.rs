//! Finds the lines that tell of an error.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// The words that tell of an error, matched without case.
const WORDS: [&str; 17] = [
    "error",
    "exception",
    "traceback",
    "fatal",
    "critical",
    "panic",
    "panicked",
    "out of memory",
    "outofmemory",
    "oom",
    "oomkilled",
    "killed",
    "segmentation fault",
    "core dumped",
    "cannot allocate memory",
    "no space left on device",
    "cuda_error_out_of_memory",
];

/// The words before one of [`WORDS`] that turn its meaning around.
const DENIALS: [&str; 4] = ["no", "without", "0", "zero"];

/// The values after one of [`WORDS`] that turn its meaning around.
const NOTHING: [&str; 6] = ["null", "none", "false", "\"\"", "''", "nan"];

/// The most bytes of a line that are looked through.
const LOOKED_THROUGH: usize = 16 * 1024;

static SEEKER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(WORDS).ok()
});

/// Does a line tell of an error? `ValueError:` does; `error_rate=0.01`, `errors` and `"error": null` do not.
pub(super) fn tells_of_error(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(LOOKED_THROUGH)).unwrap_or(text);
    let Some(seeker) = &*SEEKER else { return false };
    seeker.find_iter(head).any(|found| {
        let parts = (head.get(..found.start()), head.get(found.range()), head.get(found.end()..));
        let (Some(before), Some(word), Some(after)) = parts else { return false };
        is_word(before, word, after) && !is_denied(before, after)
    })
}

/// Is a match a word, or the last word of a name in camel case?
fn is_word(before: &str, word: &str, after: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let before = without_color(before);
    let camel =
        word.starts_with(|c: char| c.is_ascii_uppercase()) && before.ends_with(|c: char| c.is_ascii_lowercase());
    let acronym = word.starts_with(['E', 'X']) && word.ends_with(|c: char| c.is_ascii_lowercase());
    let begins = !before.ends_with(is_part) || camel || (acronym && before.ends_with(|c: char| c.is_ascii_uppercase()));
    begins && !after.starts_with(is_part)
}

/// Cuts a sequence that sets a colour off the end of a text.
fn without_color(text: &str) -> &str {
    let (before, sequence) = text.rfind("\u{1b}[").map_or((text, ""), |at| text.split_at(at));
    let is_color = sequence.ends_with('m') && sequence.chars().skip(2).all(|c| matches!(c, '0'..='9' | ';' | 'm'));
    if is_color { before } else { text }
}

/// Does the text around a word say that there is no error?
fn is_denied(before: &str, after: &str) -> bool {
    let last = before.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if DENIALS.iter().any(|word| last.eq_ignore_ascii_case(word)) {
        return true;
    }
    let Some(value) = after.trim_start_matches(['"', '\'', ' ']).strip_prefix([':', '=']) else { return false };
    let value = value.trim_start();
    let starts = |word: &&str| value.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let zero = value.strip_prefix('0').is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
    zero || NOTHING.iter().any(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_tell_of_an_error_are_told_from_those_that_only_use_the_word() {
        let cases = [
            ("ERROR Traceback (most recent call last):", true),
            ("ValueError: feature 'clicks' expected int64", true),
            ("OSError: [Errno 28] No space left on device", true),
            ("java.lang.NullPointerException at x", true),
            ("RuntimeError: CUDA out of memory. Tried to allocate 3.46 GiB", true),
            ("Out of memory: Killed process 311 (python3)", true),
            ("thread 'main' panicked at src/main.rs:4", true),
            ("{\"level\": \"error\", \"msg\": \"cannot load\"}", true),
            ("{\"error\": \"0x1f is no model\"}", true),
            ("[FATAL] exit", true),
            ("遅い ERROR 遅い", true),
            ("\u{1b}[31;1mERROR\u{1b}[0m x", true),
            ("\u{1b}[31;1mthe merror", false),
            ("INFO epoch 1/20 loss=0.41 error_rate=0.01", false),
            ("INFO 12 errors so far", false),
            ("{\"error\": null, \"status\": 200}", false),
            ("error=0 rows=12", false),
            ("error: \"\"", false),
            ("finished with no error", false),
            ("train-error: 0.0", false),
            ("INFO room for terrors and mushroom", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(tells_of_error(text), expected, "{text}");
        }
    }
}
