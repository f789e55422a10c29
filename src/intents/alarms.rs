//! Intents about alarms: mute them for a while, and switch their actions.

mod mute_alarms;
mod switch_alarm_actions;
mod unmute_alarm;

pub use mute_alarms::MuteAlarms;
pub use switch_alarm_actions::SwitchAlarmActions;
pub use unmute_alarm::UnmuteAlarm;
