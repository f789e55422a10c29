//! Quotas of `SageMaker` that failures name: their values, from Service Quotas.
//!
//! A quota is read once a day, when something is looked at whose failure names it. The facts about quotas are in
//! `docs/aws.md#quotas`.

use std::collections::BTreeSet;

use aws_sdk_servicequotas::types::ServiceQuota;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages_until};
use crate::resources::{
    Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, Value, finite, named_limit,
};

/// The most pages of 100 quotas that are looked through.
const PAGES: usize = 40;
/// Seconds after which a quota is read again.
const OLD: i64 = 24 * 3600;

/// One quota.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Quota {
    /// Its name, as failures have it: the id.
    pub name: String,
    /// Its code: `L-…`. Absent if Service Quotas does not know the name.
    pub code: Option<String>,
    /// The value that holds for this account in this region.
    pub value: Option<f64>,
    /// Whether an increase can be requested.
    pub adjustable: bool,
    /// The time at which it was read.
    pub read: Timestamp,
}

impl Quota {
    /// Describes it in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let (Some(code), Some(value)) = (&self.code, self.value) else {
            return "not known to Service Quotas".to_owned();
        };
        let more = if self.adjustable { "can be raised" } else { "cannot be raised" };
        format!("{value}, {more} ({code})")
    }
}

impl Resource for Quota {
    const KIND: Kind = Kind::Quotas;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.name
    }
    fn summary(&self) -> String {
        self.in_words()
    }
    fn properties(&self, all: &mut Properties) {
        all.text("value", &*self.in_words()).time("read", Some(self.read));
    }
    fn console(&self, region: &str) -> Option<String> {
        let code = self.code.as_deref()?;
        Some(format!("servicequotas/home/services/sagemaker/quotas/{code}?region={region}"))
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && !wanted(observed, known).is_empty()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let mut names = wanted(observed, turn.known);
        if names.is_empty() {
            return Ok(Listing::part(Vec::new()));
        }
        let asked = names.iter().cloned().collect();
        let quotas = find(aws, &names).await?;
        let mut rows = Vec::new();
        for quota in quotas {
            let Some(name) = quota.quota_name.filter(|name| names.remove(name)) else { continue };
            let (code, value, adjustable) = (quota.quota_code, finite(quota.value), quota.adjustable);
            rows.push(Self { name, code, value, adjustable, read: observed.at });
        }
        // Names that are left are not known there, and are not looked for again at once.
        rows.extend(names.into_iter().map(|name| Self { name, read: observed.at, ..Self::default() }));
        Ok(Listing::part(rows).asked(asked))
    }
}

/// Looks through the quotas of `SageMaker` until all names were seen.
async fn find(aws: &Aws, names: &BTreeSet<String>) -> Result<Vec<ServiceQuota>, AwsError> {
    let mut left: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let enough = |page: &[ServiceQuota]| {
        page.iter().filter_map(|quota| quota.quota_name.as_deref()).for_each(|name| {
            left.remove(name);
        });
        left.is_empty()
    };
    let (quotas, _) = pages_until(None, PAGES, enough, async |token| {
        let request = aws.service_quotas.list_service_quotas().service_code("sagemaker").max_results(100);
        let page = request.set_next_token(token).send().await.map_err(failed)?;
        Ok((page.quotas.unwrap_or_default(), page.next_token))
    })
    .await?;
    Ok(quotas)
}

/// Returns the limits that the thing under the cursor names, unless they were read today.
fn wanted(observed: &Observed, known: &Table<Quota>) -> BTreeSet<String> {
    let Some((kind, id)) = &observed.focus.subject else { return BTreeSet::new() };
    let Some(thing) = observed.store.get(*kind, id) else { return BTreeSet::new() };
    let texts = thing.properties().into_iter().filter_map(|property| match property.value {
        Value::Text(text) | Value::Warning(text) | Value::Status(text) => named_limit(&text).map(str::to_owned),
        Value::Time(_) | Value::Span(_) | Value::Bytes(_) | Value::Number(_) | Value::Derived(_) => None,
    });
    let is_old =
        |name: &String| known.get(name).is_none_or(|quota| observed.at.as_second() - quota.read.as_second() > OLD);
    texts.filter(is_old).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_says_its_value_and_whether_it_can_be_raised() {
        let quota = Quota { code: Some("L-1".into()), value: Some(2.0), adjustable: true, ..Quota::default() };
        assert_eq!(quota.in_words(), "2, can be raised (L-1)");
        assert_eq!(Quota { adjustable: false, ..quota }.in_words(), "2, cannot be raised (L-1)");
        assert_eq!(Quota::default().in_words(), "not known to Service Quotas");
    }
}
