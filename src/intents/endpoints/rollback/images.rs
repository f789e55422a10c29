//! The checks of a plan that the images to be run still exist, and that the key works.

use std::collections::BTreeSet;

use crate::aws::Aws;
#[cfg(feature = "ecr")]
use crate::resources::image::ContainerImage;

/// Asks ECR for each image, and adds what is good and what is bad.
#[cfg(feature = "ecr")]
pub(super) async fn check(aws: &Aws, images: &BTreeSet<&str>, good: &mut Vec<String>, bad: &mut Vec<String>) {
    for reference in images {
        let image = match ContainerImage::of(aws, reference).await {
            Ok(image) => image,
            Err(error) => {
                bad.push(format!("The image {reference} cannot be asked for ({}).", error.kind.word()));
                continue;
            }
        };
        match (image.obstacle().or(image.problem.clone()), image.grave()) {
            (Some(why), _) => bad.push(format!("The image {reference} {why}.")),
            (None, Some(grave)) => {
                good.push("image exists".to_owned());
                bad.push(format!("The scan of the image {reference} found {grave}."));
            }
            (None, None) => good.push("image exists".to_owned()),
        }
    }
}

/// Returns why no new instance can start with one of these images: a phrase that follows the name of what needs them.
#[cfg(feature = "ecr")]
pub(super) async fn lack(aws: &Aws, images: &BTreeSet<&str>) -> Option<String> {
    for reference in images {
        let image = ContainerImage::of(aws, reference).await.ok();
        if let Some(why) = image.and_then(|image| image.obstacle()) {
            return Some(format!("needs the image {reference}, which {why}"));
        }
    }
    None
}

/// Knows nothing, because this build does not ask.
#[cfg(not(feature = "ecr"))]
#[expect(clippy::unused_async, reason = "other builds ask AWS")]
pub(super) async fn lack(_: &Aws, _: &BTreeSet<&str>) -> Option<String> {
    None
}

/// Says that this build does not ask.
#[cfg(not(feature = "ecr"))]
#[expect(clippy::unused_async, reason = "other builds ask AWS")]
pub(super) async fn check(_: &Aws, images: &BTreeSet<&str>, good: &mut Vec<String>, _: &mut Vec<String>) {
    good.extend((!images.is_empty()).then(|| format!("image {}", crate::aws::without("ecr"))));
}

/// Asks KMS for the key of the configuration, and adds what is good and what is bad.
#[cfg(feature = "kms")]
pub(super) async fn check_key(aws: &Aws, key: Option<&str>, good: &mut Vec<String>, bad: &mut Vec<String>) {
    let Some(key) = key else { return };
    match crate::resources::key::EncryptionKey::of(aws, key.to_owned()).await {
        Ok(known) => match known.obstacle() {
            Some(why) => bad.push(format!("The key {key} {why}.")),
            None => good.push("key is Enabled".to_owned()),
        },
        Err(error) => bad.push(format!("The key {key} cannot be asked for ({}).", error.kind.word())),
    }
}

/// Says that this build does not ask.
#[cfg(not(feature = "kms"))]
#[expect(clippy::unused_async, reason = "like the one that asks")]
pub(super) async fn check_key(_: &Aws, key: Option<&str>, good: &mut Vec<String>, _: &mut Vec<String>) {
    good.extend(key.map(|_| format!("key {}", crate::aws::without("kms"))));
}
