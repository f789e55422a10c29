//! Finds secrets inside a text.

use std::borrow::Cow;
use std::ops::Range;

use super::{MARK, is_secret};

/// A text with one of these words is about a signature, and quotes the signed headers.
const SIGNING: [&str; 6] =
    ["canonical string", "canonical request", "string-to-sign", "string to sign", "aws4_request", "aws4-hmac-sha256"];

/// Prefixes of keys and tokens with a known format: the prefix, the fewest characters, and the signs allowed besides
/// letters and digits. Some names of resources begin with the same letters, so a digit is required as well.
///
/// Access keys: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>.
const FORMS: [(&str, usize, &str); 22] = [
    ("AKIA", 12, ""),
    ("ASIA", 12, ""),
    ("ABSK", 40, ""),
    ("IQoJ", 60, "+/="),
    ("FwoG", 60, "+/="),
    ("FQoG", 60, "+/="),
    ("ghp_", 20, ""),
    ("gho_", 20, ""),
    ("ghs_", 20, ""),
    ("ghu_", 20, ""),
    ("github_pat_", 20, "_"),
    ("glpat-", 16, "_-"),
    ("npm_", 30, ""),
    ("xoxb-", 16, "-"),
    ("xoxp-", 16, "-"),
    ("xapp-", 16, "-"),
    ("hf_", 30, ""),
    ("sk_live_", 20, ""),
    ("rk_live_", 20, ""),
    ("sk-", 40, "_-"),
    ("eyJ", 40, "_-."),
    ("AIza", 30, "_-"),
];

/// URLs whose path is the secret: webhooks of chats.
const CHATS: [&str; 3] = ["hooks.slack.com/services/", "discord.com/api/webhooks/", "webhook.office.com/"];

/// Removes parameters and headers of signed requests, keys and tokens of known formats, `user:password` before a host,
/// private keys, and values assigned to secret names.
#[must_use]
pub fn text(plain: &str) -> Cow<'_, str> {
    let Some(shown) = without_hidden(plain) else { return readable(plain) };
    match readable(&shown) {
        Cow::Borrowed(_) => Cow::Borrowed(plain),
        Cow::Owned(cleaned) => Cow::Owned(cleaned),
    }
}

/// Characters without a width. They would part a name from its value, and no reader would see it.
const HIDDEN: [char; 7] = ['\u{ad}', '\u{34f}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// Returns the text as a reader sees it, without colours and without characters that have no width. `None` if it has
/// none of these.
fn without_hidden(plain: &str) -> Option<String> {
    if !plain.contains('\u{1b}') && !plain.contains(HIDDEN) {
        return None;
    }
    let (mut out, mut rest) = (String::with_capacity(plain.len()), plain);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..)?;
        let sequence = after.strip_prefix('[').filter(|_| c == '\u{1b}');
        let end = sequence.and_then(|parameters| parameters.find(|p: char| !(' '..='?').contains(&p)));
        rest = match (sequence, end) {
            (Some(sequence), Some(end)) => sequence.get(end..)?.get(1..).unwrap_or_default(),
            _ => after,
        };
        if c != '\u{1b}' && !HIDDEN.contains(&c) {
            out.push(c);
        }
    }
    Some(out)
}

fn readable(plain: &str) -> Cow<'_, str> {
    // A signed URL loses only its parameters.
    let mut cleaned = cut(plain, parameter).map_or(Cow::Borrowed(plain), Cow::Owned);
    let lower = cleaned.to_ascii_lowercase();
    if SIGNING.iter().any(|word| lower.contains(word)) {
        return Cow::Owned(format!("{MARK}: it speaks of a signature"));
    }
    for find in [private_key, form, chat, user_info, flag, client_password, bearer, assignment] {
        if let Some(without) = cut(&cleaned, find) {
            cleaned = Cow::Owned(without);
        }
    }
    cleaned
}

/// Every text with a secret of a known format contains at least one of these.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let forms = FORMS.iter().map(|(start, ..)| *start);
    let names = ["x-amz-", "x-goog-", "@", "bearer", "basic", "-u ", "-user ", "mysql", "mariadb"];
    // An escape sequence, as JSON writes it, and characters without a width may be inside the name of a secret.
    let hidden = ["\\u001b", "\u{ad}", "\u{34f}", "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}"];
    SIGNING.into_iter().chain(forms).chain(CHATS).chain(names).chain(hidden)
}

/// Can a single word hold a secret? It must have an assignment, a user, a signature, a webhook, or a known format. The
/// tag of an image follows a colon, too, but behind a slash.
pub(super) fn may_hold_secret(word: &str) -> bool {
    word.contains("://")
        || word.contains(['=', '@', '?', '{', '"', '<', '\u{1b}'])
        || word.contains(':') && !word.contains('/')
        || word.contains(HIDDEN)
        || CHATS.iter().any(|chat| word.contains(chat))
        || form(word).is_some_and(|found| found.start == 0 || word.contains(['/', ':']))
}

