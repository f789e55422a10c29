//! Decides what may enter a table: rows without secrets, and without texts that are longer than anything AWS keeps.
//!
//! The screen, `dump`, `status` and the snapshot all read the tables. So rows are cleaned once, here, for every field
//! of every kind, in the form in which they are saved.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use super::{Extent, Listing, Resource};
use crate::aws::AwsError;
use crate::redact;

/// The longest text of a row in bytes. The longest that AWS keeps and that is shown here is the rule of a composite
/// alarm, 10,240 characters: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>.
const LONGEST: usize = 10_240;

/// Finds the texts that [`redact`] may replace, in one pass. Most rows hold none of them and need no further check.
static SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).build(redact::signs()).ok()
});

/// Returns the listing without what must not enter a table.
pub(super) fn admit<T: Resource>(listing: Listing<T>, redacting: bool) -> Listing<T> {
    let mut observed = Vec::new();
    let Listing { rows, mut fault, mut extent, .. } = listing;
    let mut admitted = Vec::with_capacity(rows.len());
    for row in rows {
        observed.clear();
        let looked_through = serde_json::to_writer(&mut observed, &row).is_ok();
        if looked_through && !is_suspicious(&observed, redacting) {
            admitted.push(row);
            continue;
        }
        if let Some(row) = clean(&row, redacting) {
            admitted.push(row);
        } else {
            // A row that cannot be checked may hold a secret, so it is left out and reported. It is not gone.
            fault = fault.or_else(|| Some(AwsError::other(T::KIND.name(), "a row could not be checked for secrets")));
            extent = Extent::Part;
        }
    }
    Listing { rows: admitted, fault, extent, ..listing }
}

/// Returns whether a row, as JSON, may hold something that must not enter.
fn is_suspicious(row: &[u8], redacting: bool) -> bool {
    row.len() > LONGEST || redacting && SIGNS.as_ref().is_none_or(|signs| signs.is_match(row))
}

/// Returns the row without what must not enter; `None` when it cannot be read back.
fn clean<T: Resource>(row: &T, redacting: bool) -> Option<T> {
    let mut value = serde_json::to_value(row).ok()?;
    // The id is kept as it is, because the row is found and read again by it.
    let is_id = |field: &Value| field.as_str() == Some(row.id());
    let fields = value.as_object().into_iter().flatten();
    let ids: Vec<String> = fields.filter(|(_, field)| is_id(field)).map(|(name, _)| name.clone()).collect();
    shorten(&mut value);
    let raw = value.as_object().map(|fields| {
        let names = T::REFERENCES.iter().filter_map(|name| Some(((*name).to_owned(), fields.get(*name)?.clone())));
        names.collect::<Vec<_>>()
    });
    if redacting {
        redact::json(&mut value);
    }
    let raw = raw.into_iter().flatten();
    if let Value::Object(fields) = &mut value {
        fields.extend(ids.into_iter().map(|name| (name, row.id().into())));
        fields.extend(raw);
    }
    serde_json::from_value(value).ok()
}

/// Cuts the texts of a value that are too long, and says how long they were.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONGEST => {
            let length = text.len();
            text.truncate(text.floor_char_boundary(LONGEST));
            text.extend(["… (cut; ", &length.to_string(), " bytes)"]);
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::job::{JobDetails, TrainingJob};
    use crate::resources::package::{Details, ModelPackage};

    fn package(description: String) -> ModelPackage {
        let metadata = [("db_pwd".to_owned(), "S3CR3T".to_owned()), ("team".to_owned(), "fraud".to_owned())].into();
        let details = Some(Details { metadata, ..Details::default() });
        ModelPackage {
            arn: "arn:aws:sagemaker:r:1:model-package/token=1/7".into(),
            description,
            details,
            ..Default::default()
        }
    }

    fn admitted(row: ModelPackage, redacting: bool) -> ModelPackage {
        admit(Listing::all(vec![row]), redacting).rows.remove(0)
    }

    #[test]
    fn secrets_stay_out_and_everything_else_comes_in() {
        let row = package("see --password S3CR3T".into());
        let clean = admitted(row.clone(), true);
        assert_eq!(clean.description, "see --password redacted");
        let metadata = clean.details.unwrap().metadata;
        assert_eq!((metadata["db_pwd"].as_str(), metadata["team"].as_str()), ("redacted", "fraud"));
        assert_eq!(clean.arn, row.arn, "by its id it is asked for");
        assert_eq!(admitted(row.clone(), false), row, "unless they are asked for");
    }

    #[test]
    fn a_metric_may_be_called_like_a_secret_and_a_row_that_cannot_be_read_back_is_not_gone() {
        let job = |value: f64| TrainingJob {
            name: "llm".into(),
            details: Some(JobDetails {
                failure: Some("see --password S3CR3T".into()),
                metrics: vec![("mean_token_accuracy".into(), value)],
                ..JobDetails::default()
            }),
            ..TrainingJob::default()
        };
        let listing = admit(Listing::all(vec![job(0.5)]), true);
        let details = listing.rows[0].details.as_ref().unwrap();
        assert_eq!((details.metrics[0].1, listing.extent), (0.5, Extent::All));
        assert_eq!(details.failure.as_deref(), Some("see --password redacted"));
        let listing = admit(Listing::all(vec![job(f64::NAN)]), true);
        assert!(listing.rows.is_empty() && listing.fault.is_some() && listing.extent == Extent::Part);
    }

    #[test]
    fn texts_longer_than_any_of_aws_are_cut_and_say_so() {
        for redacting in [true, false] {
            let cut = admitted(package("é".repeat(1_000_000)), redacting).description;
            assert!(cut.len() < LONGEST + 40 && cut.ends_with("… (cut; 2000000 bytes)"), "{}", cut.len());
        }
        let longest = "r".repeat(LONGEST);
        assert_eq!(admitted(package(longest.clone()), true).description, longest);
    }
}
