//! Secrets inside of a text, wherever it stands.

use std::borrow::Cow;
use std::ops::Range;

use super::{MARK, is_secret};

/// Who speaks of these speaks of a signature, and quotes the headers that were signed.
const SIGNING: [&str; 6] =
    ["canonical string", "canonical request", "string-to-sign", "string to sign", "aws4_request", "aws4-hmac-sha256"];

/// Beginnings of keys and tokens that are known by their form, and how many characters they have at least.
///
/// Access keys: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>.
const FORMS: [(&str, usize); 13] = [
    ("AKIA", 12),
    ("ASIA", 12),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("hf_", 20),
    ("sk-", 24),
    ("eyJ", 40),
    ("AIza", 30),
];

/// URLs whose path is the key to somebody's chat.
const CHATS: [&str; 3] = ["hooks.slack.com/services/", "discord.com/api/webhooks/", "webhook.office.com/"];

/// The text without parameters and headers of signed requests, keys and tokens of known forms, users in front of a
/// host, private keys, and what is assigned to the name of a secret.
#[must_use]
pub fn text(plain: &str) -> Cow<'_, str> {
    // Of a URL that was signed only the parameters go.
    let mut cleaned = cut(plain, parameter).map_or(Cow::Borrowed(plain), Cow::Owned);
    let lower = cleaned.to_ascii_lowercase();
    if SIGNING.iter().any(|word| lower.contains(word)) {
        return Cow::Owned(format!("{MARK}: it speaks of a signature"));
    }
    for find in [private_key, form, chat, user_info, flag, bearer, assignment] {
        if let Some(without) = cut(&cleaned, find) {
            cleaned = Cow::Owned(without);
        }
    }
    cleaned
}

/// What every text with a secret of a known form holds at least one of.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let forms = FORMS.iter().map(|(start, _)| *start);
    SIGNING.into_iter().chain(forms).chain(CHATS).chain(["x-amz-", "@", "bearer", "basic"])
}

/// The text with a mark in each place that is found; `None` when nothing is.
fn cut(plain: &str, find: fn(&str) -> Option<Range<usize>>) -> Option<String> {
    let (mut out, mut rest) = (String::new(), plain);
    while let Some(found) = find(rest) {
        out.push_str(rest.get(..found.start)?);
        out.push_str(MARK);
        rest = rest.get(found.end..)?;
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(rest);
    (out != plain).then_some(out)
}

/// Where a value ends.
fn ends_value(c: char) -> bool {
    c.is_whitespace() || "&\"'<>;,)]}\\".contains(c)
}

/// The value at the beginning of a text: inside of its quotes, or up to where it ends.
fn value(rest: &str) -> Range<usize> {
    let bare = rest.trim_start_matches([' ', '"', '\'', '\\']);
    let start = rest.len() - bare.len();
    let opening = rest.get(..start).unwrap_or_default();
    let quote = ['"', '\''].into_iter().find(|quote| opening.ends_with(*quote));
    let length = match quote {
        Some(quote) => bare.find([quote, '\\']),
        None => bare.find(ends_value),
    };
    start..start + length.unwrap_or(bare.len())
}

/// What stands between the lines of a private key in PEM.
fn private_key(rest: &str) -> Option<Range<usize>> {
    let start = rest.find("PRIVATE KEY-----")? + "PRIVATE KEY-----".len();
    let after = rest.get(start..)?;
    let length = after.find("-----END").unwrap_or(after.len());
    (after.get(..length)?.trim() != MARK && length > 0).then_some(start..start + length)
}

/// The value of `X-Amz-Signature=…`, also encoded, or of `x-amz-security-token: …`.
fn parameter(rest: &str) -> Option<Range<usize>> {
    let lower = rest.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find("x-amz-").map(|at| at + from) {
        from = at + "x-amz-".len();
        let end = lower.get(from..)?.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))? + from;
        let after = lower.get(end..)?;
        let separator = ["=", "%3d", ": ", ":"].iter().find(|s| after.starts_with(**s)).map(|s| s.len());
        let Some(length) = separator else { continue };
        let start = end + length;
        let value = lower.get(start..)?;
        let stop = value.find(ends_value).unwrap_or(value.len());
        let stop = value.find("%26").map_or(stop, |encoded| encoded.min(stop));
        if stop > 0 {
            return Some(start..start + stop);
        }
    }
    None
}