/// Is it the location of an object with a signature?
pub(super) fn is_signed(word: &str) -> bool {
    parameter(word).is_some()
}

/// Replaces each range that is found by the mark. `None` when there is none.
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

/// The characters that end a value.
fn ends_value(c: char) -> bool {
    c.is_whitespace() || "&\"'<>;,)]}\\".contains(c)
}

/// The value at the start of a text: inside its quotes, or up to the first character that ends a value.
fn value(rest: &str) -> Range<usize> {
    let bare = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"'\\:=>|{".contains(c));
    let start = rest.len() - bare.len();
    let opening = rest.get(..start).unwrap_or_default();
    let quote = ['"', '\''].into_iter().find(|quote| opening.ends_with(*quote));
    let length = match quote {
        Some(quote) => bare.find(quote).unwrap_or(bare.len()),
        None => end_of_value(bare),
    };
    start..start + length
}

/// Returns the end of a value. In a query `&` ends it, if a name and `=` follow; elsewhere it is a part of it.
fn end_of_value(bare: &str) -> usize {
    let is_next = |after: &str| {
        let name = after.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c)));
        name.is_some_and(|end| end > 0 && after.get(end..).is_some_and(|rest| rest.starts_with('=')))
    };
    let mut ends = bare.char_indices().filter(|(_, c)| ends_value(*c));
    let end = ends.find(|(at, c)| *c != '&' || bare.get(at + 1..).is_some_and(is_next));
    end.map_or(bare.len(), |(at, _)| at)
}

/// The range between the first and the last line of a private key in PEM.
fn private_key(rest: &str) -> Option<Range<usize>> {
    let start = rest.find("PRIVATE KEY-----")? + "PRIVATE KEY-----".len();
    let after = rest.get(start..)?;
    let length = after.find("-----END").unwrap_or(after.len());
    (after.get(..length)?.trim() != MARK && length > 0).then_some(start..start + length)
}

/// The value of `X-Amz-Signature=…`, also percent-encoded, or of `x-amz-security-token: …`.
fn parameter(rest: &str) -> Option<Range<usize>> {
    let lower = rest.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = ["x-amz-", "x-goog-"].iter().filter_map(|start| lower.get(from..)?.find(start)).min() {
        let at = at + from;
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

/// A key or a token of a known format.
fn form(rest: &str) -> Option<Range<usize>> {
    let found = FORMS.iter().filter_map(|(start, least, signs)| {
        // Access keys consist of capitals and digits.
        let loud = start.ends_with("IA");
        let is_part = |c: char| {
            let letter = c.is_ascii_uppercase() || c.is_ascii_digit() || !loud && c.is_ascii_lowercase();
            letter || signs.contains(c)
        };
        rest.match_indices(start).find_map(|(at, _)| {
            // A word of small letters may run into an access key.
            let glued = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || !loud && c.is_ascii_lowercase();
            let begins = !rest.get(..at)?.ends_with(glued);
            let length =
                rest.get(at + start.len()..)?.find(|c| !is_part(c)).map_or(rest.len() - at, |n| n + start.len());
            let token = rest.get(at..at + length)?;
            (begins && length >= *least && token.contains(|c: char| c.is_ascii_digit())).then_some(at..at + length)
        })
    });
    found.min_by_key(|found| found.start)
}

/// The path of a webhook URL.
fn chat(rest: &str) -> Option<Range<usize>> {
    let found = CHATS.iter().filter_map(|chat| {
        let start = rest.find(chat)? + chat.len();
        let length = rest.get(start..)?.find(ends_value).unwrap_or(rest.len() - start);
        (length > 0).then_some(start..start + length)
    });
    found.min_by_key(|found| found.start)
}

/// `user:password` of `https://user:password@host`; a password may hold a slash.
fn user_info(rest: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(start) = rest.get(from..)?.find("://").map(|at| at + from + 3) {
        let host = rest.get(start..)?;
        let whole = host.find(|c: char| c.is_whitespace() || "\"'<>".contains(c)).unwrap_or(host.len());
        let first = host.get(..whole)?.find(['/', '?', '#']).unwrap_or(whole);
        let port = host.get(..first)?.split_once(':').map(|(_, port)| port);
        let split = port.is_some_and(|port| port.is_empty() || port.contains(|c: char| !c.is_ascii_digit()));
        let end = if split { whole } else { first };
        if let Some(at) = host.get(..end)?.rfind('@').filter(|at| *at > 0) {
            return Some(start..start + at);
        }
        from = start;
    }
    None
}

/// The value after `--password`, and after `-u` where it has a password.
fn flag(rest: &str) -> Option<Range<usize>> {
    rest.match_indices('-').find_map(|(at, _)| {
        let begins = !rest.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
        let after = rest.get(at..)?.trim_start_matches('-');
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c)))?;
        let (name, after) = after.split_at(end);
        let user = matches!(name, "u" | "user");
        if !begins || !after.starts_with(char::is_whitespace) || !user && !is_secret(name) {
            return None;
        }
        let found = value(after);
        let shown = after.get(found.clone())?;
        let meant = !shown.starts_with("--") && (!user || shown.contains(':'));
        let start = rest.len() - after.len();
        (meant && !found.is_empty()).then_some(start + found.start..start + found.end)
    })
}

