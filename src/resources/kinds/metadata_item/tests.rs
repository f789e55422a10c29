use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue as Attribute;
use aws_smithy_types::Blob;

use super::value::{LONGEST, MOST, shown};
use super::{Address, Described};
use crate::config::{Config, Model, Source};
use crate::resources::package::ModelPackage;

fn model(key: &str) -> Model {
    let text = format!(
        "[[model]]\nname = \"fraud\"\ngroup = \"fraud-group\"\nmetadata_item = {{ table = \"models\", key = {key} }}"
    );
    Config::parse(&Source { file: "sagetop.toml".into(), text }).unwrap().models.remove(0)
}

#[test]
fn an_item_describes_a_model_its_versions_or_its_endpoints() {
    let package = ModelPackage { group: Some("Fraud-Group".into()), version: Some(4), ..ModelPackage::default() };
    let unversioned = ModelPackage::default();
    let all = [
        Described::Model,
        Described::Version(&package),
        Described::Version(&unversioned),
        Described::Endpoint("fraud-prod"),
    ];
    let cases: [(&str, [Option<&str>; 4]); 4] = [
        (r#"{ model = "{model}" }"#, [Some("models model=fraud"), None, None, None]),
        (
            r#"{ id = "{group}/{version}", n = { N = "{version}" } }"#,
            [None, Some("models id=Fraud-Group/4, n=4"), None, None],
        ),
        (r#"{ e = "{endpoint}", g = "{group}" }"#, [None, None, None, Some("models e=fraud-prod, g=fraud-group")]),
        (r#"{ id = "all" }"#, [Some("models id=all"), None, None, None]),
    ];
    for (key, expected) in cases {
        let model = model(key);
        let found = all.map(|subject| Address::of(&model, subject).map(|at| at.to_string()));
        assert_eq!(found.each_ref().map(Option::as_deref), expected, "{key}");
    }
    assert!(Address::of(&Model { metadata_item: None, ..model(r#"{ id = "x" }"#) }, Described::Model).is_none());
    let numbers =
        Address::of(&model(r#"{ id = "x", v = { N = "{version}" } }"#), Described::Version(&package)).unwrap();
    assert_eq!(
        numbers.key.iter().map(|(name, _, number)| (&**name, *number)).collect::<Vec<_>>(),
        [("id", false), ("v", true)]
    );
}

fn text(text: &str) -> Attribute {
    Attribute::S(text.to_owned())
}

fn told(value: Attribute) -> String {
    shown([("x".to_owned(), value)].into(), true).0.remove(0).1
}

#[test]
fn values_of_every_type_are_short_texts() {
    let map = |members: &[(&str, Attribute)]| {
        Attribute::M(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let number = |text: &str| Attribute::N(text.to_owned());
    let cases = [
        (text("ana"), "ana"),
        (text(""), ""),
        (number("12"), "12"),
        (number("0.931"), "0.931"),
        (number("12345678901234567890123456789012345678"), "12345678901234567890123456789012345678"),
        (Attribute::Bool(true), "true"),
        (Attribute::Null(true), "null"),
        (Attribute::B(Blob::new(vec![0; 12])), "12 bytes"),
        (Attribute::Bs(vec![Blob::new(vec![0; 3])]), r#"["3 bytes"]"#),
        (Attribute::Ss(vec!["a".into(), "b".into()]), r#"["a","b"]"#),
        (Attribute::Ns(vec!["1".into(), "2.5".into()]), "[1,2.5]"),
        (Attribute::L(vec![text("a"), number("1")]), r#"["a",1]"#),
        (map(&[("b", number("1")), ("a", map(&[("c", Attribute::Bool(false))]))]), r#"{"a":{"c":false},"b":1}"#),
    ];
    for (value, expected) in cases {
        assert_eq!(told(value.clone()), expected, "{value:?}");
    }
}

#[test]
fn secrets_are_removed_also_from_values_that_are_cut() {
    let long = "x".repeat(LONGEST);
    let nested =
        Attribute::M(HashMap::from([("api_key".to_owned(), text("S3CR3T")), ("zeros".to_owned(), text(&long))]));
    let item = HashMap::from([
        ("db_password".to_owned(), text("S3CR3T")),
        ("settings".to_owned(), nested),
        ("note".to_owned(), text("run with --password S3CR3T")),
        ("as_json".to_owned(), text(&format!("{{\"secret\":\"S3CR3T\",\"z\":\"{long}\"}}"))),
    ]);
    let (redacted, _) = shown(item.clone(), true);
    assert!(!format!("{redacted:?}").contains("S3CR3T"), "{redacted:?}");
    assert_eq!(format!("{:?}", shown(item, false)).matches("S3CR3T").count(), 4, "unless they are asked for");
}

#[test]
fn an_item_of_many_long_attributes_is_cut_and_says_so() {
    let item = (0..MOST + 7).map(|n| (format!("a{n:03}"), text(&"é".repeat(LONGEST * 9)))).collect();
    let (attributes, more) = shown(item, true);
    assert_eq!((attributes.len(), more, attributes[0].0.as_str()), (MOST, 7, "a000"));
    assert!(attributes[0].1.ends_with("é… (1800 characters)"), "{}", attributes[0].1);
}
