//! Cases of what an endpoint serves that runs several versions, and of the rules that ask for the live version.

use crate::model::Serving;
use crate::model::testing::{Account, HOUR, ago, endpoint_config, model, table, version};
use crate::resources::config::ConfigVariant;
use crate::resources::endpoint::{Pending, Variant};
use crate::resources::inference_component::{ComponentDetails, InferenceComponent};

/// Makes the endpoint serve these versions, one in each variant, with these weights.
fn variants(a: &mut Account, served: &[(i32, Option<f32>)]) {
    a.models.clear();
    (a.endpoints[0].variants, a.configs[0].variants) = (Vec::new(), Some(Vec::new()));
    for (place, (number, weight)) in served.iter().enumerate() {
        let (name, made) = (format!("v{place}"), format!("fraud-{number}"));
        a.models.push(model(&made, *number));
        a.endpoints[0].variants.push(Variant { name: name.clone(), weight: *weight, ..Variant::default() });
        let configured = ConfigVariant { name, model: Some(made), ..ConfigVariant::default() };
        a.configs[0].variants.as_mut().unwrap().push(configured);
    }
}

/// Makes the endpoint serve these versions, one in each inference component, with these copies.
fn components(a: &mut Account, served: &[(i32, Option<i32>)]) {
    a.configs[0].variants.as_mut().unwrap()[0].model = None;
    a.models.clear();
    for (place, (number, copies)) in served.iter().enumerate() {
        let made = format!("fraud-{number}");
        a.models.push(model(&made, *number));
        let details = ComponentDetails { models: vec![made], copies: *copies, ..ComponentDetails::default() };
        a.inference_components.push(InferenceComponent {
            name: format!("c{place}"),
            endpoint: "fraud-prod".into(),
            status: "InService".into(),
            details: Some(details),
            ..InferenceComponent::default()
        });
    }
}

#[test]
fn the_version_that_most_requests_get_is_shown_with_its_share() {
    let cases = table! {
        "one version" |a| variants(a, &[(1, Some(1.0))]) => ("v1", "v1", "v1");
        "a challenger, which is newer" |a| variants(a, &[(1, Some(9.0)), (2, Some(1.0))])
            => ("v1 90 % +1", "v1 +1", "v1 90 %, v2 10 %");
        "a challenger that comes first" |a| variants(a, &[(2, Some(1.0)), (1, Some(3.0))])
            => ("v1 75 % +1", "v1 +1", "v1 75 %, v2 25 %");
        "two others" |a| variants(a, &[(1, Some(2.0)), (2, Some(6.0)), (3, Some(2.0))])
            => ("v2 60 % +2", "v2 +2", "v2 60 %, v3 20 %, v1 20 %");
        "equal shares: the newer one" |a| variants(a, &[(1, Some(1.0)), (2, Some(1.0))])
            => ("v2 50 % +1", "v2 +1", "v2 50 %, v1 50 %");
        "one version in two variants" |a| variants(a, &[(1, Some(1.0)), (1, Some(2.0))]) => ("v1", "v1", "v1");
        "one version in two of three" |a| variants(a, &[(1, Some(3.0)), (1, Some(3.0)), (2, Some(4.0))])
            => ("v1 60 % +1", "v1 +1", "v1 60 %, v2 40 %");
        "a variant without traffic serves nobody" |a| variants(a, &[(1, Some(1.0)), (2, Some(0.0))])
            => ("v1", "v1", "v1");
        "very little traffic is some" |a| variants(a, &[(1, Some(999.0)), (2, Some(1.0))])
            => ("v1 >99 % +1", "v1 +1", "v1 >99 %, v2 <1 %");
        "no traffic at all: no share is known" |a| variants(a, &[(1, Some(0.0)), (2, Some(0.0))])
            => ("v2 +1", "v2 +1", "v2, v1");
        "one weight is not known" |a| variants(a, &[(1, Some(9.0)), (2, None)]) => ("v2 +1", "v2 +1", "v2, v1");
        "a shadow serves nobody" |a| {
            a.models.push(model("fraud-2", 2));
            let shadow = ConfigVariant { name: "s".into(), model: Some("fraud-2".into()), ..ConfigVariant::default() };
            a.configs[0].shadows.push(shadow);
        } => ("v1", "v1", "v1");
        "components: by their copies" |a| components(a, &[(1, Some(3)), (2, Some(1))])
            => ("v1 75 % +1", "v1 +1", "v1 75 %, v2 25 %");
        "a component without a copy serves nobody" |a| components(a, &[(1, Some(2)), (2, Some(0))])
            => ("v1", "v1", "v1");
        "copies that were not read" |a| components(a, &[(1, None), (2, Some(1))]) => ("v2 +1", "v2 +1", "v2, v1");
        "the configuration was not read: the index knows no weights" |a| {
            a.configs.never_read();
            a.models[0].endpoints = vec!["fraud-prod".into()];
        } => ("v1", "v1", "v1");
    };
    for (what, given, (wide, narrow, all)) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let serving = joined.serving("fraud-prod").unwrap();
        assert_eq!(serving.label_with_share(), wide, "{what}");
        assert_eq!(serving.label(), narrow, "{what}");
        assert_eq!(serving.versions_with_shares().as_deref(), Some(all), "{what}");
    }
}

