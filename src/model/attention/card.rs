//! The rule about model cards: did somebody approve what is told about the version that serves?

use super::{Finding, RuleInput};
use crate::model::{Health, Serving};
use crate::resources::Kind;
use crate::resources::model_card::ModelCard;
use crate::resources::package::ModelPackage;

/// A card of a version: its status and its risk.
struct Card<'a> {
    status: &'a str,
    risk: Option<&'a str>,
    /// The name of a card that is a thing of its own.
    name: Option<&'a str>,
}

/// Finds versions that serve in production and have model cards none of which is approved.
pub(super) fn unapproved(input: &RuleInput<'_>) -> Vec<Finding> {
    let production = input.chain.serving.iter().filter(|serving| serving.production());
    let served = production.flat_map(|serving| serving.answering().map(move |version| (serving, version)));
    let judge = |(serving, (arn, version)): (&Serving<'_>, &(&str, i32))| {
        let package = input.index.package(arn)?;
        let cards: Vec<Card<'_>> = cards(input, package).collect();
        if cards.iter().any(|card| card.status == "Approved") {
            return None;
        }
        let (card, health) = cards.into_iter().find_map(|card| Some((judged(&card)?, card)).map(|(h, c)| (c, h)))?;
        let name = card.name.map(|name| format!(" {name}")).unwrap_or_default();
        let risk = card.risk.map(|risk| format!(" (risk {risk})")).unwrap_or_default();
        let place = serving.place();
        let text = format!("v{version} serves {place}, and its model card{name} is {}{risk}", card.status);
        let word = match card.status {
            "PendingReview" => "card pending",
            "Archived" => "card archived",
            _ => "card draft",
        };
        let finding = Finding::new(health, text).brief(format!("v{version} card {}", card.status)).word(word);
        Some(match card.name {
            Some(name) => finding.about(Kind::ModelCards, name),
            None => finding.about(Kind::Packages, *arn),
        })
    };
    served.filter_map(judge).collect()
}

/// Returns the health of a card that is not approved; `None` if its status is not known here.
fn judged(card: &Card<'_>) -> Option<Health> {
    match (card.status, card.risk) {
        ("Draft" | "PendingReview", Some("High")) | ("Archived", _) => Some(Health::Warning),
        ("Draft" | "PendingReview", _) => Some(Health::Waiting),
        _ => None,
    }
}

/// Returns the cards of a version: those that name it or its group, and its own.
fn cards<'a>(input: &'a RuleInput<'_>, package: &'a ModelPackage) -> impl Iterator<Item = Card<'a>> {
    let group = package.group.as_deref().unwrap_or_default();
    let names = move |id: (Kind, &str)| match id {
        (Kind::Packages, arn) => arn.eq_ignore_ascii_case(&package.arn),
        (kind, name) => kind == Kind::Groups && name.eq_ignore_ascii_case(group),
    };
    let attached = input.chain.attached.iter().filter(move |a| a.kind == Kind::ModelCards && names(a.to));
    let things = attached.filter_map(|a| input.index.store.model_cards.get(a.id));
    let things =
        things.map(|card: &ModelCard| Card { status: &card.status, risk: card.risk(), name: Some(&card.name) });
    let governance = package.details.as_ref().map(|details| &details.governance);
    let own =
        governance.and_then(|own| Some(Card { status: own.card.as_deref()?, risk: own.risk.as_deref(), name: None }));
    things.chain(own)
}
