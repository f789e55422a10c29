//! The images of a version in ECR.

#[cfg(feature = "ecr")]
use super::warn;
use super::{Fact, fact};
use crate::app::App;

/// The name of the fact.
const LABEL: &str = "image in ECR";

/// Returns a fact about each image of a version. The full address is a fact of its own.
#[cfg(feature = "ecr")]
pub(super) fn images(app: &App, arn: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let details = store.packages.get(arn).and_then(|package| package.details.as_ref());
    let images = details.iter().flat_map(|details| &details.governance.images);
    let told = images.map(|reference| match store.images.get(reference) {
        Some(image) if image.obstacle().is_some() || image.grave().is_some() => {
            warn(LABEL, format!("▲ {}", image.in_words()))
        }
        Some(image) => fact(LABEL, image.in_words()),
        None => fact(LABEL, "not asked yet"),
    });
    told.collect()
}

/// Says that this build does not ask.
#[cfg(not(feature = "ecr"))]
pub(super) fn images(_: &App, _: &str) -> Vec<Fact> {
    vec![fact(LABEL, crate::aws::without("ecr"))]
}
