//! `sagetop config`: writes a configuration of what is found in an account, and prints the settings in force.

mod draft;
mod settings;
mod written;

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Look;
use crate::args::Common;
use crate::config::{self, Config};
use crate::fmt;
use crate::resources::metric::CustomMetric;

pub use settings::settings;

/// Returns the path of the configuration: that of `--config`, or `sagetop.toml` in the user's directory.
///
/// # Errors
/// A text for the terminal: there is no such directory, or the demo's models would be taken for those of the user.
pub fn place(common: &Common) -> Result<PathBuf, String> {
    let usual = || config::directory().map(|directory| directory.join("sagetop.toml"));
    match (&common.config, usual()) {
        (Some(named), _) => Ok(named.clone()),
        (None, None) => Err("error: there is no configuration directory\nhint: name a file with --config\n".to_owned()),
        (None, Some(usual)) if common.demo => Err(format!(
            "error: {} is the configuration of your accounts, and the demo's models are not in them\n\
             hint: --print prints the models, --config FILE writes them to a file of their own\n",
            usual.display()
        )),
        (None, Some(usual)) => Ok(usual),
    }
}

/// Checks that nothing is at the path of a new configuration.
///
/// # Errors
/// A text for the terminal: there is a file already.
pub fn refuse_existing(place: &Path) -> Result<(), String> {
    // A link that leads nowhere is something, too.
    let exists = place.symlink_metadata().is_ok();
    if exists { Err(exists_already(place)) } else { Ok(()) }
}

/// Describes an account as a configuration, with the metrics in its own namespaces. It calls `ListMetrics`.
///
/// # Errors
/// A text for the terminal: neither the registry nor the endpoints could be read, so there is nothing to describe.
pub async fn describe_account(look: &Look) -> Result<String, String> {
    let store = look.store();
    if store.groups.answered_at().is_none() && store.endpoints.answered_at().is_none() {
        let why =
            store.groups.read_error().map_or_else(|| "AWS did not answer in time".to_owned(), ToString::to_string);
        return Err(format!("error: nothing was found to write: {why}\n"));
    }
    let metrics = CustomMetric::all(&look.aws).await;
    Ok(draft::draft(look, &metrics))
}

/// Writes a new file, and the folders that it needs. It never overwrites one. Returns a sentence for the terminal.
///
/// # Errors
/// A text for the terminal: there is a file already, or it cannot be written.
pub fn write_new(place: &Path, text: &str, models: usize) -> Result<String, String> {
    let failed = |why: std::io::Error| {
        let exists = why.kind() == ErrorKind::AlreadyExists;
        if exists { exists_already(place) } else { format!("error: {} cannot be written: {why}\n", place.display()) }
    };
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = File::create_new(place).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(|why| {
        // Half a configuration would be taken for a whole one, and keep the next run from writing.
        let _ = std::fs::remove_file(place);
        failed(why)
    })?;
    let models = fmt::count(models, "model");
    Ok(format!("{} describes {models}; `sagetop config check` reads it\n", place.display()))
}

fn exists_already(place: &Path) -> String {
    format!("error: {} exists and is not overwritten\nhint: --print prints the new one\n", place.display())
}

/// Reads the configuration of the command line.
///
/// # Errors
/// A text for the terminal: the file cannot be read or has a mistake, with its place.
pub fn read(common: &Common) -> Result<Config, String> {
    Config::read(common.config.as_deref()).map_err(|error| format!("{error}\n"))
}
