//! Pages of lists, and the tokens that continue them.

use super::error::ServiceError;
use super::num;
use super::operation::Answer;
use super::wire::{Value, json};

/// The way in which a service pages its lists.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    /// The member that holds the token, in requests and answers.
    pub(crate) token: &'static str,
    /// The member of the request that holds the size of the page.
    pub(crate) size: &'static str,
    /// The size if the request names none.
    pub(crate) usual: usize,
    /// The largest size.
    pub(crate) most: i64,
}

impl Paging {
    /// Declares pages with `NextToken` and `MaxResults`, which most services use.
    pub(crate) const fn usual(usual: usize, most: i64) -> Self {
        Self { token: "NextToken", size: "MaxResults", usual, most }
    }

    /// Cuts one page, and makes the token of the next one.
    pub(crate) fn cut<T>(&self, input: &Value, all: Vec<T>) -> Result<(Vec<T>, Option<String>), ServiceError> {
        let wanted = input.int(self.size)?;
        let out_of_range = |n: i64, rule: String| ServiceError::constraint(&format!("'{n}'"), self.size, &rule);
        if let Some(n) = wanted.filter(|n| *n < 1) {
            return Err(out_of_range(n, "Member must have value greater than or equal to 1".to_owned()));
        }
        if let Some(n) = wanted.filter(|n| *n > self.most) {
            return Err(out_of_range(n, format!("Member must have value less than or equal to {}", self.most)));
        }
        let mark = mark(input, &[self.token, self.size]);
        let size = wanted.and_then(|n| usize::try_from(n).ok()).unwrap_or(self.usual);
        let from = match input.text(self.token)?.filter(|t| !t.is_empty()) {
            None => 0,
            Some(text) => text.strip_prefix(&mark).and(offset(text)).ok_or_else(ServiceError::token)?,
        };
        let total = all.len();
        let page: Vec<T> = all.into_iter().skip(from).take(size).collect();
        let next = (from + page.len() < total && !page.is_empty()).then(|| format!("{mark}{:x}", from + page.len()));
        Ok((page, next))
    }

    /// Answers with one page of the rows.
    pub(crate) fn answer(&self, input: &Value, member: &'static str, rows: Vec<Value>) -> Answer {
        let (page, next) = self.cut(input, rows)?;
        Ok(self.page(member, page, next))
    }

    /// Makes an answer with one page.
    pub(crate) fn page(&self, member: &'static str, rows: Vec<Value>, next: Option<String>) -> Value {
        Value::Map(vec![(member.into(), rows.into()), (self.token.into(), next.into())])
    }
}

/// The length of the part of a token that ties it to its request.
const MARK: usize = 30;

/// Returns the part of a token that binds it to its request.
fn mark(input: &Value, without: &[&str]) -> String {
    let members = input.members().iter().filter(|(key, value)| !without.contains(&key.as_ref()) && !value.is_null());
    let mut rest: Vec<String> = members.map(|(key, value)| format!("{key}={}", json::text(value))).collect();
    rest.sort();
    format!("AAAAAA{}", num::hex(num::hash(&rest.join("&")), MARK - 6))
}

/// Returns the index of the first row of a token's page.
pub(crate) fn offset(token: &str) -> Option<usize> {
    usize::from_str_radix(token.get(MARK..)?, 16).ok()
}
