//! Intents about endpoints: roll back, shift traffic, and change instances and their limits.

mod rollback;
#[cfg(feature = "applicationautoscaling")]
pub(super) mod scaling;
mod set_instances;
#[cfg(feature = "applicationautoscaling")]
mod set_scaling_limits;
mod shift_traffic;
#[cfg(feature = "applicationautoscaling")]
mod switch_scaling;
mod variants;

pub use rollback::{Rollback, RollbackWay};
pub use set_instances::SetInstances;
#[cfg(feature = "applicationautoscaling")]
pub use set_scaling_limits::SetScalingLimits;
pub use shift_traffic::ShiftTraffic;
#[cfg(feature = "applicationautoscaling")]
pub use switch_scaling::SwitchScaling;
