//! A plan as text.

use std::io::{self, Write};

use crate::intents::{Difference, Plan};
use crate::view::{harmless, width};

/// Prints the plan: the changes, the warnings, and the calls.
pub(super) fn print_plan(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", harmless(&plan.headline()))?;
    let pad = |text: &str, cells: usize| format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))));
    let columns = |f: fn(&Difference) -> &str| plan.differences.iter().map(|d| width(f(d))).max().unwrap_or(0);
    let (what, now) = (columns(|d| &d.what), columns(|d| &d.now));
    for d in &plan.differences {
        let (name, old) = (pad(&harmless(&d.what), what), pad(&harmless(&d.now), now));
        let note = if d.note.is_empty() { String::new() } else { format!("   {}", harmless(&d.note)) };
        writeln!(out, "  {name}  {old}  → {}{note}", harmless(&d.then))?;
    }
    if !plan.ways.is_empty() {
        writeln!(out, "Ways back, fastest first (--way)")?;
    }
    for way in &plan.ways {
        let mark = if way.chosen { "›" } else { " " };
        let takes = if way.intent.is_some() { way.takes.as_str() } else { "not offered" };
        writeln!(out, "{mark} {}  {takes}  {}", way.name, harmless(&way.note))?;
    }
    if !plan.choices.is_empty() {
        writeln!(out, "Rollback targets, newest first")?;
    }
    for choice in &plan.choices {
        let mark = if choice.chosen { "›" } else { " " };
        let (label, name) = (harmless(&choice.label), harmless(&choice.name));
        let details: Vec<_> = [&choice.changes, &choice.record].into_iter().filter(|t| !t.is_empty()).collect();
        let offered = if choice.intent.is_some() { "" } else { "not offered, it " };
        let details = details.into_iter().map(|t| harmless(t)).collect::<Vec<_>>().join(" · ");
        writeln!(out, "{mark} {label}  {name}  {offered}{details}")?;
    }
    for check in &plan.checks {
        writeln!(out, "✓ {}", harmless(check))?;
    }
    for warning in &plan.warnings {
        writeln!(out, "▲ {}", harmless(warning))?;
    }
    for step in &plan.steps {
        writeln!(out, "Sends  {}", step.api())?;
        writeln!(out, "       {}", harmless(&step.cli()))?;
    }
    writeln!(out, "Then   {}", harmless(&plan.then))?;
    writeln!(out, "Undo   {}", harmless(&plan.undo))
}
