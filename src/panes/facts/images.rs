//! The images of a version in ECR.

use super::{Fact, fact};
#[cfg(feature = "ecr")]
use super::{unread, warn};
use crate::app::App;
use crate::resources::Store;

/// The name of the fact.
const LABEL: &str = "image in ECR";

/// Returns a fact about each image of a version. The full address is a fact of its own.
pub(super) fn images(app: &App, arn: &str) -> Vec<Fact> {
    let store = &app.here.observed.store;
    let details = store.packages.get(arn).and_then(|package| package.details.as_ref());
    let images = details.iter().flat_map(|details| &details.governance.images);
    images.map(|reference| of_image(store, reference)).collect()
}

#[cfg(feature = "ecr")]
fn of_image(store: &Store, reference: &str) -> Fact {
    match store.images.get(reference) {
        Some(image) if image.obstacle().is_some() || image.grave().is_some() => {
            warn(LABEL, format!("▲ {}", image.in_words()))
        }
        Some(image) => fact(LABEL, image.in_words()),
        None => unread(LABEL, &store.images),
    }
}

/// Says that this build does not ask.
#[cfg(not(feature = "ecr"))]
fn of_image(_: &Store, _: &str) -> Fact {
    fact(LABEL, crate::aws::without("ecr"))
}
