//! Cases of the models of an account, and of the things that belong to each.

use crate::model::testing::{Account, DAY, HOUR, ago, arn, endpoint, endpoint_config, model, table, version};
use crate::resources::Kind;
use crate::resources::endpoint::Pending;
use crate::resources::group::ModelPackageGroup;
use crate::resources::model::Container;

/// Adds an endpoint that runs a model without a version.
fn unregistered(a: &mut Account, name: &str) {
    a.endpoints.push(endpoint(name, name));
    a.configs.push(endpoint_config(name, name));
    a.models.push(crate::resources::model::Model { containers: Some(Vec::new()), ..model(name, 1) });
}

/// Makes the endpoint run versions of these groups, in one container each.
fn runs(a: &mut Account, versions: &[&str]) {
    let container =
        |version: &&str| Container { package: Some(arn(&format!("model-package/{version}"))), ..Container::default() };
    a.models[0].containers = Some(versions.iter().map(container).collect());
}

#[test]
fn a_model_is_a_table_of_the_configuration_a_group_or_an_endpoint_without_one() {
    let cases = table! {
        "a group" |_| {} => &["fraud"][..];
        "the configuration names the same" |a| a.configure("") => &["fraud"];
        "it gives the group another name" |a| a.config = "[[model]]\nname = \"team\"\ngroup = \"fraud\"".into()
            => &["team"];
        "it names the group by its ARN" |a| {
            let group = arn("model-package-group/fraud");
            a.config = format!("[[model]]\nname = \"team\"\ngroup = \"{group}\"");
        } => &["team"];
        "it names one that is not there" |a| a.config = "[[model]]\nname = \"ghost\"".into() => &["fraud", "ghost"];
        "groups are denied: versions tell of them" |a| a.groups.denied() => &["fraud"];
        "groups are denied, and the configuration names one" |a| { a.groups.denied(); a.configure("") } => &["fraud"];
        "versions as well: what serves tells of them" |a| { a.groups.denied(); a.packages.denied() } => &["fraud"];
        "and the configuration names one" |a| { a.groups.denied(); a.packages.denied(); a.configure("") } => &["fraud"];
        "an endpoint without a version" |a| unregistered(a, "score-prod") => &["fraud", "score"];
        "two stages of it are one model" |a| { unregistered(a, "score-prod"); unregistered(a, "score-staging") }
            => &["fraud", "score"];
        "an empty group" |a| a.groups.push(ModelPackageGroup { name: "new".into(), ..Default::default() })
            => &["fraud", "new"];
        "one endpoint that runs two groups" |a| runs(a, &["fraud/1", "prep/7"]) => &["fraud", "prep"];
        "one group in two spellings" |a| runs(a, &["fraud/1", "Fraud/2"]) => &["fraud"];
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let mut names: Vec<&str> = joined.chains().iter().map(|chain| chain.name).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{what}");
    }
}

#[test]
fn a_model_of_the_configuration_is_left_out_where_it_may_live_in_another_account() {
    let mut account = Account::healthy();
    account.config = "[[model]]\nname = \"ghost\"".into();
    let mut observed = account.observed();
    let names = |observed: &_| crate::model::join(observed).chains().len();
    assert_eq!(names(&observed), 2);
    observed.preferences =
        crate::resources::Preferences { omit_absent: true, ..(*observed.preferences).clone() }.into();
    assert_eq!(names(&observed), 1);
}

#[test]
fn an_endpoint_is_in_each_group_that_it_runs_with_the_version_of_that_group() {
    let cases = table! {
        "one version" |a| runs(a, &["fraud/3"]) => [Some(3), None];
        "two containers of two groups" |a| runs(a, &["fraud/3", "prep/7"]) => [Some(3), Some(7)];
        "two containers of one group: the newer counts" |a| runs(a, &["fraud/2", "fraud/3"]) => [Some(3), None];
        "no version" |a| runs(a, &[]) => [None, None];
        "the configuration names it for one of them" |a| {
            runs(a, &["fraud/3", "prep/7"]);
            a.configure("endpoints = [\"fraud-{stage}\"]");
        } => [Some(3), Some(7)];
        "and for the other one" |a| {
            runs(a, &["fraud/3", "prep/7"]);
            a.config = "[[model]]\nname = \"prep\"\nendpoints = [\"fraud-{stage}\"]".into();
        } => [Some(3), Some(7)];
        "and for both" |a| {
            runs(a, &["fraud/3", "prep/7"]);
            a.configure(
                "endpoints = [\"fraud-{stage}\"]\n[[model]]\nname = \"prep\"\nendpoints = [\"fraud-{stage}\"]",
            );
        } => [Some(3), Some(7)];
        "two tables divide the endpoints of one group" |a| {
            runs(a, &["fraud/3"]);
            a.config = "[[model]]\nname = \"prep\"\ngroup = \"fraud\"\nendpoints = [\"x\"]\n\
                        [[model]]\nname = \"fraud\"\nendpoints = [\"fraud-*\"]"
                .into();
        } => [Some(3), None];
    };
    for (what, given, expected) in cases {
        let mut account = Account::healthy();
        given(&mut account);
        let joined = account.join();
        let serves = |name: &str| joined.chain(name).and_then(|chain| chain.serving.first()?.version());
        assert_eq!(["fraud", "prep"].map(serves), expected, "{what}");
    }
}

