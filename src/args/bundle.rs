//! The arguments of `bundle`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::app::Opening;
use crate::resources::Kind;

/// The subject of an incident pack, and the folder that it is written to.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct BundleArgs {
    /// Its subject.
    #[command(flatten)]
    pub about: BundleAbout,
    /// Folder that the two files are written to (default: the current one)
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Take the state from a recording instead of AWS
    #[arg(long, value_name = "FILE", conflicts_with_all = ["demo", "record"])]
    pub replay: Option<PathBuf>,
    /// The time in the recording, as for `replay` (default: its end)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, requires = "replay")]
    pub at: Option<String>,
}

/// The subject of an incident pack.
#[derive(Debug, Clone, Default, ClapArgs)]
#[group(required = true, multiple = false)]
pub struct BundleAbout {
    /// This model
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// This endpoint, with its model
    #[arg(long, value_name = "NAME")]
    pub endpoint: Option<String>,
    /// This alarm, with its model
    #[arg(long, value_name = "NAME")]
    pub alarm: Option<String>,
}

impl BundleAbout {
    /// Returns the thing.
    #[must_use]
    pub fn thing(&self) -> Opening {
        let of = |name: &Option<String>, kind, word| Some(Opening::resource(kind, word, name.as_deref()?));
        of(&self.endpoint, Kind::Endpoints, "endpoint")
            .or_else(|| of(&self.alarm, Kind::Alarms, "alarm"))
            .unwrap_or_else(|| Opening::model(self.model.as_deref().unwrap_or_default()))
    }
}
