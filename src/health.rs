//! How well something is: what AWS's words for a state mean, and in which order they deserve the eye.

use serde::{Deserialize, Serialize};

/// How well something is, best first. The order is that of attention: later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// There is nothing there.
    #[default]
    Absent,
    /// Well.
    Ok,
    /// Well, and something is under way.
    Running,
    /// Well, and somebody is waited for.
    Waiting,
    /// It cannot be told.
    Unknown,
    /// Degraded.
    Warning,
    /// Broken.
    Critical,
}

impl Health {
    /// Glyph and word: state is never told by colour alone.
    #[must_use]
    pub fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Absent => ("–", "nothing"),
            Self::Ok => ("✓", "ok"),
            Self::Running => ("◐", "running"),
            Self::Waiting => ("⧖", "waits"),
            Self::Unknown => ("◌", "unknown"),
            Self::Warning => ("▲", "degraded"),
            Self::Critical => ("✗", "broken"),
        }
    }
    /// `ok`, `warning`, `critical` or `unknown`: what scripts ask for.
    #[must_use]
    pub fn severity(self) -> &'static str {
        match self {
            Self::Absent | Self::Ok | Self::Running | Self::Waiting => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
    /// What AWS's own status words mean; a word that is not known yet is unknown, never an error.
    #[must_use]
    pub fn of_status(raw: &str) -> Self {
        match raw {
            "InService" | "Completed" | "Succeeded" | "Approved" | "OK" | "Active" | "Created" | "Enabled" => Self::Ok,
            "Updating" | "Creating" | "SystemUpdating" | "InProgress" | "Executing" | "Pending" | "Stopping"
            | "Deleting" | "Starting" => Self::Running,
            "PendingManualApproval" => Self::Waiting,
            "Rejected" | "Stopped" | "Suspended" | "Off" => Self::Warning,
            "Failed"
            | "ALARM"
            | "OutOfService"
            | "RollingBack"
            | "UpdateRollbackFailed"
            | "Blocked"
            | "CreateFailed"
            | "DeleteFailed" => Self::Critical,
            "" => Self::Absent,
            _ => Self::Unknown,
        }
    }
}