#[test]
fn another_model_on_the_same_endpoint_takes_a_share_of_its_traffic_but_no_copies() {
    let shares = |given: fn(&mut Account)| {
        let mut account = Account::healthy();
        given(&mut account);
        account.models[2].containers.as_mut().unwrap()[0].package =
            Some(account.packages[0].arn.replace("/fraud/1", "/spam/1"));
        let joined = account.join();
        joined.chain("fraud").unwrap().serving[0].versions_with_shares().unwrap()
    };
    let weights: fn(&mut Account) = |a| variants(a, &[(1, Some(6.0)), (2, Some(2.0)), (9, Some(2.0))]);
    let copies: fn(&mut Account) = |a| components(a, &[(1, Some(6)), (2, Some(2)), (9, Some(2))]);
    assert_eq!((&*shares(weights), &*shares(copies)), ("v1 60 %, v2 20 %", "v1 75 %, v2 25 %"));
}

#[test]
fn a_deployment_names_all_versions_that_come_and_go() {
    let cases = table! {
        "the challenger wins" |a| { variants(a, &[(1, Some(9.0)), (2, Some(1.0))]); arrives(a, &[(2, 1.0)]) }
            => ("v1 +1→v2", "v1 + v2 → v2");
        "a challenger comes" |a| arrives(a, &[(1, 9.0), (2, 1.0)]) => ("v1→v1", "v1 → v1 + v2");
        "only the weights change" |a| {
            variants(a, &[(1, Some(9.0)), (2, Some(1.0))]);
            arrives(a, &[(1, 1.0), (2, 1.0)]);
        } => ("v1 +1→", "fraud-prod-1 → next");
    };
    for (what, given, (label, way)) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let serving = joined.serving("fraud-prod").unwrap();
        assert_eq!(
            (&*serving.label_with_share(), &*serving.deployment.as_ref().unwrap().way()),
            (label, way),
            "{what}"
        );
    }
}

/// Lets a configuration arrive that serves these versions with these weights.
fn arrives(a: &mut Account, served: &[(i32, f32)]) {
    let mut next = endpoint_config("next", "");
    next.variants = Some(Vec::new());
    for (number, weight) in served {
        let made = format!("fraud-{number}");
        a.models.retain(|known| known.name != made);
        a.models.push(model(&made, *number));
        let variant =
            ConfigVariant { name: made.clone(), model: Some(made), weight: Some(*weight), ..Default::default() };
        next.variants.as_mut().unwrap().push(variant);
    }
    a.configs.push(next);
    a.endpoints[0].pending = Some(Pending { config: "next".into(), started: ago(60), ..Pending::default() });
}

/// Version 2 was approved hours ago. The table holds the reason that is found, and the live version.
#[test]
fn a_version_is_live_with_any_share_and_the_largest_share_is_the_live_version() {
    let two = |champion, challenger| vec![(1, Some(champion)), (2, Some(challenger))];
    for (what, served, found, live) in [
        ("only the old one serves", vec![(1, Some(1.0))], Some("v2 is approved, fraud-prod serves v1"), Some(1)),
        ("it gets a tenth", two(9.0, 1.0), None, Some(1)),
        ("it gets most", two(1.0, 9.0), None, Some(2)),
        ("it gets nothing yet", two(1.0, 0.0), Some("v2 is approved, fraud-prod serves v1"), Some(1)),
        ("it alone serves", vec![(2, Some(1.0))], None, Some(2)),
    ] {
        let mut account = Account::healthy();
        account.packages.push(version(2, "Approved"));
        account.packages[1].details.as_mut().unwrap().modified = ago(5 * HOUR);
        variants(&mut account, &served);
        let (observed, joined) = (account.observed(), account.join());
        let chain = joined.chain("fraud").unwrap();
        let said =
            chain.reasons.iter().find(|reason| reason.rule.name == "not-live").map(|reason| reason.text.as_str());
        assert_eq!((said, chain.serving[0].version()), (found, live), "{what}");
        // A candidate is compared with the live version.
        let beside = crate::model::beside_live(&observed, chain, &account.packages[1].arn);
        let compared = beside.and_then(|beside| beside.live.version);
        assert_eq!(compared, live.filter(|live| *live != 2), "{what}");
    }
}

#[test]
fn a_version_that_gets_no_traffic_is_not_blamed_for_what_it_is() {
    for (weight, said) in [(1.0, Some("v2 serves fraud-prod and is Rejected")), (0.0, None)] {
        let mut account = Account::healthy();
        account.packages.push(version(2, "Rejected"));
        variants(&mut account, &[(1, Some(9.0)), (2, Some(weight))]);
        let joined = account.join();
        let reasons = &joined.chain("fraud").unwrap().reasons;
        let found = reasons.iter().find(|reason| reason.rule.name == "serves-unapproved");
        assert_eq!(found.map(|reason| reason.text.as_str()), said, "{weight}");
    }
}

#[test]
fn without_a_version_nothing_is_said_of_shares() {
    let nothing = Serving::default();
    assert_eq!((nothing.label_with_share(), nothing.versions_with_shares()), ("?".to_owned(), None));
}
