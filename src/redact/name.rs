//! Decides which names have secret values.

/// Names that are secret as a whole. A space separates two words.
const WHOLE: [&str; 8] = ["token 0", "signature", "cookie", "set cookie", "auth", "sig", "webhook", "webhook url"];

/// Names of maps in which every value is secret.
const MAPS: [&str; 2] = ["environment", "environment variables"];

/// Words that make a name secret anywhere in it. A space separates two words.
const PARTS: [&str; 17] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "credential",
    "access key",
    "account key",
    "api key",
    "private key",
    "encryption key",
    "authorization",
    "connection string",
    "string to sign",
    "canonical request",
    "signature provided",
    "presigned",
];

/// Words that make a name secret as a separate word: `db_pwd`, `HF_TOKEN_1`.
const WORDS: [&str; 4] = ["pwd", "token", "otp", "jwt"];

/// Words that make a name secret as its last word: `DbPass`, but not `bypass` or `pass_rate`.
const LAST: [&str; 2] = ["pass", "pw"];

/// Tokens that give no access: paging tokens, which are needed to read the next page, and idempotency tokens, by which
/// AWS recognises a repeated call. Every other token is a credential.
const HARMLESS: [&str; 5] =
    ["nexttoken", "continuationtoken", "nextcontinuationtoken", "clienttoken", "clientrequesttoken"];

/// Does this name have a secret value? Case and separators do not matter:
/// `DbPassword`, `db-password`, `--db_password`.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let bare = bare(name);
    // The ARN of a secret is only its name.
    if bare.is_empty() || bare.ends_with("arn") || HARMLESS.contains(&bare.as_str()) {
        return false;
    }
    let is = |word: &str, secrets: &[&str]| secrets.iter().any(|secret| word.eq_ignore_ascii_case(secret));
    bare.ends_with("token")
        || WHOLE.iter().any(|whole| *whole == bare || whole.contains(' ') && spell(whole) == bare)
        || PARTS.iter().any(|part| if part.contains(' ') { bare.contains(&spell(part)) } else { bare.contains(part) })
        || words(name).any(|word| is(word, &WORDS))
        || words(name).filter(|word| !word.is_empty()).last().is_some_and(|word| is(word, &LAST))
}

/// Is this the name of a map in which every value is secret?
pub(super) fn is_secret_map(name: &str) -> bool {
    let bare = bare(name);
    MAPS.iter().any(|map| spell(map) == bare)
}

fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Joins words, without the spaces between them.
fn spell(words: &str) -> String {
    words.replace(' ', "")
}

/// Every secret name contains at least one of these, in lower case. Of two words the first is listed, as any separator
/// may follow it.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let names = WHOLE.iter().chain(&MAPS).chain(&PARTS).chain(&WORDS).chain(&LAST);
    names.filter_map(|name| name.split(' ').next())
}

/// Splits a name into words, at signs and before capital letters.
pub(crate) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let starts = part.char_indices().zip(std::iter::once(' ').chain(part.chars()));
        let starts = starts.filter(|((_, c), before)| c.is_ascii_uppercase() && !before.is_ascii_uppercase());
        let mut cuts: Vec<usize> = std::iter::once(0).chain(starts.map(|((at, _), _)| at)).collect();
        cuts.push(part.len());
        cuts.dedup();
        let ends = cuts.clone();
        cuts.into_iter().zip(ends.into_iter().skip(1)).filter_map(|(from, to)| part.get(from..to))
    })
}
