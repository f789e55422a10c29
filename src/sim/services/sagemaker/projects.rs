//! Projects: their description.

use super::state::Handler;
use crate::sim::prelude::{Operation, ServiceError, read};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[read("DescribeProject", |state, _, input| {
    let name = input.need("ProjectName")?;
    let project = state.projects.get(name).map(|project| project.doc.clone());
    project.ok_or_else(|| ServiceError::invalid(format!("Project {name} does not exist.")))
})];
