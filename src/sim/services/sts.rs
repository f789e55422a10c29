//! STS: the identity of the caller.

use crate::sim::prelude::{Account, Answer, Operations, Value, num, read, tree};

type Handler = fn(&Account, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("GetCallerIdentity", identity)]];

#[expect(clippy::unnecessary_wraps, reason = "handlers have one signature")]
fn identity(account: &Account, _input: &Value) -> Answer {
    let principal = num::id(num::hash(&account.identity), 17).to_uppercase();
    Ok(tree! {
        "Arn": format!("arn:aws:sts::{}:assumed-role/{}", account.id, account.identity),
        "UserId": format!("AROA{principal}:{}", account.session()),
        "Account": &account.id,
    })
}
