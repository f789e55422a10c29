//! Intents about rules, schedules and runbooks: switch and start them.

#[cfg(feature = "ssm")]
mod start_automation;
#[cfg(feature = "eventbridge")]
mod switch_rule;
#[cfg(feature = "scheduler")]
mod switch_schedule;

#[cfg(feature = "ssm")]
pub use start_automation::StartAutomation;
#[cfg(feature = "eventbridge")]
pub use switch_rule::SwitchRule;
#[cfg(feature = "scheduler")]
pub use switch_schedule::SwitchSchedule;
