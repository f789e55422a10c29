//! Container images in ECR: whether an image that a version was made with still exists, and what its scan found.
//!
//! An image is asked for when a version that names it is looked at, and in the plan of a rollback; never otherwise. The
//! facts about ECR are in `docs/aws.md#images-in-ecr`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, ErrorKind, failed};
use crate::health::Health;
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, on_demand, time};

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContainerImage {
    /// The reference by which a version names it: `…/fraud:3.1.0@sha256:…`.
    pub id: String,
    /// `ACTIVE`, `ARCHIVED` or `ACTIVATING`, raw; absent where AWS does not say it.
    pub status: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// When it was pushed.
    pub pushed: Option<Timestamp>,
    /// When something last pulled it.
    pub pulled: Option<Timestamp>,
    /// Its size in bytes.
    pub bytes: Option<u64>,
    /// The state of its scan, raw.
    pub scan: Option<String>,
    /// The number of findings of each severity; absent where the scan has no result.
    pub findings: Option<BTreeMap<String, i32>>,
    /// Whether it or its repository does not exist.
    pub gone: bool,
    /// The reason why it is not known, as a phrase that follows "the image".
    pub problem: Option<String>,
}

/// The parts of a reference to an image in ECR.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    account: &'a str,
    region: &'a str,
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Reads `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY[:TAG][@DIGEST]`; `None` for an image that is elsewhere.
    fn parse(reference: &'a str) -> Option<Self> {
        let (host, path) = reference.split_once('/')?;
        let (account, rest) = host.split_once(".dkr.ecr.")?;
        let (region, _) = rest.split_once(".amazonaws.")?;
        let (path, digest) = path.split_once('@').map_or((path, None), |(path, digest)| (path, Some(digest)));
        let (repository, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag)));
        Some(Self { account, region, repository, tag, digest })
    }
}

/// The order of the severities that are told first.
const SEVERITIES: [&str; 2] = ["CRITICAL", "HIGH"];

impl ContainerImage {
    /// Asks ECR for an image. An image that cannot be asked for says why.
    ///
    /// # Errors
    /// An error that every call would have now.
    pub async fn of(aws: &Aws, reference: &str) -> Result<Self, AwsError> {
        let row = Self { id: reference.to_owned(), ..Self::default() };
        let unknown = |why: String| Ok(Self { problem: Some(why), ..row.clone() });
        let Some(place) = Place::parse(reference) else { return unknown("is not in ECR".to_owned()) };
        if place.region != aws.region {
            return unknown(format!("is in {}, and ECR is asked in {} only", place.region, aws.region));
        }
        let tag = if place.digest.is_some() { None } else { Some(place.tag.unwrap_or("latest")) };
        let image = ImageIdentifier::builder()
            .set_image_digest(place.digest.map(str::to_owned))
            .set_image_tag(tag.map(str::to_owned))
            .build();
        let request = aws.ecr.describe_images().registry_id(place.account).repository_name(place.repository);
        match request.image_ids(image).send().await.map_err(failed) {
            Ok(answer) => match answer.image_details.unwrap_or_default().into_iter().next() {
                Some(detail) => Ok(row.with(detail)),
                None => Ok(Self { gone: true, ..row }),
            },
            Err(error) if error.kind == ErrorKind::Gone => Ok(Self { gone: true, ..row }),
            Err(error) if error.kind.is_shared() => Err(error),
            Err(error) if error.kind == ErrorKind::Denied => unknown("may not be asked for (denied)".to_owned()),
            Err(error) => unknown(format!("cannot be asked for: {error}")),
        }
    }
    fn with(self, detail: ImageDetail) -> Self {
        let summary = detail.image_scan_findings_summary;
        let counts = summary.map(|summary| summary.finding_severity_counts.unwrap_or_default());
        Self {
            status: detail.image_status.map(|status| status.as_str().to_owned()),
            digest: detail.image_digest,
            pushed: time(detail.image_pushed_at.as_ref()),
            pulled: time(detail.last_recorded_pull_time.as_ref()),
            bytes: detail.image_size_in_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
            scan: detail.image_scan_status.and_then(|scan| Some(scan.status?.as_str().to_owned())),
            findings: counts.map(|n| n.into_iter().map(|(severity, n)| (severity.as_str().to_owned(), n)).collect()),
            ..self
        }
    }
    /// Returns why an instance could not start with it, as a phrase: `is gone from ECR`. `None` if nothing is known
    /// against it.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        match self.status.as_deref() {
            _ if self.gone => Some("is gone from ECR: no new instance can start with it".to_owned()),
            Some(status @ ("ARCHIVED" | "ACTIVATING")) => {
                Some(format!("is {status} in ECR: no new instance can start with it until it is restored"))
            }
            _ => None,
        }
    }
    /// Returns the number of grave findings: `2 CRITICAL, 5 HIGH`. `None` if there are none.
    #[must_use]
    pub fn grave(&self) -> Option<String> {
        let count = |severity: &str| self.findings.as_ref()?.get(severity).copied().filter(|n| *n > 0);
        let grave = SEVERITIES.iter().filter_map(|severity| Some(format!("{} {severity}", count(severity)?)));
        let grave: Vec<String> = grave.collect();
        (!grave.is_empty()).then(|| grave.join(", "))
    }
    /// Describes it in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        if let Some(known) = self.problem.as_ref().or(self.obstacle().as_ref()) {
            return known.clone();
        }
        let found = match (self.grave(), self.scan.as_deref()) {
            (Some(grave), _) => format!("scan found {grave}"),
            (None, Some("COMPLETE" | "ACTIVE")) if self.findings.is_some() => "scan found nothing grave".to_owned(),
            (None, Some(done @ ("COMPLETE" | "ACTIVE"))) => format!("scan {done}, no result yet"),
            (None, Some(other)) => format!("scan {other}"),
            (None, None) => "not scanned".to_owned(),
        };
        format!("exists, {found}")
    }
}

