//! The thing that a command starts a runbook on. The console offers a runbook on what it has read; a command has only a
//! name, so AWS is asked for it.

use crate::aws::{Aws, AwsError, ErrorKind};
use crate::config::{Automation, Model};
use crate::intents::{Executor, Refusal};
use crate::resources::Kind;
use crate::resources::alarm::Alarm;
use crate::resources::endpoint::Endpoint;
use crate::resources::pipeline::Pipeline;

/// A kind of thing that a command can look up by its name.
#[derive(Debug, Clone, Copy)]
enum Place {
    Model,
    Endpoint,
    Pipeline,
    Alarm,
}

impl Place {
    const ALL: [Self; 4] = [Self::Endpoint, Self::Pipeline, Self::Alarm, Self::Model];

    /// Returns the name of the kind in the configuration.
    fn kind(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Endpoint => Kind::Endpoints.name(),
            Self::Pipeline => Kind::Pipelines.name(),
            Self::Alarm => Kind::Alarms.name(),
        }
    }

    /// Returns whether a thing of this name exists.
    async fn has(self, aws: &Aws, models: &[Model], name: &str) -> Result<bool, AwsError> {
        let found = match self {
            Self::Model => return Ok(models.iter().any(|model| model.name == name)),
            Self::Endpoint => Endpoint::describe(aws, name).await.map(|_| true),
            Self::Pipeline => Pipeline::describe(aws, name).await.map(|_| true),
            Self::Alarm => Alarm::named(aws, &[name.to_owned()]).await.map(|alarms| !alarms.is_empty()),
        };
        found.or_else(|why| if why.kind == ErrorKind::Gone { Ok(false) } else { Err(why) })
    }

    /// Returns whether the configuration says that a thing is of a model.
    fn is_of(self, model: &Model, name: &str) -> bool {
        let patterns = match self {
            Self::Model => return model.name == name,
            Self::Endpoint => &model.endpoints,
            Self::Pipeline => &model.pipelines,
            Self::Alarm => &model.alarms,
        };
        patterns.iter().any(|pattern| pattern.matches(name))
    }
}

/// Checks that a thing exists on which the automation may be started. Returns what was found, as a phrase.
///
/// # Errors
/// When there is none, when it is of another model, or when AWS does not answer.
pub(super) async fn check(executor: &Executor, automation: &Automation, name: &str) -> Result<String, Refusal> {
    let (own, models) = (&automation.name, &executor.preferences.models);
    let wanted =
        |place: &Place| automation.kinds.is_empty() || automation.kinds.iter().any(|kind| kind == place.kind());
    let places: Vec<Place> = Place::ALL.into_iter().filter(wanted).collect();
    if places.is_empty() {
        let kinds = automation.kinds.join(", ");
        return Err(Refusal::No(format!(
            "{own} is for {kinds}; a command cannot look for these: start it in the console"
        )));
    }
    let mut found = None;
    for place in &places {
        if place.has(&executor.aws, models, name).await? {
            let mut owners = models.iter().filter(|model| place.is_of(model, name));
            let fits = |model: &Model| automation.models.iter().any(|pattern| pattern.matches(&model.name));
            if automation.models.is_empty() || owners.any(fits) {
                return Ok(format!("{name} exists ({})", place.kind()));
            }
            found = Some(place.kind());
        }
    }
    let kinds: Vec<&str> = places.iter().map(|place| place.kind()).collect();
    Err(Refusal::No(match found {
        None => format!("{own} was not planned: nothing of the name {name} is among {}", kinds.join(", ")),
        Some(kind) => format!(
            "{own} is not for the models of {name} ({kind}), as far as the [[model]] tables say; the console knows more"
        ),
    }))
}
