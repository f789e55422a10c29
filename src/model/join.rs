//! What belongs together (`aws-map` 3): one chain a model, each edge with its confidence and its rule.

mod alarms;
mod serving;
mod training;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::index::Index;
use super::{Chain, Confidence, Link, StageKind, attention};
use crate::config::Model as ModelConfig;
use crate::resources::{Seen, Store, arn_name};

pub(super) use serving::Traced;

/// One model before its stages are joined.
struct Draft<'a> {
    chain: Chain,
    config: Option<&'a ModelConfig>,
    links: BTreeSet<Link>,
}

impl Draft<'_> {
    /// An edge from the stage before into `into`.
    fn cross(&mut self, from: &str, to: &str, confidence: Confidence, rule: &'static str, into: StageKind) {
        self.link(from, to, confidence, rule, into, true);
    }
    /// An edge within a stage.
    fn within(&mut self, from: &str, to: &str, confidence: Confidence, rule: &'static str, stage: StageKind) {
        self.link(from, to, confidence, rule, stage, false);
    }
    fn link(
        &mut self,
        from: &str,
        to: &str,
        confidence: Confidence,
        rule: &'static str,
        into: StageKind,
        crossing: bool,
    ) {
        self.links.insert(Link { from: from.to_owned(), to: to.to_owned(), confidence, rule, into, crossing });
    }
}

/// All chains, worst first, then by name. Pure: the same tables, configuration and time give the same chains.
#[must_use]
pub fn chains(seen: &Seen) -> Vec<Chain> {
    let index = Index::new(&seen.store);
    let traced = serving::trace_all(&index, &seen.wishes.models);
    let mut chains: Vec<Chain> = drafts(&seen.store, &seen.wishes.models, &traced)
        .into_iter()
        .map(|mut draft| {
            serving::join(&mut draft, &index, &traced);
            training::join(&mut draft, &index);
            alarms::join(&mut draft, &index);
            draft.chain.links = draft.links.into_iter().collect();
            attention::judge(&mut draft.chain, &index, seen);
            draft.chain
        })
        .collect();
    chains.sort_by(|a, b| (Reverse(a.health), &a.name).cmp(&(Reverse(b.health), &b.name)));
    chains
}

/// The models there are: those of the configuration, groups that it does not claim, endpoints without a group.
fn drafts<'a>(store: &Store, models: &'a [ModelConfig], traced: &[Traced<'_>]) -> Vec<Draft<'a>> {
    let draft = |name: &str, group: Option<&str>, configured: Option<usize>| Draft {
        chain: Chain { name: name.to_owned(), group: group.map(str::to_owned), configured, ..Chain::default() },
        config: configured.and_then(|i| models.get(i)),
        links: BTreeSet::new(),
    };
    let mut drafts = Vec::new();
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    for (place, model) in models.iter().enumerate() {
        let own_name = store.groups.get(&model.name).map(|g| g.name.as_str());
        let group = model.group.as_deref().map(arn_name).or(own_name);
        claimed.extend(group.map(str::to_owned));
        drafts.push(draft(&model.name, group, Some(place)));
    }
    // A group may show itself only by its versions, when the list of groups is denied.
    let by_versions = store.packages.rows().filter_map(|p| p.group.as_deref());
    // And one of another account, or a deleted one, only by what serves from it.
    let by_owner = traced.iter().filter_map(|t| t.owner.as_ref()?.group());
    let groups: BTreeSet<&str> =
        store.groups.rows().map(|g| g.name.as_str()).chain(by_versions).chain(by_owner).collect();
    for group in groups.into_iter().filter(|g| !claimed.contains(*g)) {
        drafts.push(draft(group, Some(group), None));
    }
    let homeless: BTreeSet<&str> = traced.iter().filter(|t| t.owner.is_none()).map(|t| t.stem.as_str()).collect();
    drafts.extend(homeless.into_iter().map(|stem| draft(stem, None, None)));
    drafts
}
