//! `sagetop policy`: the least policy of IAM for what this program does, from the tables of its calls.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::print_json;
use crate::args::PolicyFormat;
use crate::aws::{BUCKETS, TABLES, reads, resources_of_read};
use crate::config::Config;
use crate::intents::{NEEDS, Needs, Permission};

/// What a policy shall allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// To look at everything, and to change nothing.
    Reading,
    /// To look at everything, and to do everything.
    Everything,
    /// To do these things, each with what its plan reads.
    Intents(Vec<String>),
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    sid: String,
    actions: Vec<String>,
    /// ARNs, whole or after `arn:aws:`; empty for all resources.
    resources: Vec<String>,
    passed_to: Option<&'static str>,
}

/// Prints a policy. The tables that it allows to read are those of the configuration, if that names any.
///
/// # Errors
/// When `out` cannot be written.
pub fn policy(allowed: &Allowed, config: &Config, format: PolicyFormat, out: &mut impl Write) -> io::Result<()> {
    let statements = statements(allowed, tables(config));
    match format {
        PolicyFormat::Json => {
            let statements: Vec<Value> = statements.iter().map(as_json).collect();
            print_json(out, &json!({"Version": "2012-10-17", "Statement": statements}))
        }
        PolicyFormat::Terraform => {
            let statements: String = statements.iter().map(as_terraform).collect();
            write!(out, "data \"aws_iam_policy_document\" \"sagetop\" {{\n{statements}}}\n")
        }
    }
}

/// Returns the resources of the tables that the configuration names, or one to be filled in.
fn tables(config: &Config) -> Vec<String> {
    let items = config.models.iter().filter_map(|model| model.metadata_item.as_ref());
    let arn = |table: &str| {
        if table.starts_with("arn:") { table.to_owned() } else { format!("dynamodb:REGION:ACCOUNT:table/{table}") }
    };
    let named: BTreeSet<String> = items.map(|item| arn(&item.table)).collect();
    if named.is_empty() { texts(TABLES) } else { named.into_iter().collect() }
}

fn texts(resources: &[&str]) -> Vec<String> {
    resources.iter().map(|&resource| resource.to_owned()).collect()
}

fn statements(allowed: &Allowed, tables: Vec<String>) -> Vec<Statement> {
    let chosen: Vec<&Needs> = match allowed {
        Allowed::Reading => Vec::new(),
        Allowed::Everything => NEEDS.iter().collect(),
        Allowed::Intents(names) => NEEDS.iter().filter(|needs| names.iter().any(|name| name == needs.intent)).collect(),
    };
    let of_plans: BTreeSet<&str> = chosen.iter().flat_map(|needs| needs.reads.iter().copied()).collect();
    let read = reads().filter(|action| !matches!(allowed, Allowed::Intents(_)) || of_plans.contains(action.as_str()));
    let read: Vec<String> = read.collect();
    let on =
        |resources: &[&str]| read.iter().filter(|action| resources_of_read(action) == resources).cloned().collect();
    let statement =
        |sid: &str, actions, resources| Statement { sid: sid.to_owned(), actions, resources, passed_to: None };
    let mut all = vec![
        statement("Read", on(&[]), Vec::new()),
        statement("DataAndArtifacts", on(BUCKETS), texts(BUCKETS)),
        statement("Metadata", on(TABLES), tables),
    ];
    all.retain(|statement| !statement.actions.is_empty());
    let mut given: Vec<Permission> = Vec::new();
    for needs in chosen {
        all.extend(writes(needs, &mut given));
    }
    all
}

/// Returns the statements for the calls of an intent. Permissions that were given for an earlier one are left out.
fn writes(needs: &Needs, given: &mut Vec<Permission>) -> Vec<Statement> {
    let mut own: Vec<Statement> = Vec::new();
    for permission in needs.calls.iter().copied().flatten() {
        if given.contains(permission) {
            continue;
        }
        given.push(*permission);
        let same = |statement: &&mut Statement| {
            statement.resources == permission.resources && statement.passed_to == permission.passed_to
        };
        match own.iter_mut().find(same) {
            Some(statement) => statement.actions.push(permission.action.to_owned()),
            None => own.push(Statement {
                sid: format!(
                    "{}{}",
                    words(needs.intent),
                    if own.is_empty() { String::new() } else { own.len().to_string() }
                ),
                actions: vec![permission.action.to_owned()],
                resources: texts(permission.resources),
                passed_to: permission.passed_to,
            }),
        }
    }
    own
}

