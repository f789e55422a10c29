use super::*;
use crate::config::{Config, Source};
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;
use crate::resources::package::ModelPackage;
use crate::resources::topic::Topic;

fn place(region: &str) -> Place<'_> {
    Place { region, account: Some("123456789012"), profile: None, links: &[] }
}

fn text(all: &[Handle], what: &What) -> Option<String> {
    all.iter().find(|handle| handle.what == *what).map(|handle| handle.text.clone())
}

fn endpoint(name: &str, region: &str) -> Endpoint {
    let arn = format!("arn:aws:sagemaker:{region}:123456789012:endpoint/{name}");
    Endpoint { name: name.into(), arn, ..Endpoint::default() }
}

#[test]
fn each_partition_has_its_own_console_and_an_unknown_one_has_none() {
    let cases = [
        ("eu-west-1", Some("https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/endpoints/x")),
        ("cn-north-1", Some("https://cn-north-1.console.amazonaws.cn/sagemaker/home?region=cn-north-1#/endpoints/x")),
        (
            "us-gov-west-1",
            Some("https://us-gov-west-1.console.amazonaws-us-gov.com/sagemaker/home?region=us-gov-west-1#/endpoints/x"),
        ),
        ("us-iso-east-1", None),
        ("eusc-de-east-1", None),
        ("evil.example/?", None),
    ];
    for (region, page) in cases {
        let thing = endpoint("x", region);
        assert_eq!(place(region).page(&thing).as_deref(), page, "{region}");
        let systems = place(region).of_thing(&thing);
        let others = systems.iter().filter(|handle| matches!(handle.what, What::System(_)));
        assert_eq!(others.count() > 0, page.is_some(), "{region}");
    }
}

#[test]
fn the_region_is_that_of_the_arn_and_global_pages_have_none() {
    let topic = Topic { arn: "arn:aws:sns:us-east-1:1:oncall".into(), ..Topic::default() };
    let all = place("eu-west-1").of_thing(&topic);
    let page =
        "https://us-east-1.console.aws.amazon.com/sns/v3/home?region=us-east-1#/topic/arn:aws:sns:us-east-1:1:oncall";
    assert_eq!(text(&all, &What::Console).as_deref(), Some(page));
    assert_eq!(text(&all, &What::Name).as_deref(), Some("oncall"));
    let command = "aws sns get-topic-attributes --topic-arn arn:aws:sns:us-east-1:1:oncall --region us-east-1";
    assert_eq!(text(&all, &What::Command).as_deref(), Some(command));
    let role = place("cn-north-1").of_id(About::Other, "arn:aws-cn:iam::1:role/oncall");
    assert_eq!(
        text(&role, &What::Console).as_deref(),
        Some("https://console.amazonaws.cn/iam/home#/roles/details/oncall")
    );
}

#[test]
fn a_version_is_called_by_its_group_and_number() {
    let arn = "arn:aws:sagemaker:eu-west-1:1:model-package/fraud/7";
    let package = ModelPackage { arn: arn.into(), version: Some(7), ..ModelPackage::default() };
    let all = Place { profile: Some("my prod"), ..place("eu-west-1") }.of_thing(&package);
    assert_eq!(text(&all, &What::Name).as_deref(), Some("fraud/7"));
    assert_eq!(text(&all, &What::Id), None, "the id is the ARN");
    let command = format!(
        "aws sagemaker describe-model-package --model-package-name {arn} --region eu-west-1 --profile 'my prod'"
    );
    assert_eq!(text(&all, &What::Command), Some(command));
}

#[test]
fn a_hostile_name_stays_a_name() {
    let cases = [
        ("p99; rm -rf ~ $(id) `id`", Some("'p99; rm -rf ~ $(id) `id`'")),
        ("it's", Some(r"'it'\''s'")),
        ("--endpoint-url=http://evil", Some("--alarm-names=--endpoint-url=http://evil")),
        ("file:///home/me/.aws/credentials", None),
        ("a\u{1b}[201~\nid\n", None),
        ("x\u{202e}y", None),
    ];
    for (name, quoted) in cases {
        let alarm = Alarm { name: name.into(), ..Alarm::default() };
        let all = place("eu-west-1").of_thing(&alarm);
        let command = text(&all, &What::Command);
        assert_eq!(command.is_some(), quoted.is_some(), "{name}");
        let line = command.unwrap_or_default();
        assert!(line.contains(quoted.unwrap_or_default()), "{line}");
        for handle in &all {
            assert!(!handle.text.chars().any(is_hidden), "{handle:?}");
            let word = handle.what.is_address().then(|| handle.text.contains(char::is_whitespace));
            assert_ne!(word, Some(true), "{handle:?}");
        }
    }
}

#[test]
fn links_of_the_configuration_are_filled_and_encoded() {
    let text_of = r#"
        [[link]]
        label = "Grafana"
        url = "https://grafana.example/d/ep?var-endpoint={name}&region={region}&account={account}"
        kinds = ["endpoints"]

        [[link]]
        label = "Wiki"
        url = "https://wiki.example/{arn}/{profile}"
    "#;
    let config = Config::parse(&Source { file: "x".into(), text: text_of.into() }).unwrap();
    let place = Place { links: &config.links, ..place("eu-west-1") };
    let all = place.of_thing(&endpoint("a&b=c d/é", "eu-west-1"));
    assert_eq!(
        text(&all, &What::Link("Grafana".into())).as_deref(),
        Some("https://grafana.example/d/ep?var-endpoint=a%26b%3Dc%20d%2F%C3%A9&region=eu-west-1&account=123456789012")
    );
    assert_eq!(text(&all, &What::Link("Wiki".into())), None, "there is no profile");
    let alarm = Alarm { name: "x".into(), ..Alarm::default() };
    assert_eq!(text(&place.of_thing(&alarm), &What::Link("Grafana".into())), None);
    for (wrong, why) in [
        ("label = \"x\"\nurl = \"https://x/{nam}\"", "3:7"),
        ("label = \"x\"\nurl = \"javascript:{name}\"", "3:7"),
        ("label = \"x\"\nurl = \"{name}\"", "3:7"),
        ("label = \"x\"\nurl = \"https://x\"\nkinds = [\"endpoint\"]", "4:10"),
    ] {
        let file = Source { file: "f".into(), text: format!("[[link]]\n{wrong}") };
        let error = Config::parse(&file).unwrap_err().to_string();
        assert!(error.contains(&format!("f:{why}")), "{error}");
    }
}