#[test]
fn endpoints_come_production_first_then_by_stage_and_name() {
    let mut account = Account::healthy();
    for name in ["fraud-staging", "fraud-b-prod", "fraud-dev"] {
        account.endpoints.push(endpoint(name, "fraud-prod-1"));
    }
    let joined = account.join();
    let chain = joined.chain("fraud").unwrap();
    let served: Vec<(&str, &str)> = chain.serving.iter().map(|s| (s.endpoint, s.stage)).collect();
    assert_eq!(
        served,
        [("fraud-b-prod", "prod"), ("fraud-prod", "prod"), ("fraud-dev", "dev"), ("fraud-staging", "staging")]
    );
    assert_eq!(joined.serving("fraud-dev").map(|s| s.stage), Some("dev"));
    assert!(joined.serving("other").is_none());
}

#[test]
fn production_that_is_known_comes_before_an_endpoint_without_a_stage() {
    let mut account = Account::healthy();
    for name in ["dev-fraud", "a-fraud"] {
        account.endpoints.push(endpoint(name, "fraud-prod-1"));
    }
    let served = |account: &Account| {
        let joined = account.join();
        let chain = joined.chain("fraud").unwrap();
        let all = chain.serving.iter().map(|s| s.endpoint).collect::<Vec<_>>().join(" ");
        (all, chain.worst_serving(true).unwrap().endpoint.to_owned())
    };
    assert_eq!(served(&account).0, "fraud-prod a-fraud dev-fraud");
    // It counts as production for what is severe.
    account.endpoints.last_mut().unwrap().status = "OutOfService".into();
    assert_eq!(served(&account).1, "a-fraud");
    account.endpoints[0].status = "OutOfService".into();
    assert_eq!(served(&account).1, "fraud-prod", "of two that are as bad, the known one comes first");
}

#[test]
fn an_endpoint_without_a_version_belongs_to_the_group_that_is_named_after_its_stage() {
    let mut account = Account::healthy();
    unregistered(&mut account, "dev-fraud");
    unregistered(&mut account, "STG-search");
    unregistered(&mut account, "search-prod");
    let joined = account.join();
    let mut owned: Vec<(&str, &str)> =
        joined.chains().iter().flat_map(|c| c.serving.iter().map(move |s| (c.name, s.endpoint))).collect();
    owned.sort_unstable();
    assert_eq!(
        owned,
        [("fraud", "dev-fraud"), ("fraud", "fraud-prod"), ("search", "STG-search"), ("search", "search-prod")]
    );
}

#[test]
fn what_arrives_and_what_changed_is_known_of_an_endpoint() {
    let mut account = Account::healthy();
    account.configs.push(crate::resources::config::EndpointConfig {
        created: ago(HOUR),
        ..endpoint_config("fraud-prod-2", "fraud-2")
    });
    account.models.push(model("fraud-2", 2));
    account.endpoints[0].status = "Updating".into();
    account.endpoints[0].pending =
        Some(Pending { config: "fraud-prod-2".into(), started: ago(60), ..Pending::default() });
    let label = |account: &Account| account.join().serving("fraud-prod").unwrap().label();
    assert_eq!(label(&account), "v1→v2");
    // The same version runs on another type of instance than the configuration before.
    let mut account = Account::healthy();
    let mut small = endpoint_config("fraud-prod-0", "fraud-1");
    (small.created, small.variants.as_mut().unwrap()[0].instance_type) = (ago(9 * DAY), Some("ml.t2.medium".into()));
    account.configs.push(small);
    let changed = |account: &Account| account.join().serving("fraud-prod").unwrap().changed.clone();
    assert_eq!(changed(&account).as_deref(), Some("ml.t2.medium → ml.m5.large"));
    account.configs[1].name = "other-0".into();
    assert_eq!(changed(&account), None, "a configuration of another name is not the one before");
    account.endpoints[0].replaced = Some("other-0".into());
    assert_eq!(changed(&account).as_deref(), Some("ml.t2.medium → ml.m5.large"), "this console saw it being replaced");
}

#[test]
fn a_thing_belongs_to_the_worst_of_its_models() {
    let mut account = Account::healthy();
    runs(&mut account, &["fraud/1", "prep/7"]);
    account.packages[0].approval = "Rejected".into();
    account.packages.push(crate::resources::package::ModelPackage {
        arn: arn("model-package/prep/7"),
        group: Some("prep".into()),
        ..version(7, "Approved")
    });
    let joined = account.join();
    let owners = |kind, id: &str| joined.owners(kind, id).iter().map(|chain| chain.name).collect::<Vec<_>>();
    assert_eq!(owners(Kind::Endpoints, "fraud-prod"), ["fraud", "prep"]);
    assert_eq!(owners(Kind::Endpoints, "other"), [""; 0]);
    assert_eq!(owners(Kind::Topics, "fraud-prod"), [""; 0]);
    assert_eq!(joined.owner(Kind::Pipelines, "fraud-build").map(|chain| chain.name), Some("fraud"));
}

#[test]
fn a_pipeline_may_be_a_model_s_until_its_definition_or_a_version_tells() {
    let undefined = |given: fn(&mut Account)| {
        let mut account = Account::healthy();
        account.pipelines[0].definition = None;
        given(&mut account);
        account.join().undefined()
    };
    assert!(!undefined(|_| {}), "a version tells of it");
    assert!(undefined(|a| a.packages[0].details = None));
    assert!(!undefined(|a| a.pipelines.clear()));
}
