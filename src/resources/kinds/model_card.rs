//! Model cards: what a model is for, how risky that is, and whether somebody approved it.
//!
//! The facts about model cards are in `docs/aws.md#model-cards`.

use aws_sdk_sagemaker::types::ModelCardSummary;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::detailed::add_details;
use crate::resources::{
    AwsCommand, Cadence, Event, Kind, Listing, Observed, Properties, Reference, Resource, Turn, page_of_arn, time,
};

/// Pages of 100 cards.
const PAGES: usize = 10;

/// One card.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelCard {
    /// Name: the id.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `Draft`, `PendingReview`, `Approved` or `Archived`, raw.
    pub status: String,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change.
    pub modified: Option<Timestamp>,
    /// Its contents; absent until they were read.
    pub details: Option<CardDetails>,
}

/// The part of the contents that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CardDetails {
    /// The change of the card after which they were read.
    pub of: Option<Timestamp>,
    /// Its newest version.
    pub version: Option<i32>,
    /// `High`, `Medium`, `Low` or `Unknown`, raw.
    pub risk: Option<String>,
    /// The name or ARN of the model that it describes.
    pub model: Option<String>,
    /// ARN of the version that it describes.
    pub package: Option<String>,
    /// The model package group that it describes.
    pub group: Option<String>,
    /// The owner of the model.
    pub owner: Option<String>,
    /// The purpose of the model.
    pub purpose: Option<String>,
    /// The person or role that last changed it.
    pub by: Option<String>,
}

/// Returns the risk rating in the contents of a card:
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards-json-schema.html>.
pub(super) fn risk_rating(content: &Value) -> Option<String> {
    text(content, "/intended_uses/risk_rating")
}

fn text(content: &Value, place: &str) -> Option<String> {
    content.pointer(place).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

impl ModelCard {
    /// Returns its risk rating, if it was read.
    #[must_use]
    pub fn risk(&self) -> Option<&str> {
        self.details.as_ref()?.risk.as_deref()
    }
}

impl Resource for ModelCard {
    const KIND: Kind = Kind::ModelCards;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Packages];
    const NOUN: Option<&'static str> = Some("model card");
    fn id(&self) -> &str {
        &self.name
    }
    fn arn(&self) -> Option<&str> {
        Some(&self.arn)
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn console(&self, region: &str) -> Option<String> {
        page_of_arn(region, &self.arn)
    }
    fn command(&self) -> Option<AwsCommand> {
        Some(AwsCommand::sagemaker("describe-model-card", "model-card-name", &self.name))
    }
    fn health(&self) -> Health {
        match self.status.as_str() {
            "Draft" => Health::Waiting,
            "Archived" => Health::Absent,
            status => Health::of_status(status),
        }
    }
    fn summary(&self) -> String {
        let risk = self.risk().map(|risk| format!("risk {risk}"));
        [Some(self.status.clone()), risk].into_iter().flatten().collect::<Vec<_>>().join("  ")
    }
    fn references(&self) -> Vec<Reference<'_>> {
        let Some(details) = &self.details else { return Vec::new() };
        let package = details.package.as_deref().or(details.model.as_deref());
        let package = package.and_then(|arn| Reference::of_arn(arn, "DescribeModelCard.Content"));
        let group = details.group.as_deref().filter(|_| package.is_none());
        let group = group.map(|id| Reference::new(Kind::Groups, id, "DescribeModelCard.Content"));
        package.into_iter().chain(group).collect()
    }
    fn properties(&self, all: &mut Properties) {
        all.status("ModelCardStatus", &*self.status);
        if let Some(details) = &self.details {
            all.text("risk_rating", details.risk.as_deref())
                .text("ModelCardVersion", details.version.map(|version| version.to_string()).as_deref())
                .text("model_id", details.model.as_deref())
                .text("model_package_arn", details.package.as_deref())
                .text("model_package_group_name", details.group.as_deref())
                .text("model_owner", details.owner.as_deref())
                .text("purpose_of_model", details.purpose.as_deref())
                .text("LastModifiedBy", details.by.as_deref());
        }
        all.time("LastModifiedTime", self.modified).time("CreationTime", self.created);
    }
    fn events(&self, old: Option<&Self>) -> Vec<Event> {
        let turned = old.is_some_and(|old| old.status != self.status);
        let by = self.details.as_ref().and_then(|details| details.by.clone()).unwrap_or_default();
        let event = |at| Event::at(at, self.health(), format!("model card {} {}", self.name, self.status)).by(by);
        self.modified.filter(|_| turned).map(event).into_iter().collect()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let listed = pages(PAGES, async |token| {
            let request = aws.sagemaker.list_model_cards().max_results(100).set_next_token(token);
            let page = request.send().await.map_err(failed)?;
            let rows = page.model_card_summaries.unwrap_or_default().into_iter().filter_map(from_summary);
            Ok((rows.collect(), page.next_token))
        })
        .await?;
        let renew = |listed, known: &Self| Self { details: known.details.clone(), ..listed };
        let holds = |row: &Self| row.details.as_ref().is_some_and(|details| details.of == row.modified);
        let describe = async |row: Self| {
            let output = aws.sagemaker.describe_model_card().model_card_name(&row.name).send().await.map_err(failed)?;
            let by = output.last_modified_by.or(output.created_by);
            let by = by.and_then(|user| user.user_profile_name.or_else(|| user.iam_identity?.arn));
            let content = output.content.unwrap_or_default();
            let details = CardDetails { of: row.modified, version: output.model_card_version, by, ..read(&content) };
            Ok(Self { details: Some(details), ..row })
        };
        Ok(add_details(observed, turn.known, listed, (renew, holds), describe).await)
    }
}

