//! The filter of a list: it keeps rows with all of its words, without `!words`, of an `@account`.

/// A filter.
pub(crate) struct Filter(Vec<Word>);

/// One word, in lower case.
struct Word {
    text: String,
    /// Are rows with the word kept? Otherwise they are left out.
    stays: bool,
    looks_at: LooksAt,
}

/// The texts that a word is searched in.
#[derive(Clone, Copy)]
enum LooksAt {
    Row,
    /// In the name of the account. No account has this name (yet).
    Account,
    /// Among the words of the account's name, so that `@shop` does not match `shop-test`.
    AccountWord,
}

impl Filter {
    /// Parses a filter such as `recommend !rejected @prod`. `accounts` are the names of all watched accounts.
    pub(crate) fn new(text: &str, accounts: &[&str]) -> Self {
        let called = |word: &str| accounts.iter().any(|name| has_word(&name.to_lowercase(), word));
        let word = |word: &str| {
            let word = word.to_lowercase();
            let (stays, rest) =
                word.strip_prefix('!').filter(|rest| !rest.is_empty()).map_or((true, &*word), |rest| (false, rest));
            let (looks_at, text) = match rest.strip_prefix('@').filter(|name| !name.is_empty()) {
                Some(name) if called(name) => (LooksAt::AccountWord, name),
                Some(name) => (LooksAt::Account, name),
                None => (LooksAt::Row, rest),
            };
            Word { text: text.to_owned(), stays, looks_at }
        };
        Self(text.split_whitespace().map(word).collect())
    }

    /// Does the filter keep a row of an account?
    pub(crate) fn keeps(&self, account: &str, row: impl FnOnce() -> String) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let (account, row) = (account.to_lowercase(), row().to_lowercase());
        self.0.iter().all(|word| match word.looks_at {
            LooksAt::Row => row.contains(&word.text) == word.stays,
            LooksAt::Account | LooksAt::AccountWord => word.keeps(&account),
        })
    }

    /// Can the filter keep any row of an account?
    pub(crate) fn keeps_account(&self, account: &str) -> bool {
        let account = account.to_lowercase();
        self.0.iter().all(|word| word.keeps(&account))
    }
}

impl Word {
    /// Does the word keep this account?
    fn keeps(&self, account: &str) -> bool {
        match self.looks_at {
            LooksAt::Row => true,
            LooksAt::Account => account.contains(&self.text) == self.stays,
            LooksAt::AccountWord => has_word(account, &self.text) == self.stays,
        }
    }
}

/// Returns the filter that keeps only rows of one account.
pub(crate) fn of_account(name: &str) -> String {
    name.split_whitespace().map(|word| format!("@{word}")).collect::<Vec<_>>().join(" ")
}

fn has_word(name: &str, word: &str) -> bool {
    name.split_whitespace().any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_of_the_row_or_of_its_account() {
        let rows = [("shop", "recommender v3"), ("shop-test", "Recommender v4"), ("lab eu-west-1", "shop-front v1")];
        let names = rows.map(|(account, _)| account);
        let kept = |text: &str| {
            let filter = Filter::new(text, &names);
            let kept = rows.iter().filter(|(account, row)| filter.keeps(account, || (*row).to_owned()));
            kept.map(|(account, _)| *account).collect::<Vec<_>>()
        };
        assert_eq!(kept(" "), names);
        assert_eq!(kept("RECOMM"), ["shop", "shop-test"]);
        assert_eq!(kept("recomm !v3"), ["shop-test"]);
        assert_eq!(kept("shop"), ["lab eu-west-1"], "the account is no part of the row unless it shows it");
        assert_eq!(kept("@shop"), ["shop"], "an account that is called so");
        assert_eq!(kept("@sho"), ["shop", "shop-test"], "while it is typed");
        assert_eq!(kept("!@Shop"), ["shop-test", "lab eu-west-1"]);
        assert_eq!(kept(&of_account("lab eu-west-1")), ["lab eu-west-1"]);
        // A sign alone is an ordinary word.
        assert_eq!(kept("!"), [""; 0]);
    }
}