/// A key or a token that is known by its form.
fn form(rest: &str) -> Option<Range<usize>> {
    let found = FORMS.iter().flat_map(|(start, least)| {
        // Access keys are capitals and digits: `ASIA-PACIFIC` is none.
        let loud = start.ends_with("IA");
        let is_part = move |c: char| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || !loud && (c.is_ascii_lowercase() || "_-.".contains(c))
        };
        rest.match_indices(start).filter_map(move |(at, _)| {
            let begins = !rest.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric());
            let length = rest.get(at..)?.find(|c| !is_part(c)).unwrap_or(rest.len() - at);
            (begins && length >= *least).then_some(at..at + length)
        })
    });
    found.min_by_key(|found| found.start)
}

/// The path of a URL that writes into a chat.
fn chat(rest: &str) -> Option<Range<usize>> {
    let found = CHATS.iter().filter_map(|chat| {
        let start = rest.find(chat)? + chat.len();
        let length = rest.get(start..)?.find(ends_value).unwrap_or(rest.len() - start);
        (length > 0).then_some(start..start + length)
    });
    found.min_by_key(|found| found.start)
}

/// `user:password` of `https://user:password@host`.
fn user_info(rest: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(start) = rest.get(from..)?.find("://").map(|at| at + from + 3) {
        let host = rest.get(start..)?;
        let end = host.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(host.len());
        if let Some(at) = host.get(..end)?.rfind('@').filter(|at| *at > 0) {
            return Some(start..start + at);
        }
        from = start;
    }
    None
}

/// The value behind `--password` and a blank.
fn flag(rest: &str) -> Option<Range<usize>> {
    rest.match_indices("--").find_map(|(at, _)| {
        let after = rest.get(at + 2..)?;
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c)))?;
        let (name, after) = after.split_at(end);
        let found = value(after);
        let meant = after.starts_with(' ') && is_secret(name) && !after.get(found.clone())?.starts_with('-');
        let start = at + 2 + end;
        (meant && !found.is_empty()).then_some(start + found.start..start + found.end)
    })
}

/// What stands behind `Bearer`, and behind `Basic` where it cannot be a word.
fn bearer(rest: &str) -> Option<Range<usize>> {
    let lower = rest.to_ascii_lowercase();
    let found = [("bearer ", 4), ("basic ", 16)].into_iter().filter_map(|(scheme, least)| {
        let start = lower.find(scheme)? + scheme.len();
        let found = value(rest.get(start..)?);
        let long = found.len() >= least && !lower.get(start..)?.starts_with("token ");
        (long && rest.get(start..)?.get(found.clone())? != MARK).then_some(start + found.start..start + found.end)
    });
    found.min_by_key(|found| found.start)
}

/// The value of `DB_PASSWORD=…`, `--api-key=…` or `"password": "…"`: in a command line, a query, a file.
fn assignment(rest: &str) -> Option<Range<usize>> {
    rest.match_indices(['=', ':']).find_map(|(at, sign)| {
        let before = rest.get(..at)?.trim_end_matches(['"', '\'', '\\', ' ']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let name = before.rsplit(|c: char| !is_name(c)).next()?;
        // Names of AWS are divided by colons: `arn:aws:secretsmanager:eu-west-1:…:secret:db`.
        let divided = before.strip_suffix(name)?.ends_with(':') || before.ends_with("arn");
        let after = rest.get(at + 1..)?;
        let mut found = value(after);
        if ["bearer", "basic"]
            .iter()
            .any(|scheme| after.get(found.clone()).is_some_and(|w| w.eq_ignore_ascii_case(scheme)))
        {
            let next = value(after.get(found.end..)?);
            found = found.end + next.start..found.end + next.end;
        }
        let shown = after.get(found.clone())?;
        let meant = sign == "=" || !divided && !shown.starts_with("//");
        let known = shown.is_empty() || shown == MARK;
        (meant && !known && is_secret(name)).then_some(at + 1 + found.start..at + 1 + found.end)
    })
}