/// Takes what is shown out of the contents. Contents that are no JSON have nothing that is shown.
fn read(content: &str) -> CardDetails {
    let json: Value = serde_json::from_str(content).unwrap_or_default();
    let text = |place| text(&json, place);
    CardDetails {
        risk: risk_rating(&json),
        model: text("/model_overview/model_id"),
        package: text("/model_package_details/model_package_arn"),
        group: text("/model_package_details/model_package_group_name"),
        owner: text("/model_overview/model_owner").or_else(|| text("/model_overview/model_creator")),
        purpose: text("/intended_uses/purpose_of_model"),
        ..CardDetails::default()
    }
}

fn from_summary(s: ModelCardSummary) -> Option<ModelCard> {
    Some(ModelCard {
        name: s.model_card_name?,
        arn: s.model_card_arn.unwrap_or_default(),
        status: s.model_card_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
        details: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_belongs_to_the_version_or_the_group_that_its_contents_name() {
        let arn = "arn:aws:sagemaker:eu-west-1:1:model-package/fraud/3";
        let cases = [
            (
                format!(
                    r#"{{"model_package_details": {{"model_package_arn": "{arn}", "model_package_group_name": "fraud"}}}}"#
                ),
                Some((Kind::Packages, arn)),
            ),
            (format!(r#"{{"model_overview": {{"model_id": "{arn}"}}}}"#), Some((Kind::Packages, arn))),
            (r#"{"model_overview": {"model_id": "fraud-1"}}"#.to_owned(), None),
            (
                r#"{"model_package_details": {"model_package_group_name": "fraud"}}"#.to_owned(),
                Some((Kind::Groups, "fraud")),
            ),
            (r#"{"model_overview": []}"#.to_owned(), None),
            ("not JSON".to_owned(), None),
        ];
        for (content, expected) in cases {
            let card = ModelCard { details: Some(read(&content)), ..ModelCard::default() };
            let named = card.references().into_iter().map(|r| (r.kind, r.id.to_owned())).next();
            assert_eq!(named, expected.map(|(kind, id)| (kind, id.to_owned())), "{content}");
        }
    }

    #[test]
    fn a_card_says_its_status_and_its_risk() {
        let content = r#"{"intended_uses": {"risk_rating": "High", "purpose_of_model": "finds fraud"}}"#;
        let card = ModelCard { status: "PendingReview".into(), details: Some(read(content)), ..ModelCard::default() };
        assert_eq!((card.summary().as_str(), card.health()), ("PendingReview  risk High", Health::Waiting));
        assert_eq!(ModelCard { details: None, ..card }.summary(), "PendingReview");
    }
}
