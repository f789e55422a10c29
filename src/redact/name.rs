//! Which names stand over something that nobody else may know.

/// Names that are secret as a whole; a blank stands between two words.
const WHOLE: [&str; 9] =
    ["environment", "environment variables", "token 0", "signature", "cookie", "auth", "sig", "webhook", "webhook url"];

/// Secret wherever they stand in a name; a blank stands between two words.
const PARTS: [&str; 16] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
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

/// Secret where they are a word of their own: `db_pwd`, `DbPwd`, but not `bypass`.
const WORDS: [&str; 3] = ["pwd", "pass", "pw"];

/// Tokens that open nothing: those of pages, without which nothing could be read on, and those by which AWS takes the
/// same call twice as one. All others open something.
const HARMLESS: [&str; 5] =
    ["nexttoken", "continuationtoken", "nextcontinuationtoken", "clienttoken", "clientrequesttoken"];

/// Does this name stand over something that nobody else may know? Case and separators do not matter:
/// `DbPassword`, `db-password`, `--db_password`.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let token = bare.ends_with("token") && !HARMLESS.contains(&bare.as_str());
    let found = token
        || WHOLE.iter().any(|whole| spell(whole, "") == bare)
        || PARTS.iter().any(|part| bare.contains(&spell(part, "")))
        || words(name).any(|word| WORDS.iter().any(|secret| word.eq_ignore_ascii_case(secret)));
    // The ARN of a secret is a name, not the secret.
    found && !bare.ends_with("arn")
}

/// Words with something else than a blank between them.
fn spell(words: &str, between: &str) -> String {
    words.replace(' ', between)
}

/// What every secret name holds at least one of, in lower case.
pub(super) fn signs() -> impl Iterator<Item = String> {
    let spelled = |name: &&'static str| {
        let name: &'static str = name;
        ["", "_", "-", ".", " "].into_iter().map(move |between| spell(name, between))
    };
    let names = WHOLE.iter().chain(PARTS.iter()).chain(WORDS.iter()).chain(&["token"]);
    names.flat_map(spelled)
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
