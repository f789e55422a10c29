//! `sagemaker:Search`: whole records with tags, newest first.
//!
//! `Search` is an index and may lag behind, so no write relies on it. Some accounts deny it, or do not support it for
//! some kinds, so lists can replace it: `docs/aws.md#search`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sagemaker::types::{Filter, Operator, ResourceType, SearchExpression, SearchRecord, SearchSortOrder};
use tokio::time::Instant;

use super::page::{Page, pages_until};
use super::{Aws, AwsError, failed};

/// The time after which a refused search is tried again, because the rights may have changed.
const AGAIN: Duration = Duration::from_mins(10);

/// The kinds that were refused, and when; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals(Arc<Mutex<BTreeMap<String, Instant>>>);

impl Refusals {
    fn hold(&self, resource: &str) -> bool {
        let refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(resource).is_some_and(|at| at.elapsed() < AGAIN)
    }
    fn note(&self, resource: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(resource.to_owned(), Instant::now());
    }
}

/// A query; the newest by `sort_by` come first.
#[derive(Debug, Clone)]
pub struct Query {
    resource: ResourceType,
    sort_by: &'static str,
    filters: Vec<(&'static str, String)>,
}

impl Query {
    /// Queries all records of a kind, last changed first.
    #[must_use]
    pub fn changed(resource: ResourceType) -> Self {
        Self { resource, sort_by: "LastModifiedTime", filters: Vec::new() }
    }
    /// Queries all records of a kind, newest first. This is for kinds that never change.
    #[must_use]
    pub fn made(resource: ResourceType) -> Self {
        Self { resource, sort_by: "CreationTime", filters: Vec::new() }
    }
    /// Keeps only the records with this value.
    #[must_use]
    pub fn with(mut self, property: &'static str, value: &str) -> Self {
        self.filters.push((property, value.to_owned()));
        self
    }
    fn expression(&self) -> Option<SearchExpression> {
        let filter = |(name, value): &(&'static str, String)| {
            Filter::builder().name(*name).operator(Operator::Equals).value(value).build()
        };
        (!self.filters.is_empty())
            .then(|| SearchExpression::builder().set_filters(Some(self.filters.iter().map(filter).collect())).build())
    }
}

impl Aws {
    /// Reads records page by page from a token on, until there are no more, `cap` pages were read, or `enough` accepts
    /// a page. Also returns the token of the next page. `None` if this account cannot search for the kind; then use
    /// lists.
    ///
    /// # Errors
    /// Errors that a list would return as well: no credentials, no network, throttled.
    pub async fn search(
        &self,
        query: &Query,
        from: Option<String>,
        cap: usize,
        enough: impl FnMut(&[SearchRecord]) -> bool,
    ) -> Result<Option<Page<SearchRecord>>, AwsError> {
        let resource = query.resource.as_str();
        if self.refusals.hold(resource) {
            return Ok(None);
        }
        let found = pages_until(from, cap, enough, async |token| {
            let request = self.sagemaker.search().resource(query.resource.clone()).max_results(100);
            let request = request.sort_by(query.sort_by).sort_order(SearchSortOrder::Descending);
            let request = request.set_search_expression(query.expression()).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            Ok((page.results.unwrap_or_default(), page.next_token))
        })
        .await;
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind.is_shared() => Err(error),
            Err(_) => {
                self.refusals.note(resource);
                Ok(None)
            }
        }
    }
}
