//! Health: what the status words of AWS mean, in order of severity.

use serde::{Deserialize, Serialize};

/// How healthy something is. The variants are in order of severity: a later one is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It does not exist.
    #[default]
    Absent,
    /// It is healthy.
    Ok,
    /// It is healthy, and something is in progress.
    Running,
    /// It is healthy, and waits for a person.
    Waiting,
    /// Its state is not known.
    Unknown,
    /// It is degraded.
    Warning,
    /// It is broken.
    Critical,
}

impl Health {
    /// Its glyph and word. Colour is never the only sign of a state.
    #[must_use]
    pub fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Absent => ("–", "nothing"),
            Self::Ok => ("✓", "ok"),
            Self::Running => ("◐", "running"),
            Self::Waiting => ("◇", "pending"),
            Self::Unknown => ("◌", "unknown"),
            Self::Warning => ("▲", "degraded"),
            Self::Critical => ("✗", "broken"),
        }
    }
    /// `ok`, `warning`, `critical` or `unknown`, as in the output for scripts.
    #[must_use]
    pub fn severity(self) -> &'static str {
        match self {
            Self::Absent | Self::Ok | Self::Running | Self::Waiting => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
    /// The health that a status word of AWS stands for. An unfamiliar word gives [`Self::Unknown`].
    #[must_use]
    pub fn of_status(raw: &str) -> Self {
        match raw {
            "InService" | "Completed" | "Succeeded" | "Approved" | "OK" | "Active" | "Created" | "Enabled"
            | "ENABLED" | "Scheduled" | "CreateCompleted" | "UpdateCompleted" | "AVAILABLE" => Self::Ok,
            "Updating" | "Creating" | "SystemUpdating" | "InProgress" | "Executing" | "Pending" | "Stopping"
            | "Deleting" | "Starting" | "CreateInProgress" | "UpdateInProgress" | "DeleteInProgress"
            | "UNDER_CHANGE" | "PLAN_IN_PROGRESS" | "PENDING" | "DELETING" => Self::Running,
            "PendingManualApproval" | "PendingReview" => Self::Waiting,
            "Rejected"
            | "Stopped"
            | "Suspended"
            | "Off"
            | "DISABLED"
            | "CompletedWithViolations"
            | "TAINTED"
            | "FAILURE" => Self::Warning,
            "Failed"
            | "ALARM"
            | "OutOfService"
            | "RollingBack"
            | "UpdateRollbackFailed"
            | "Blocked"
            | "CreateFailed"
            | "UpdateFailed"
            | "DeleteFailed"
            | "ERROR" => Self::Critical,
            "" => Self::Absent,
            _ => Self::Unknown,
        }
    }
}
