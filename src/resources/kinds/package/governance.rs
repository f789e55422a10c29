//! The governance of a version: its stage, its model card, its reports, and the baselines that monitors compare with.

use aws_sdk_sagemaker::types::{
    DriftCheckBaselines, MetadataProperties, MetricsSource, ModelLifeCycle, ModelMetrics,
    ModelPackageContainerDefinition, ModelPackageModelCard,
};
use serde::{Deserialize, Serialize};

use crate::resources::Properties;
use crate::resources::model_card::risk_rating;

/// The records that govern a version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Governance {
    /// The stage of its life cycle, with the status there: `Production: Approved`.
    pub stage: Option<String>,
    /// The status of its own model card, raw. A card may also be a thing of its own.
    pub card: Option<String>,
    /// The risk rating of that card, raw.
    pub risk: Option<String>,
    /// The id of the `SageMaker` project that made it.
    pub project: Option<String>,
    /// The repository that it was made from.
    pub repository: Option<String>,
    /// Its images: address, tag and digest, as far as the version names them.
    #[serde(default)]
    pub images: Vec<String>,
    /// Its reports besides the one of its quality: what they are about, and their S3 URIs.
    pub reports: Vec<(String, String)>,
    /// The baselines of drift: what they are about, and their S3 URIs.
    pub baselines: Vec<(String, String)>,
}

impl Governance {
    /// Takes it out of the parts of a description.
    pub(super) fn of(
        containers: &[ModelPackageContainerDefinition],
        cycle: Option<&ModelLifeCycle>,
        card: Option<&ModelPackageModelCard>,
        metadata: Option<&MetadataProperties>,
        metrics: Option<&ModelMetrics>,
        baselines: Option<&DriftCheckBaselines>,
    ) -> Self {
        let stage = cycle.and_then(|cycle| {
            let status = cycle.stage_status().map(|status| format!(": {status}")).unwrap_or_default();
            let why = cycle.stage_description().filter(|why| !why.is_empty()).map(|why| format!(" ({why})"));
            Some(format!("{}{status}{}", cycle.stage()?, why.unwrap_or_default()))
        });
        Self {
            stage,
            card: card.and_then(|card| Some(card.model_card_status()?.as_str().to_owned())),
            risk: card.and_then(|card| risk_rating(&serde_json::from_str(card.model_card_content()?).ok()?)),
            project: metadata.and_then(|m| m.project_id.clone()),
            repository: metadata.and_then(|m| m.repository.clone()),
            images: containers.iter().filter_map(reference).collect(),
            reports: reports(metrics),
            baselines: self::baselines(baselines),
        }
    }
    /// Adds what is known of it.
    pub(super) fn properties(&self, all: &mut Properties) {
        all.text("ModelLifeCycle", self.stage.as_deref())
            .status("ModelCardStatus", self.card.as_deref())
            .text("RiskRating", self.risk.as_deref())
            .text("ProjectId", self.project.as_deref())
            .text("Repository", self.repository.as_deref());
        for (about, uri) in &self.reports {
            all.text(format!("report of {about}"), &**uri);
        }
        for (about, uri) in &self.baselines {
            all.text(format!("baseline of {about}"), &**uri);
        }
    }
}

/// Returns the whole reference to an image: the address may already have a digest.
fn reference(container: &ModelPackageContainerDefinition) -> Option<String> {
    let image = container.image()?;
    let digest = container.image_digest().filter(|_| !image.contains('@'));
    Some(digest.map_or_else(|| image.to_owned(), |digest| format!("{image}@{digest}")))
}

/// Returns the sources that have a place, with their names.
fn placed<const N: usize>(sources: [(&str, Option<&MetricsSource>); N]) -> Vec<(String, String)> {
    let uri = |source: Option<&MetricsSource>| source?.s3_uri.clone();
    sources.into_iter().filter_map(|(about, source)| Some((about.to_owned(), uri(source)?))).collect()
}

fn reports(metrics: Option<&ModelMetrics>) -> Vec<(String, String)> {
    let bias = metrics.and_then(|m| m.bias());
    placed([
        ("data quality", metrics.and_then(|m| m.model_data_quality()?.statistics())),
        ("bias", bias.and_then(|bias| bias.report())),
        ("bias before training", bias.and_then(|bias| bias.pre_training_report())),
        ("bias after training", bias.and_then(|bias| bias.post_training_report())),
        ("explainability", metrics.and_then(|m| m.explainability()?.report())),
    ])
}

fn baselines(baselines: Option<&DriftCheckBaselines>) -> Vec<(String, String)> {
    let bias = baselines.and_then(|b| b.bias());
    placed([
        ("data quality", baselines.and_then(|b| b.model_data_quality()?.constraints())),
        ("model quality", baselines.and_then(|b| b.model_quality()?.constraints())),
        ("bias before training", bias.and_then(|bias| bias.pre_training_constraints())),
        ("bias after training", bias.and_then(|bias| bias.post_training_constraints())),
        ("explainability", baselines.and_then(|b| b.explainability()?.constraints())),
    ])
}

#[cfg(test)]
mod tests {
    use aws_sdk_sagemaker::types::{Explainability, ModelCardStatus};

    use super::*;

    #[test]
    fn what_a_description_has_is_shown_and_the_rest_is_left_out() {
        let cycle =
            ModelLifeCycle::builder().stage("Production").stage_status("InReview").stage_description("").build();
        let content = r#"{"intended_uses": {"risk_rating": "High"}}"#;
        let card = ModelPackageModelCard::builder()
            .model_card_content(content)
            .model_card_status(ModelCardStatus::Draft)
            .build();
        let report = MetricsSource::builder().s3_uri("s3://b/shap.json").content_type("application/json").build();
        let metrics = ModelMetrics::builder().explainability(Explainability::builder().report(report).build()).build();
        let governance = Governance::of(&[], Some(&cycle), Some(&card), None, Some(&metrics), None);
        assert_eq!(
            governance,
            Governance {
                stage: Some("Production: InReview".into()),
                card: Some("Draft".into()),
                risk: Some("High".into()),
                reports: vec![("explainability".into(), "s3://b/shap.json".into())],
                ..Governance::default()
            }
        );
        assert_eq!(Governance::of(&[], None, None, None, None, None), Governance::default());
        let card = ModelPackageModelCard::builder().model_card_content("not JSON").build();
        assert_eq!(Governance::of(&[], None, Some(&card), None, None, None), Governance::default());
    }
}
