//! `CodePipeline`: pipelines that take an approved version from stage to stage.

mod progress;
mod requests;
mod state;

pub(crate) use requests::{OPERATIONS, reword};
pub(crate) use state::{Pipeline, State};
