//! `sagetop bundle`: one incident pack about a model, an endpoint or an alarm, for people who were not there.

mod gather;
mod logs;
mod markdown;
mod pack;
mod part;
mod recorded;

use std::path::{Path, PathBuf};

use super::{Look, print_json};
use crate::app::Opening;
use crate::disk;
use crate::fmt;
use crate::journal::Journal;
use crate::redact;
use gather::gather;

pub use pack::Pack;
pub use recorded::recorded_look;

/// Makes the pack of a thing that was found in one of the accounts.
///
/// # Errors
/// A text for the terminal: no account has the thing, or several have it.
pub async fn bundle(looks: &[Look], wanted: &Opening, journal: Option<&Journal>) -> Result<Pack, String> {
    let found: Vec<_> = looks.iter().filter_map(|look| Some((look, gather::find(look, wanted)?))).collect();
    let (look, item) = match found.as_slice() {
        [(look, item)] => (*look, item),
        [] => {
            let places: Vec<&str> = looks.iter().map(|look| look.name.as_str()).collect();
            let troubles = looks.iter().any(|look| !look.store().troubles().is_empty());
            let hint = if troubles { "hint: not everything could be read, see `sagetop status`\n" } else { "" };
            return Err(format!("error: {} is not in {}\n{hint}", wanted.name, places.join(", ")));
        }
        several => {
            let places: Vec<&str> = several.iter().map(|(look, _)| look.name.as_str()).collect();
            let hint = "hint: select one with --profile and --region\n";
            return Err(format!("error: {} is in several accounts: {}\n{hint}", wanted.name, places.join(", ")));
        }
    };
    let mut pack = gather(look, item, &wanted.name);
    logs::read(&mut pack, look, item).await;
    if let Some(journal) = journal {
        part::add_done(&mut pack, journal);
    }
    without_secrets(&pack).map_err(|why| format!("error: secrets cannot be removed: {why}\n"))
}

/// Removes secrets from everything in a pack. Tables and logs hold none; names of people's own and texts that were put
/// together may.
fn without_secrets(pack: &Pack) -> serde_json::Result<Pack> {
    let mut all = serde_json::to_value(pack)?;
    redact::json(&mut all);
    serde_json::from_value(all)
}

/// Writes a pack as Markdown and as JSON, into new files of a folder. Returns their paths.
///
/// # Errors
/// A text for the terminal: a file cannot be written.
pub fn write(pack: &Pack, folder: &Path) -> Result<[PathBuf; 2], String> {
    let mut json = Vec::new();
    print_json(&mut json, &serde_json::to_value(pack).unwrap_or_default()).map_err(|why| format!("error: {why}\n"))?;
    let stem = format!("sagetop-bundle-{}-{}", file_name(&pack.name), fmt::compact(pack.taken_at));
    let failed = |why: std::io::Error| format!("error: {} cannot be written to: {why}\n", folder.display());
    let page = disk::write_new(folder, &stem, "md", markdown::markdown(pack).as_bytes()).map_err(failed)?;
    Ok([page, disk::write_new(folder, &stem, "json", &json).map_err(failed)?])
}

/// Returns a name as a part of the name of a file.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    name.chars().take(60).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_the_folder_and_no_secret_is_left() {
        assert_eq!(file_name("../../etc/pass wd\u{1b}"), "------etc-pass-wd-");
        let mut pack = Pack { name: "x".into(), ..Pack::default() };
        pack.troubles.push("see https://ana:hunter2@git.example/x and --password hunter2".into());
        let cleaned = serde_json::to_string(&without_secrets(&pack).unwrap()).unwrap();
        assert!(!cleaned.contains("hunter2") && cleaned.contains("git.example"), "{cleaned}");
    }
}
