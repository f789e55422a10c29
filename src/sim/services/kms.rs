//! KMS: the keys that things name. Every key is enabled, unless the story says otherwise.

use std::collections::BTreeMap;

use crate::sim::prelude::{Answer, Env, Operations, Span, Value, read, tree};

type Handler = fn(&State, &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("DescribeKey", describe)]];

/// The state of keys that are not enabled, by ARN.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) states: BTreeMap<String, String>,
}

fn describe(state: &State, env: &Env, input: &Value) -> Answer {
    let key = input.need("KeyId")?;
    let name = key.rsplit('/').next().unwrap_or(key);
    let arn = env.account.arn("kms", &format!("key/{name}"));
    let told = state.states.get(&arn).map_or("Enabled", String::as_str);
    let deletion = (told == "PendingDeletion").then(|| env.start + Span::minutes(3 * 24 * 60));
    Ok(tree! { "KeyMetadata": tree! {
        "AWSAccountId": &env.account.id, "KeyId": name, "Arn": arn, "Enabled": told == "Enabled",
        "CreationDate": env.start - Span::minutes(500 * 24 * 60), "Description": "models and their data",
        "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": told, "DeletionDate": deletion, "KeyManager": "CUSTOMER",
        "Origin": "AWS_KMS", "MultiRegion": false,
    } })
}
