//! Roles: they are assumed through STS, each gets keys of its own, and each shows the contents of its own account.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::server::{Moto, RETAIL};
use crate::sagetop::Home;

/// A profile with keys, and one that assumes a role with them.
const PROFILES: &str = "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = secret\nregion = eu-west-1\n\
                        [profile chained]\nsource_profile = base\nrole_arn = arn:aws:iam::222222222222:role/chained\n\
                        role_session_name = by-profile\nregion = eu-west-1\n";
/// Three accounts that start with the same keys.
const ACCOUNTS: &str = "[[account]]\nlabel = \"home\"\nprofile = \"base\"\n\
                        [[account]]\nlabel = \"shop\"\nprofile = \"base\"\n\
                        role_arn = \"arn:aws:iam::222222222222:role/oncall\"\n\
                        [[account]]\nlabel = \"lab\"\nprofile = \"base\"\n\
                        role_arn = \"arn:aws:iam::333333333333:role/research/reader\"\n";

/// Starts three accounts with one model each, named after its account.
fn accounts() -> (Moto, Home) {
    let (moto, home) = (Moto::start(&[]), Home::new());
    let group = |key: &str, name: &str| {
        moto.ask_as(key, RETAIL, "sagemaker", "create_model_package_group", &json!({"ModelPackageGroupName": name}));
    };
    group("testing", "of-home");
    for (account, name) in [("222222222222", "of-shop"), ("333333333333", "of-lab")] {
        let role = json!({"RoleArn": format!("arn:aws:iam::{account}:role/seed"), "RoleSessionName": "seed"});
        // The setup uses another region, so that the program's requests are separate.
        let keys = moto.ask("us-west-2", "sts", "assume_role", &role);
        group(keys["Credentials"]["AccessKeyId"].as_str().unwrap(), name);
    }
    home.write(".aws/config", PROFILES);
    (moto, home)
}

fn models(dump: &Value) -> Vec<&str> {
    dump["models"].as_array().unwrap().iter().map(|model| model["name"].as_str().unwrap()).collect()
}

#[test]
fn every_account_is_read_with_the_keys_of_its_role() {
    let (moto, home) = accounts();
    let seeds: BTreeSet<String> = moto.signed(RETAIL).into_iter().map(|(_, key)| key).collect();
    let config = home.write("sagetop.toml", ACCOUNTS);
    let arguments = ["dump", "--config", config.to_str().unwrap()];
    let dump = home.run(&arguments, &[("AWS_ENDPOINT_URL", &moto.url)]).ends(0).json();

    let observed: Vec<_> = dump["accounts"].as_array().unwrap().iter().collect();
    assert_eq!(
        observed.iter().map(|account| models(account)).collect::<Vec<_>>(),
        [["of-home"], ["of-shop"], ["of-lab"]]
    );
    let arns: Vec<&str> = observed[1..].iter().map(|account| account["identity"]["arn"].as_str().unwrap()).collect();
    assert_eq!(
        arns,
        [
            "arn:aws:sts::222222222222:assumed-role/oncall/sagetop",
            "arn:aws:sts::333333333333:assumed-role/reader/sagetop"
        ]
    );
    // The keys of the profile assume each role once and read their own account, and each role reads its own.
    let signed: Vec<(String, String)> =
        moto.signed(RETAIL).into_iter().filter(|(_, key)| !seeds.contains(key)).collect();
    let of = |wanted: &str| signed.iter().filter(|(name, _)| name == wanted).map(|(_, key)| key).collect::<Vec<_>>();
    assert_eq!(of("AssumeRole"), ["BASE", "BASE"]);
    assert_eq!(of("ListEndpoints").len(), 3);
    let keys: BTreeSet<&String> = of("ListEndpoints").into_iter().collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert_eq!(signed.iter().map(|(_, key)| key).collect::<BTreeSet<_>>(), keys, "nobody else signed anything");
}

#[test]
fn a_misspelt_profile_hides_no_account() {
    let (moto, home) = accounts();
    let config = home.write("sagetop.toml", "[[account]]\nlabel = \"home\"\nprofile = \"base\"\n");
    let of = |profiles: &str| {
        let arguments = ["status", "--config", config.to_str().unwrap(), "--profile", profiles];
        home.run(&arguments, &[("AWS_ENDPOINT_URL", &moto.url)])
    };
    let told = of("home,chaind").ends(3).says("of-home");
    let why = "no region: the AWS configuration files have no profile chaind";
    assert!(
        told.out.contains(why)
            && told.out.contains("only base, chained")
            && told.out.contains("the configuration calls its accounts home"),
        "{}",
        told.out
    );
    // With a region the account can be called, and no login would help.
    let arguments = ["status", "--profile", "chaind", "--region", "eu-west-1"];
    let told = home.run(&arguments, &[("AWS_ENDPOINT_URL", &moto.url)]).ends(3);
    assert!(told.out.contains("use an existing profile"), "{}", told.out);
    assert!(!told.err.contains("aws sso login") && !told.out.contains("by itself"), "{}{}", told.out, told.err);
    // No account is left to watch.
    let none = of("chaind,hom").ends(3);
    assert!(
        none.err.contains("error: chaind: no region") && none.err.contains("error: hom: no region"),
        "{}",
        none.err
    );
}

#[test]
fn a_profile_may_take_on_a_role_by_itself() {
    let (moto, home) = accounts();
    let place = [("AWS_ENDPOINT_URL", moto.url.as_str())];
    let dump = home.run(&["dump", "--profile", "chained"], &place).ends(0).json();
    assert_eq!(models(&dump), ["of-shop"], "{}", dump["sources"]);
    assert_eq!(dump["identity"]["arn"], "arn:aws:sts::222222222222:assumed-role/chained/by-profile");
    // The profile can also be set by the environment, which most people do.
    let dump = home.run(&["dump"], &[place[0], ("AWS_PROFILE", "chained")]).ends(0).json();
    assert_eq!(models(&dump), ["of-shop"]);
}

#[test]
fn a_role_that_may_not_be_taken_on_is_denied_in_the_words_of_aws() {
    let (moto, home) = (Moto::start(&["--fail", "AssumeRole=AccessDenied"]), Home::new());
    home.write(".aws/config", PROFILES);
    let config = home.write("sagetop.toml", ACCOUNTS);
    let place = [("AWS_ENDPOINT_URL", moto.url.as_str())];
    let told = |account: &Value| {
        let sources = account["sources"].as_array().unwrap();
        let endpoints = sources.iter().find(|source| source["name"] == "endpoints").unwrap();
        (endpoints["state"].as_str().unwrap().to_owned(), endpoints["error"].as_str().unwrap_or_default().to_owned())
    };
    let denied = ("denied".to_owned(), "ListEndpoints: denied: AccessDenied: said the test of AssumeRole".to_owned());
    // This is a role of the configuration: its account is denied, and hides no other.
    let dump = home.run(&["dump", "--config", config.to_str().unwrap()], &place).ends(0).json();
    let accounts: Vec<_> = dump["accounts"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(accounts, [("fresh".to_owned(), String::new()), denied.clone(), denied.clone()]);
    // This is a role that a profile assumes by itself.
    let dump = home.run(&["dump", "--profile", "chained"], &place).ends(0).json();
    assert_eq!(told(&dump), denied);
}
