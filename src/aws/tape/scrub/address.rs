//! Addresses of people.

/// A text in which people may be named, as `subscriptions` keep them; `None` when nobody is.
pub(super) fn within(name: &str, plain: &str) -> Option<String> {
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
