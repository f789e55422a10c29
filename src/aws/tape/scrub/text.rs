//! Secrets and addresses inside of a text, wherever it stands.

use std::borrow::Cow;
use std::ops::Range;

use super::{MARK, is_secret};

/// Who speaks of these speaks of a signature, and quotes the headers that were signed.
const SIGNING: &[&str] =
    &["canonical string", "canonical request", "string-to-sign", "string to sign", "aws4_request", "aws4-hmac-sha256"];

/// The text without parameters and headers of signed requests, access keys, users in front of a host, and what is
/// assigned to a secret's name.
pub(in super::super) fn text(plain: &str) -> Cow<'_, str> {
    let lower = plain.to_ascii_lowercase();
    if SIGNING.iter().any(|word| lower.contains(word)) {
        return Cow::Owned(format!("{MARK}: it speaks of a signature"));
    }
    let mut cleaned = Cow::Borrowed(plain);
    for find in [parameter, access_key, user_info, assignment] {
        if let Some(without) = cut(&cleaned, find) {
            cleaned = Cow::Owned(without);
        }
    }
    cleaned
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
        let stops = |c: char| c.is_whitespace() || "&\"'<>;,)\\".contains(c);
        let stop = value.find(stops).unwrap_or(value.len());
        let stop = value.find("%26").map_or(stop, |encoded| encoded.min(stop));
        if stop > 0 {
            return Some(start..start + stop);
        }
    }
    None
}

/// `AKIA…` and `ASIA…`: the names of keys.
fn access_key(rest: &str) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let starts = rest.match_indices("AKIA").chain(rest.match_indices("ASIA")).map(|(at, _)| at);
    starts
        .filter_map(|at| {
            let length = rest.get(at..)?.find(|c| !is_part(c)).unwrap_or(rest.len() - at);
            (length >= 16).then_some(at..at + length)
        })
        .min_by_key(|found| found.start)
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

/// The value of `DB_PASSWORD=…` or `--api-key=…`: in a command line, a query, a file.
fn assignment(rest: &str) -> Option<Range<usize>> {
    rest.match_indices('=').find_map(|(at, _)| {
        let name = rest.get(..at)?.rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).next()?;
        let value = rest.get(at + 1..)?;
        let bare = value.trim_start_matches(['"', '\'', '\\']);
        let start = at + 1 + value.len() - bare.len();
        let length = bare.find(|c: char| c.is_whitespace() || "&\"'<>;,)\\".contains(c)).unwrap_or(bare.len());
        (length > 0 && is_secret(name)).then_some(start..start + length)
    })
}

/// A text in which people may be named, as `subscriptions` keep them; `None` when nobody is.
pub(super) fn addresses(name: &str, plain: &str) -> Option<String> {
    if name == "Endpoint" {
        return address(plain).or_else(|| (!plain.starts_with("arn:")).then(|| "…".to_owned()));
    }
    let mut changed = false;
    let words: Vec<String> = plain
        .split(' ')
        .map(|word| {
            let redacted = address(word);
            changed |= redacted.is_some();
            redacted.unwrap_or_else(|| word.to_owned())
        })
        .collect();
    changed.then(|| words.join(" "))
}

/// `ana.lopez@shop.example` → `a…@shop.example`; `+34600111222` → `+34…22`; a URL loses its path and query.
///
/// What is redacted already stays as it is. `None` when it is nobody's address.
fn address(plain: &str) -> Option<String> {
    let first = |n: usize| plain.chars().take(n).collect::<String>();
    if plain.starts_with("arn:") {
        return None;
    }
    if let Some((scheme, rest)) = plain.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Some(format!("{scheme}://{}/…", host.rsplit('@').next().unwrap_or_default()));
    }
    if let Some((_, host)) = plain.rsplit_once('@') {
        return Some(format!("{}…@{host}", first(1)));
    }
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let phone = plain.starts_with('+') && plain.chars().skip(1).all(|c| c.is_ascii_digit() || "-.()…".contains(c));
    (phone && digits >= 4).then(|| {
        let last: String = plain.chars().skip(plain.chars().count().saturating_sub(2)).collect();
        format!("{}…{last}", first(3))
    })
}
