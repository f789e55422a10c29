//! `CloudWatch`: metrics, which are functions of time, and alarms on them.

use crate::sim::prelude::{Cause, Operations, ServiceError};

mod alarm;
mod alarms;
mod evaluate;
mod history;
mod judge;
mod math;
mod metrics;
mod mute;
mod put_alarm;
mod rule;
mod series;
mod state;
mod suppress;
mod view;

pub(crate) use alarm::{Alarm, Verdict};
pub(crate) use series::{Effect, Kind, Series, When};
pub(crate) use state::{Handler, State};
pub(crate) use view::View;

pub(crate) static OPERATIONS: Operations<Handler> =
    &[alarms::OPERATIONS, history::OPERATIONS, metrics::OPERATIONS, mute::OPERATIONS, put_alarm::OPERATIONS];

/// Gives common errors the codes of this service.
pub(crate) fn reword(error: ServiceError) -> ServiceError {
    match error.cause {
        Cause::Token => ServiceError::new("InvalidNextToken", "The next token specified is invalid."),
        Cause::Missing => error.coded("MissingParameter"),
        Cause::NotInSet => error.coded("InvalidParameterValue"),
        Cause::Constraint | Cause::Type | Cause::Own => error,
    }
}
