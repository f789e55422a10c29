//! `CodePipeline`: pipelines that deploy an approved version stage by stage.

mod definition;
mod progress;
mod requests;
mod state;

pub(crate) use requests::{OPERATIONS, reword};
pub(crate) use state::{Disabled, Pipeline, State};
