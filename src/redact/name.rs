//! Which names stand over something that nobody else may know.

/// Names that are secret as a whole; a blank stands between two words.
const WHOLE: [&str; 8] = ["token 0", "signature", "cookie", "set cookie", "auth", "sig", "webhook", "webhook url"];

/// Names of maps all of whose values are secret.
const MAPS: [&str; 2] = ["environment", "environment variables"];

/// Secret wherever they stand in a name; a blank stands between two words.
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

/// Secret where they are a word of their own: `db_pwd`, `HF_TOKEN_1`.
const WORDS: [&str; 4] = ["pwd", "token", "otp", "jwt"];

/// Secret where they are the last word: `DbPass`, but not `bypass` or `pass_rate`.
const LAST: [&str; 2] = ["pass", "pw"];

/// Tokens that open nothing: those of pages, without which nothing could be read on, and those by which AWS takes the
/// same call twice as one. All others open something.
const HARMLESS: [&str; 5] =
    ["nexttoken", "continuationtoken", "nextcontinuationtoken", "clienttoken", "clientrequesttoken"];

/// Does this name stand over something that nobody else may know? Case and separators do not matter:
/// `DbPassword`, `db-password`, `--db_password`.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let bare = bare(name);
    // The ARN of a secret is a name, not the secret.
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

/// Does this name stand over a map all of whose values are secret?
pub(super) fn is_secret_map(name: &str) -> bool {
    let bare = bare(name);
    MAPS.iter().any(|map| spell(map) == bare)
}

fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Words without the blanks between them.
fn spell(words: &str) -> String {
    words.replace(' ', "")
}

/// What every secret name holds at least one of, in lower case: of two words the first, whatever stands between them.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let names = WHOLE.iter().chain(&MAPS).chain(&PARTS).chain(&WORDS).chain(&LAST);
    names.filter_map(|name| name.split(' ').next())
}

/// The words of a name: they are separated by signs, or each begins with a capital letter.
fn words(name: &str) -> impl Iterator<Item = &str> {
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
