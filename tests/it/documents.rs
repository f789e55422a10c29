//! Tests of the documents: their links exist, their examples are valid, and the policies in the README match the code.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sagetop::aws::{SERVICES, permission_of, reads};
use sagetop::config::{Config, Source};
use sagetop::intents::NEEDS;
use sagetop::sim::Story;
use serde_json::Value;

use crate::layers::{root, rust_files};

/// The permissions that belong to other calls: created resources get tags, and models and schedules have roles.
const BESIDE_CALLS: &[&str] = &["sagemaker:AddTags", "iam:PassRole"];

/// The services that are not in the default build, and the prefixes of their IAM actions. The README's policy leaves them
/// out.
pub(crate) const BEYOND_DEFAULT: [(&str, &str); 8] = [
    ("kms", "kms"),
    ("config_service", "config"),
    ("glue", "glue"),
    ("service_catalog", "servicecatalog"),
    ("devops_guru", "devops-guru"),
    ("health", "health"),
    ("ssm", "ssm"),
    ("iam", "iam"),
];

/// Returns whether an action belongs to a service that is not in the default build.
pub(crate) fn beyond_default(action: &str) -> bool {
    BEYOND_DEFAULT.iter().any(|(_, iam)| action.split_once(':').is_some_and(|(service, _)| service == *iam))
}

/// The prefixes of operations that read.
const READS: &[&str] =
    &["BatchDescribe", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Query", "Search", "Simulate"];

/// Returns a document and its text.
fn documents() -> Vec<(PathBuf, String)> {
    let pages = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = pages.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    paths.sort();
    paths.extend(["README.md", "CONTRIBUTING.md", "bench/README.md"].map(|name| root().join(name)));
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Returns the lines that are not code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// Returns the blocks of code in a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(fence.as_str()).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect()
}

/// Returns the anchors of a document, which are made from its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings =
        prose(text).filter_map(|line| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()));
    let plain = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|heading| heading.to_lowercase().chars().filter(plain).collect::<String>().replace(' ', "-")).collect()
}

/// Returns why a link of a file is dead, if it is.
fn dead(from: &Path, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { from.to_owned() } else { from.parent().unwrap().join(file) };
    let at = from.strip_prefix(root()).unwrap().display();
    if !path.exists() {
        return Some(format!("{at}: there is no {target}"));
    }
    let known = anchor.is_empty() || anchors(&fs::read_to_string(path).unwrap_or_default()).contains(anchor);
    (!known).then(|| format!("{at}: no heading makes {target}"))
}