/// Converts `stop-job` to `StopJob`: a statement id has letters and digits only.
fn words(name: &str) -> String {
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    name.split('-').map(|word| -> String { capital(word) }).collect()
}

fn arns(statement: &Statement) -> Vec<String> {
    if statement.resources.is_empty() {
        return vec!["*".to_owned()];
    }
    let whole = |rest: &String| if rest.starts_with("arn:") { rest.clone() } else { format!("arn:aws:{rest}") };
    statement.resources.iter().map(whole).collect()
}

fn as_json(statement: &Statement) -> Value {
    let mut value = json!({
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": statement.actions,
        "Resource": arns(statement),
    });
    if let (Some(service), Some(members)) = (statement.passed_to, value.as_object_mut()) {
        let condition = json!({"StringEquals": {"iam:PassedToService": service}});
        members.insert("Condition".to_owned(), condition);
    }
    value
}

fn as_terraform(statement: &Statement) -> String {
    let list = |items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| format!("      \"{item}\",\n")).collect();
        format!("[\n{}    ]", items.concat())
    };
    let condition = statement.passed_to.map(|service| {
        format!(
            "    condition {{\n      test     = \"StringEquals\"\n      variable = \"iam:PassedToService\"\n      \
             values   = [\"{service}\"]\n    }}\n"
        )
    });
    format!(
        "  statement {{\n    sid       = \"{}\"\n    effect    = \"Allow\"\n    actions   = {}\n    resources = {}\n{}  }}\n",
        statement.sid,
        list(&statement.actions),
        list(&arns(statement)),
        condition.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(allowed: &Allowed, format: PolicyFormat) -> String {
        let mut out = Vec::new();
        policy(allowed, &Config::default(), format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn reading_changes_nothing_and_one_intent_does_one_thing() {
        let reading = printed(&Allowed::Reading, PolicyFormat::Json);
        assert!(reading.contains("sagemaker:DescribeEndpoint") && !reading.contains("sagemaker:UpdateEndpoint"));
        let stop = printed(&Allowed::Intents(vec!["stop-execution".to_owned()]), PolicyFormat::Json);
        assert!(stop.contains("arn:aws:sagemaker:REGION:ACCOUNT:pipeline/*/execution/*"), "{stop}");
        assert!(!stop.contains("sagemaker:ListEndpoints") && !stop.contains("RetryPipelineExecution"), "{stop}");
    }

    #[test]
    fn sids_are_unique_and_of_letters_and_digits() {
        let all = statements(&Allowed::Everything, Vec::new());
        let sids: BTreeSet<&str> = all.iter().map(|statement| statement.sid.as_str()).collect();
        assert_eq!(sids.len(), all.len());
        assert!(sids.iter().all(|sid| sid.chars().all(|c| c.is_ascii_alphanumeric())), "{sids:?}");
    }

    #[test]
    #[cfg(feature = "dynamodb")]
    fn items_are_read_from_the_tables_of_the_configuration_alone() {
        let on = |text: &str| {
            let source = crate::config::Source { file: "f".into(), text: text.to_owned() };
            let all = statements(&Allowed::Reading, tables(&Config::parse(&source).unwrap()));
            let statement = all.into_iter().find(|statement| statement.sid == "Metadata").unwrap();
            assert_eq!(statement.actions, ["dynamodb:GetItem"]);
            arns(&statement)
        };
        assert_eq!(on(""), ["arn:aws:dynamodb:REGION:ACCOUNT:table/ML_TABLE"]);
        let model = |name: &str, table: &str| {
            format!("[[model]]\nname = \"{name}\"\nmetadata_item = {{ table = \"{table}\", key = {{ id = \"x\" }} }}\n")
        };
        let other = "arn:aws-cn:dynamodb:cn-north-1:1:table/other";
        let text = [model("a", "ml-models"), model("b", "ml-models"), model("c", other)].concat();
        assert_eq!(on(&text), [other, "arn:aws:dynamodb:REGION:ACCOUNT:table/ml-models"]);
    }

    #[test]
    fn terraform_says_the_same() {
        let terraform = printed(&Allowed::Intents(vec!["rollback".to_owned()]), PolicyFormat::Terraform);
        assert!(terraform.contains("\"sagemaker:UpdateEndpoint\",") && terraform.contains("iam:PassedToService"));
        assert_eq!(terraform.matches('{').count(), terraform.matches('}').count());
    }
}
