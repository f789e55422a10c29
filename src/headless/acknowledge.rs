//! `sagetop acknowledge`: somebody knows of an alarm or of a finding.

use std::io::{self, Write};

use jiff::Timestamp;

use super::Look;
use crate::intents::Executor;
use crate::resources::{Kind, arn_name};
use crate::view::harmless;

/// Acknowledges an alarm that fires, or the newest finding about a thing, by its name; without a note, withdraws that.
/// Returns whether there is such a thing.
///
/// # Errors
/// When the journal or `out` cannot be written.
pub fn acknowledge(
    mut executor: Executor,
    look: &Look,
    name: &str,
    note: Option<&str>,
    out: &mut impl Write,
) -> io::Result<bool> {
    if let Some(me) = look.observed.store.identity.rows().next() {
        executor.identity.clone_from(&me.arn);
    }
    let Some((kind, id, since)) = find(look, name) else {
        writeln!(out, "nothing of the name {} fires, and no finding is about it", harmless(name))?;
        return Ok(false);
    };
    executor.acknowledge(&(kind, id), since, note)?;
    let word = if note.is_some() { "acknowledged" } else { "withdrawn" };
    writeln!(out, "{word}: {kind} {} since {since}, as {}", harmless(name), harmless(&executor.identity))?;
    Ok(true)
}

/// Finds what a name means: an alarm that fires, or a thing that a finding is about.
fn find(look: &Look, name: &str) -> Option<(Kind, String, Timestamp)> {
    if let Some(alarm) = look.observed.store.alarms.get(name).filter(|alarm| alarm.firing()) {
        return Some((Kind::Alarms, name.to_owned(), alarm.since?));
    }
    let reasons = look.joined.chains().iter().flat_map(|chain| &chain.reasons);
    let about = reasons.filter_map(|reason| {
        let (kind, id) = reason.about.as_ref().filter(|(_, id)| id == name || arn_name(id) == name)?;
        Some((*kind, id.clone(), reason.since?))
    });
    about.max_by_key(|(.., since)| *since)
}
