//! STS: who is asking.

use super::fault::Fault;
use super::num;
use super::operation::{Operation, read};
use super::wire::{Value, tree};
use super::world::{Home, World};

static OPERATIONS: &[Operation] = &[read("GetCallerIdentity", identity)];

/// The operation of that name, if the account knows it.
pub(crate) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

#[expect(clippy::unnecessary_wraps, reason = "handlers have one signature")]
fn identity(world: &mut World, _input: &Value) -> Result<Value, Fault> {
    let home = &world.home;
    let principal = num::id(num::hash(&home.identity), 17).to_uppercase();
    Ok(tree! {
        "Arn": format!("arn:aws:sts::{}:assumed-role/{}", home.account, home.identity),
        "UserId": format!("AROA{principal}:{}", home.session()),
        "Account": home.account.as_str(),
    })
}

impl Home {
    /// The session's name: what stands after the role.
    pub(crate) fn session(&self) -> &str {
        self.identity.rsplit('/').next().unwrap_or(&self.identity)
    }
}