#[test]
fn links_between_documents_lead_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    for (path, text) in documents() {
        for line in prose(&text) {
            let targets = line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
            wrong.extend(targets.filter(|t| !t.contains("://")).filter_map(|target| dead(&path, target)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_page_is_named_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let is_named = |path: &PathBuf| readme.contains(&format!("({})", path.strip_prefix(root()).unwrap().display()));
    let forgotten: Vec<PathBuf> =
        documents().into_iter().map(|(path, _)| path).filter(|path| !is_named(path)).collect();
    assert_eq!(forgotten, [root().join("README.md")]);
}

#[test]
fn comments_name_pages_and_headings_that_exist() {
    let mut named = 0;
    let mut wrong = Vec::new();
    for path in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let is_part = |c: char| c.is_ascii_alphanumeric() || "/-_.#".contains(c);
        for word in text.split(|c| !is_part(c)).filter(|word| word.starts_with("docs/")) {
            named += 1;
            let target = word.trim_end_matches('.');
            wrong.extend(dead(&root().join("README.md"), target).map(|why| format!("{}: {why}", path.display())));
        }
    }
    assert!(named > 5 && wrong.is_empty(), "{named} found, {wrong:#?}");
}

#[test]
fn examples_of_configurations_and_stories_are_valid() {
    let text = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    for name in ["README.md", "docs/configuration.md"] {
        let page = text(name);
        // An example below a list is indented, which TOML allows.
        let [example] = blocks(&page, "toml")[..] else { panic!("{name} has not one example") };
        let source = Source { file: name.into(), text: example.to_owned() };
        assert!(!Config::parse(&source).unwrap().models.is_empty(), "{name}");
    }
    let page = text("docs/simulated-account.md");
    for story in blocks(&page, "toml") {
        Story::parse(story).unwrap();
    }
}

/// Converts `describe_model` to `DescribeModel`.
fn api_name(method: &str) -> String {
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    method.split('_').map(|word| -> String { capital(word) }).collect()
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

/// Methods of clients that send nothing, and of fields that have the name of a client.
const NO_REQUESTS: [&str; 4] = ["clone", "config", "severity", "sign"];

/// Finds every call of AWS in the code, such as `sagemaker:DescribeModel`, and the files that send other requests.
pub(crate) fn calls() -> (BTreeSet<String>, Vec<String>) {
    let (mut made, mut unknown) = (BTreeSet::new(), Vec::new());
    let simulated = root().join("src/sim");
    for path in rust_files(&root().join("src")).iter().filter(|path| !path.starts_with(&simulated)) {
        let text = fs::read_to_string(path).unwrap();
        let own: String = text.split("#[cfg(test)]").next().unwrap_or_default().split_whitespace().collect();
        let mut requests = 0;
        let services: BTreeSet<(&str, &str)> =
            SERVICES.iter().map(|service| (service.name, service.iam)).chain(BEYOND_DEFAULT).collect();
        for (name, iam) in services {
            let client = format!("{name}.");
            let methods = own.match_indices(&client).filter_map(|(at, _)| {
                let is_whole = !own[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let (method, _) = own[at + client.len()..].split_once("()")?;
                let is_call = method.starts_with(|c: char| c.is_ascii_lowercase()) && method.chars().all(is_of_a_name);
                (is_whole && is_call && !NO_REQUESTS.contains(&method)).then_some(method)
            });
            let methods: Vec<&str> = methods.collect();
            requests += methods.len();
            made.extend(methods.iter().map(|method| format!("{iam}:{}", api_name(method))));
        }
        // Several requests may share the code that sends them, but each must be made by a client.
        let sent = own.matches(".send()").count();
        if sent > requests {
            unknown.push(format!("{}: {sent} requests are sent, {requests} are made by a client", path.display()));
        }
    }
    (made, unknown)
}

/// Returns the actions of a policy in the README.
pub(crate) fn policy(readme: &str, name: &str) -> BTreeSet<String> {
    let (_, rest) = readme.split_once(&format!("<!-- policy:{name}:begin -->")).unwrap();
    let policy: Value = serde_json::from_str(blocks(rest, "json").first().unwrap()).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let listed = |action: &Value| action.as_array().map_or_else(|| vec![action.clone()], Vec::clone);
    let actions = statements.flat_map(|statement| listed(&statement["Action"]));
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_policies_in_the_readme_name_every_call_and_no_other() {
    let (made, unknown) = calls();
    assert!(unknown.is_empty(), "a client has another name than its service in `aws::SERVICES`: {unknown:#?}");

    let is_read = |call: &&String| READS.iter().any(|start| call.split_once(':').unwrap().1.starts_with(start));
    let made = made.into_iter().filter(|call| !beyond_default(call));
    let (reading, writing): (BTreeSet<String>, BTreeSet<String>) = made.partition(|call| is_read(&call));
    let reading: BTreeSet<String> = reading.iter().filter_map(|call| permission_of(call)).map(str::to_owned).collect();
    let table: BTreeSet<String> = reads().filter(|action| !beyond_default(action)).collect();
    assert_eq!(table, reading, "the permissions for reading (left: table, right: calls in the code)");
    let of_intents = NEEDS.iter().flat_map(|needs| needs.calls.iter().copied().flatten());
    let of_intents =
        of_intents.filter(|permission| !beyond_default(permission.action) || BESIDE_CALLS.contains(&permission.action));
    let of_intents: BTreeSet<String> = of_intents.map(|permission| permission.action.to_owned()).collect();
    let writing: BTreeSet<String> =
        writing.into_iter().chain(BESIDE_CALLS.iter().map(|&name| name.to_owned())).collect();
    assert_eq!(of_intents, writing, "the permissions for changes (left: intents, right: calls in the code)");

    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert_eq!(policy(&readme, "read"), table, "the policy for reading (left: README, right: code)");
    assert_eq!(policy(&readme, "write"), of_intents, "the policy for changes (left: README, right: code)");
}
