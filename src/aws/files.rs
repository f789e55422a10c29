//! Paths in the user's settings.

use std::path::PathBuf;

/// Expands a leading `~/` to the home directory.
pub(super) fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}