impl Resource for ContainerImage {
    const KIND: Kind = Kind::Images;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Packages];
    fn id(&self) -> &str {
        &self.id
    }
    fn health(&self) -> Health {
        match (self.obstacle().is_some(), &self.problem) {
            (true, _) => Health::Warning,
            (false, Some(_)) => Health::Unknown,
            (false, None) => Health::Ok,
        }
    }
    fn summary(&self) -> String {
        self.in_words()
    }
    fn properties(&self, all: &mut Properties) {
        all.status("imageStatus", self.status.as_deref())
            .warning("image", self.obstacle().as_deref())
            .text("imageDigest", self.digest.as_deref())
            .time("imagePushedAt", self.pushed)
            .time("lastRecordedPullTime", self.pulled);
        for (severity, n) in self.findings.iter().flatten() {
            all.number(severity.clone(), f64::from(*n));
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |reference: String| Self::of(aws, &reference).await;
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns the images of the versions that are looked at.
fn looked_at(observed: &Observed) -> BTreeSet<String> {
    let versions = observed.focus.packages.iter().filter_map(|arn| observed.store.packages.get(arn));
    let details = versions.filter_map(|package| package.details.as_ref());
    details.flat_map(|details| &details.governance.images).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_says_where_in_ecr_the_image_is() {
        let place = |account, region, repository, tag, digest| Some(Place { account, region, repository, tag, digest });
        let cases = [
            ("1.dkr.ecr.eu-west-1.amazonaws.com/fraud:3", place("1", "eu-west-1", "fraud", Some("3"), None)),
            (
                "1.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b@sha256:00",
                place("1", "cn-north-1", "a/b", None, Some("sha256:00")),
            ),
            (
                "1.dkr.ecr.eu-west-1.amazonaws.com/fraud:3@sha256:00",
                place("1", "eu-west-1", "fraud", Some("3"), Some("sha256:00")),
            ),
            ("docker.io/library/python:3", None),
            ("python", None),
            ("", None),
        ];
        for (reference, expected) in cases {
            assert_eq!(Place::parse(reference), expected, "{reference}");
        }
    }

    #[test]
    fn an_image_says_whether_an_instance_can_start_with_it_and_what_its_scan_found() {
        let image = |status: &str, findings: &[(&str, i32)]| ContainerImage {
            status: Some(status.to_owned()),
            scan: Some("COMPLETE".to_owned()),
            findings: Some(findings.iter().map(|(severity, n)| ((*severity).to_owned(), *n)).collect()),
            ..ContainerImage::default()
        };
        let cases = [
            (image("ACTIVE", &[]), "exists, scan found nothing grave", Health::Ok),
            (
                image("ACTIVE", &[("LOW", 7), ("HIGH", 5), ("CRITICAL", 2)]),
                "exists, scan found 2 CRITICAL, 5 HIGH",
                Health::Ok,
            ),
            (
                ContainerImage { scan: Some("ACTIVE".into()), findings: None, ..image("ACTIVE", &[]) },
                "exists, scan ACTIVE, no result yet",
                Health::Ok,
            ),
            (ContainerImage { scan: None, ..image("ACTIVE", &[]) }, "exists, not scanned", Health::Ok),
            (ContainerImage { scan: Some("PENDING".into()), ..image("", &[]) }, "exists, scan PENDING", Health::Ok),
            (
                image("ARCHIVED", &[]),
                "is ARCHIVED in ECR: no new instance can start with it until it is restored",
                Health::Warning,
            ),
            (
                ContainerImage { gone: true, ..ContainerImage::default() },
                "is gone from ECR: no new instance can start with it",
                Health::Warning,
            ),
            (
                ContainerImage { problem: Some("is not in ECR".into()), ..ContainerImage::default() },
                "is not in ECR",
                Health::Unknown,
            ),
        ];
        for (image, words, health) in cases {
            assert_eq!((image.in_words().as_str(), image.health()), (words, health), "{image:?}");
        }
    }
}
