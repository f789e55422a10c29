//! Event rules of a story, and what spoils coming runs.

use super::super::delivery::Delivery;
use super::super::events::{Rule, Target};
use super::super::sagemaker::execution::Spoil;
use super::super::story::{self, Story};
use super::super::wire::{json, tree};
use super::super::world::World;

impl World {
    pub(super) fn build_rules(&mut self, story: &Story) {
        for spec in &story.rules {
            let rule = self.rule(spec);
            self.rules.insert(spec.name.clone(), rule);
            if let (Some(via), Some(group)) = (&spec.via, &spec.group) {
                let delivery = Delivery {
                    name: via.clone(),
                    group: group.clone(),
                    endpoints: spec.deploys.clone(),
                    gated: spec.gated,
                    created: self.groups.get(group).map_or(self.start, |group| group.created),
                    runs: Vec::new(),
                };
                self.deliveries.insert(via.clone(), delivery);
            }
        }
        self.build_past_deliveries();
    }

    fn rule(&self, spec: &story::Rule) -> Rule {
        let pattern = spec.group.as_ref().map(|group| {
            json::text(&tree! {
                "source": vec!["aws.sagemaker"],
                "detail-type": vec!["SageMaker Model Package State Change"],
                "detail": tree! {
                    "ModelPackageGroupName": vec![group.as_str()],
                    "ModelApprovalStatus": spec.on.iter().map(String::as_str).collect::<Vec<_>>(),
                },
            })
        });
        let arn = match (&spec.via, &spec.runs) {
            (Some(delivery), _) => Some(self.home.arn("codepipeline", delivery)),
            (None, Some(pipeline)) => Some(self.home.sagemaker("pipeline", &pipeline.to_lowercase())),
            (None, None) if !spec.deploys.is_empty() => {
                Some(self.home.arn("lambda", &format!("function:{}", spec.name)))
            }
            (None, None) => None,
        };
        let target = |arn: String| Target { id: "Target0".to_owned(), arn, role: self.home.role("events-start") };
        Rule {
            name: spec.name.clone(),
            description: spec.description.clone(),
            enabled: spec.enabled,
            pattern,
            schedule: spec.schedule.clone(),
            targets: arn.filter(|_| spec.targets).map(target).into_iter().collect(),
            group: spec.group.clone(),
            on: spec.on.clone(),
            deploys: spec.deploys.clone(),
        }
    }

    pub(super) fn build_finding(&mut self, finding: &story::Finding) {
        let recipe = self.recipes.get_mut(&finding.pipeline);
        for quality in recipe.into_iter().flat_map(|recipe| &mut recipe.quality).filter(|q| q.name == finding.name) {
            quality.value = finding.value;
            quality.spread = finding.spread;
        }
    }

    pub(super) fn build_spoil(&mut self, spoil: &story::Spoil) {
        if let Some(recipe) = self.recipes.get_mut(&spoil.pipeline) {
            recipe.spoils.push(Spoil {
                step: spoil.step.clone(),
                reason: spoil.reason.clone(),
                unless: spoil.unless.clone(),
            });
        }
    }
}
