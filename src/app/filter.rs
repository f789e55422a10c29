//! The filter of a list. It keeps the rows in whose cells all of its words are found.
//!
//! | word | keeps a row |
//! |---|---|
//! | `prod` | with this word in a cell that is shown; an upper-case letter makes it case-sensitive |
//! | `~^p[0-9]` | with a cell that this regular expression matches |
//! | `?rcmd` | with a cell that has these letters in this order |
//! | `status:fail` | with this in the column of that name, shown or not; the value may be any of the above |
//! | `@shop` | of this account |
//! | `project:shop` | of a model of this SageMaker project |
//! | `!…` | for which the rest of the word is not true |

mod pattern;

use std::ops::Range;

use super::cell::Cell;
use pattern::Pattern;

/// A filter.
#[derive(Debug)]
pub(crate) struct Filter(Vec<Word>);

/// One word.
#[derive(Debug)]
struct Word {
    term: Term,
    /// Are rows kept for which it is true? Otherwise they are left out.
    stays: bool,
}

/// The decision of a word about a row.
#[derive(Debug)]
enum Term {
    /// This is in a cell that is shown, or in the cell of this column.
    Cell(Option<usize>, Pattern),
    /// This is in the name of the account, in lower case. No account has this name (yet).
    Account(String),
    /// This is among the words of the account's name, so that `@shop` does not match `shop-test`.
    AccountWord(String),
    /// This is in the name of the model's project.
    Project(Pattern),
    /// A column without a value (yet). It keeps all rows.
    Nothing,
}

impl Filter {
    /// Parses a filter. `columns` are the titles of the columns, `accounts` the names of all watched accounts.
    ///
    /// # Errors
    /// A sentence about the first mistake.
    pub(crate) fn parse(text: &str, columns: &[&str], accounts: &[&str]) -> Result<Self, String> {
        let word = |word: &str| {
            let inverse = word.strip_prefix('!').filter(|rest| !rest.is_empty());
            let term = Term::parse(inverse.unwrap_or(word), columns, accounts)?;
            Ok(Word { term, stays: inverse.is_none() })
        };
        text.split_whitespace().map(word).collect::<Result<_, String>>().map(Self)
    }

    /// Does the filter keep a row of an account? `project` returns the project of its model, or an empty text. `shown`
    /// are the indexes of the columns that are shown.
    pub(crate) fn keeps(&self, account: &str, project: impl Fn() -> String, cells: &[Cell], shown: &[usize]) -> bool {
        let texts: Vec<String> = if self.0.is_empty() { Vec::new() } else { cells.iter().map(Cell::words).collect() };
        let text = |place: &usize| texts.get(*place).map_or("", String::as_str);
        self.0.iter().all(|word| match &word.term {
            Term::Cell(None, pattern) => shown.iter().any(|place| pattern.is_in(text(place))) == word.stays,
            Term::Cell(Some(place), pattern) => pattern.is_in(text(place)) == word.stays,
            Term::Project(pattern) => pattern.is_in(&project()) == word.stays,
            Term::Account(_) | Term::AccountWord(_) | Term::Nothing => word.keeps_account(account),
        })
    }

    /// Can the filter keep any row of an account?
    pub(crate) fn keeps_account(&self, account: &str) -> bool {
        self.0.iter().all(|word| word.keeps_account(account))
    }

    /// Returns the places in the cell of a column for which its row is kept, in bytes, from left to right.
    pub(crate) fn marks(&self, place: usize, cell: &Cell) -> Vec<Range<usize>> {
        let text = cell.words();
        let patterns = self.0.iter().filter(|word| word.stays).filter_map(|word| match &word.term {
            Term::Cell(of, pattern) => of.is_none_or(|of| of == place).then_some(pattern),
            Term::Project(_) | Term::Account(_) | Term::AccountWord(_) | Term::Nothing => None,
        });
        let begin = cell.line.text().len() - text.len();
        let mut found: Vec<Range<usize>> = patterns.flat_map(|pattern| pattern.find(&text)).collect();
        found.sort_by_key(|range| (range.start, range.end));
        found.into_iter().map(|range| range.start + begin..range.end + begin).collect()
    }
}

impl Term {
    fn parse(word: &str, columns: &[&str], accounts: &[&str]) -> Result<Self, String> {
        if let Some(name) = word.strip_prefix('@').filter(|name| !name.is_empty()) {
            let name = name.to_lowercase();
            let called = accounts.iter().any(|account| has_word(&account.to_lowercase(), &name));
            return Ok(if called { Self::AccountWord(name) } else { Self::Account(name) });
        }
        let named = word.split_once(':').and_then(|(key, value)| Some((column(key, columns)?, value)));
        match (named, word.strip_prefix("project:")) {
            (Some((_, "")), _) | (None, Some("")) => Ok(Self::Nothing),
            (Some((place, value)), _) => Pattern::parse(value).map(|pattern| Self::Cell(Some(place), pattern)),
            (None, Some(project)) => Pattern::parse(project).map(Self::Project),
            (None, None) => Pattern::parse(word).map(|pattern| Self::Cell(None, pattern)),
        }
    }
}

impl Word {
    /// Does the word keep this account?
    fn keeps_account(&self, account: &str) -> bool {
        match &self.term {
            Term::Cell(..) | Term::Project(_) | Term::Nothing => true,
            Term::Account(name) => account.to_lowercase().contains(name) == self.stays,
            Term::AccountWord(name) => has_word(&account.to_lowercase(), name) == self.stays,
        }
    }
}

/// Returns the column with this title, or the first one whose title begins so. Case does not count, and `-` stands for
/// a space. A colon is also in ARNs and URLs, so a single letter names no column.
fn column(key: &str, columns: &[&str]) -> Option<usize> {
    let key = key.to_lowercase();
    let titles = || columns.iter().map(|title| title.to_lowercase().replace(' ', "-"));
    let exact = titles().position(|title| title == key && !key.is_empty());
    exact.or_else(|| titles().position(|title| key.len() > 1 && title.starts_with(&key)))
}

/// Returns the filter that keeps only rows of one account.
pub(crate) fn of_account(name: &str) -> String {
    name.split_whitespace().map(|word| format!("@{word}")).collect::<Vec<_>>().join(" ")
}

fn has_word(name: &str, word: &str) -> bool {
    name.split_whitespace().any(|part| part == word)
}

#[cfg(test)]
mod tests;