/// The password that follows `-p` without a space in a command of `mysql` or `mariadb`.
fn client_password(rest: &str) -> Option<Range<usize>> {
    let program = ["mysql", "mariadb"].iter().filter_map(|name| rest.find(name)).min()?;
    let (at, _) = rest.get(program..)?.match_indices(" -p").next()?;
    let start = program + at + " -p".len();
    let length = rest.get(start..)?.find(char::is_whitespace).unwrap_or(rest.len() - start);
    let known = rest.get(start..start + length) == Some(MARK);
    (length > 0 && !known).then_some(start..start + length)
}

/// The token after `Bearer`, and after `Basic` where it cannot be a word.
fn bearer(rest: &str) -> Option<Range<usize>> {
    let lower = rest.to_ascii_lowercase();
    let found = [("bearer", 4), ("basic", 16)].into_iter().filter_map(|(scheme, least)| {
        let start = lower.find(scheme)? + scheme.len();
        let after = rest.get(start..)?;
        let found = value(after);
        let long = after.starts_with(char::is_whitespace) && found.len() >= least;
        let word = after.get(found.clone())?;
        (long && word != "token" && word != MARK).then_some(start + found.start..start + found.end)
    });
    found.min_by_key(|found| found.start)
}

/// Words before a secret that name its scheme: `Authorization: Bearer …`.
const SCHEMES: [&str; 5] = ["bearer", "basic", "token", "apikey", "digest"];

/// The value of `DB_PASSWORD=…`, `--api-key=…`, `"password": "…"` or `<password>…`: in a command line, a query, a file.
fn assignment(rest: &str) -> Option<Range<usize>> {
    rest.match_indices(['=', ':', '>']).find_map(|(at, sign)| {
        // No name is longer, so the text before it is not searched again for each sign.
        let from = rest.floor_char_boundary(at.saturating_sub(LONGEST_NAME));
        let before = rest.get(from..at)?.trim_end_matches(['"', '\'', '\\', ' ', ':']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let name = before.rsplit(|c: char| !is_name(c)).next().filter(|name| is_secret(name))?;
        let front = before.strip_suffix(name)?;
        let after = rest.get(at + 1..)?;
        let quoted = after.trim_start().starts_with(['"', '\'']);
        let mut found = value(after);
        if SCHEMES.iter().any(|scheme| after.get(found.clone()).is_some_and(|w| w.eq_ignore_ascii_case(scheme))) {
            let next = value(after.get(found.end..)?);
            found = found.end + next.start..found.end + next.end;
        }
        if is_cookie(name) {
            found.end = after.find('\n').unwrap_or(after.len());
        }
        let shown = after.get(found.clone())?;
        let meant = match sign {
            "=" => true,
            ">" => front.ends_with('<'),
            // ARNs have colons: `arn:aws:secretsmanager:eu-west-1:…:secret:db`. And sentences read like
            // "credentials: none were found".
            _ => !front.ends_with(':') && !shown.starts_with("//") && (quoted || is_loud(name) || is_random(shown)),
        };
        let known = shown.is_empty() || shown == MARK;
        (meant && !known).then_some(at + 1 + found.start..at + 1 + found.end)
    })
}

/// The longest name of an assignment, in bytes.
const LONGEST_NAME: usize = 80;

fn is_cookie(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("cookie")
}

/// Is it a name whose value is secret in any sentence, such as `password: hunter2`?
fn is_loud(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_password(name) || ["key", "authorization", "cookie"].iter().any(|loud| lower.contains(loud))
}

/// Is it the name of a password?
pub(super) fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["passw", "passphrase", "passcode", "pwd"].iter().any(|word| name.contains(word))
}

/// Does it look random instead of like a word: long, with a digit or capitals inside?
fn is_random(shown: &str) -> bool {
    let mixed = shown.contains(|c: char| c.is_ascii_digit()) || shown.chars().skip(1).any(|c| c.is_ascii_uppercase());
    shown.len() >= 6 && mixed
}
