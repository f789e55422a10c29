//! Sheets over the screen: help, palette, reason, form, plan.

mod help;
mod palette;
mod plan;

use crate::app::{Account, App, Decision, Form, Modal, Pick, Place, Planning};
use crate::fmt;
use crate::keymap::SheetKey::{self, Cancel, Confirm, NextField};
use crate::redact::is_secret;
use crate::view::{Line, Sheet, SheetRow, Tone, width};

/// The sheet of what is open.
pub(super) fn sheet(app: &App, modal: &Modal) -> Sheet {
    match modal {
        Modal::Help(it) => help::help(app, it),
        Modal::Palette(it) => palette::palette(app, it),
        Modal::Reason { intended, input, problem } => reason(app, intended, input, problem.as_deref()),
        Modal::Form(it) => form(app, it),
        Modal::Jump { input, problem } => jump(app, input, problem.as_deref()),
        Modal::Planning(Planning { before: Some(before), waits, .. }) => plan::turning(app, before, waits.as_deref()),
        Modal::Planning(Planning { intent, waits, .. }) => Sheet {
            title: Line::from(format!("{}: asking AWS what is so", intent.name())),
            tone: Tone::Busy,
            width: 76,
            rows: vec![SheetRow::Text(plan::reading(waits.as_deref()))],
            keys: keys(app, false, &[(Cancel, "stop asking")]),
            ..Sheet::default()
        },
        Modal::Ask(it) => plan::ask(app, it),
        Modal::Pick(it) => pick(app, it),
        Modal::Notice { notice, scroll } => Sheet {
            title: Line::from(notice.title.as_str()),
            tone: notice.tone,
            width: 80,
            scroll: *scroll,
            rows: notice.text.iter().map(|text| SheetRow::Text(Line::from(text.as_str()))).collect(),
            keys: match &notice.leads {
                Some(_) => {
                    keys(app, false, &[(SheetKey::ScrollDown, "scroll"), (Confirm, "go there"), (Cancel, "close")])
                }
                None => keys(app, false, &[(SheetKey::ScrollDown, "scroll"), (Confirm, "close")]),
            },
            ..Sheet::default()
        },
    }
}

/// The keys of the keymap that work in a sheet, and what they do there. Where a line is typed letters do nothing else.
fn keys(app: &App, types: bool, wanted: &[(SheetKey, &str)]) -> Vec<(String, String)> {
    let key = |key: SheetKey| app.keymap.sheet_key_for(key, types);
    wanted.iter().filter_map(|(wanted, label)| Some((key(*wanted)?, (*label).to_owned()))).collect()
}

fn reason(app: &App, intended: &Decision, input: &tui_input::Input, problem: Option<&str>) -> Sheet {
    let verb = if intended.approve { "Approve" } else { "Reject" };
    let why = "Why? It is kept in AWS with the version (ApprovalDescription).";
    let mut rows = vec![SheetRow::Text(Line::new().muted(why))];
    if !intended.serves.is_empty() {
        let (tone, sign) = if intended.approve { (Tone::Plain, "") } else { (Tone::Bad, "✗ ") };
        let text = format!("{sign}{} serves {} NOW", intended.label, intended.serves.join(", "));
        rows.push(SheetRow::Text(Line::new().with(text, tone)));
    }
    let wrong = intended.troubles.iter().filter(|_| intended.approve);
    rows.extend(wrong.map(|wrong| SheetRow::Text(Line::new().with(format!("✗ {wrong}"), Tone::Bad))));
    rows.extend(place(app));
    rows.push(SheetRow::Field {
        label: "reason".into(),
        value: input.value().to_owned(),
        cursor: Some(input.visual_cursor()),
        hint: problem.map(|p| Line::new().with(p, Tone::Bad)).unwrap_or_default(),
    });
    Sheet {
        title: Line::new().with(format!("{verb} {}", intended.label), Tone::Strong),
        tone: Tone::Busy,
        width: 90,
        focus: Some(rows.len() - 1),
        rows,
        keys: keys(app, true, &[(Confirm, "make the plan"), (Cancel, "cancel")]),
        ..Sheet::default()
    }
}

fn pick(app: &App, pick: &Pick) -> Sheet {
    let item = |(at, place): (usize, &Place)| {
        let note = match (&place.trouble, &place.deployment) {
            (Some(trouble), _) => Line::new().with(format!("✗ {trouble}"), Tone::Bad),
            (None, Some(deployment)) => Line::new().with(format!("◐ {deployment}"), Tone::Busy),
            (None, None) => Line::new().muted("nothing is known to be wrong"),
        };
        let line = Line::from(place.endpoint.as_str()).muted(format!("  {}  {}", place.stage, place.version));
        SheetRow::Item { line, note, selected: at == pick.focus }
    };
    let broken = pick.places.iter().filter(|place| place.trouble.is_some()).count();
    let why = if broken == 0 { "None of them is known to be broken." } else { "Several of them are broken." };
    let head = [SheetRow::Text(Line::new().muted(why)), SheetRow::Text(Line::new())];
    Sheet {
        title: Line::new().with(format!("Roll back which endpoint of {}?", pick.model), Tone::Strong),
        tone: Tone::Busy,
        width: 100,
        focus: Some(pick.focus + head.len()),
        rows: head.into_iter().chain(pick.places.iter().enumerate().map(item)).chain(place(app)).collect(),
        keys: keys(app, false, &[(Confirm, "make the plan"), (SheetKey::ScrollDown, "next"), (Cancel, "cancel")]),
        ..Sheet::default()
    }
}

fn jump(app: &App, input: &tui_input::Input, problem: Option<&str>) -> Sheet {
    let whole = app.playing().map(|p| (fmt::second(p.begin, &app.zone), fmt::second(p.end, &app.zone)));
    let (begin, end) = whole.unwrap_or_default();
    let forms = "A time of day, a date with a time, +5m or -30s from here, or a share such as 50%.";
    Sheet {
        title: Line::new().with("Go to", Tone::Strong),
        tone: Tone::Busy,
        width: 90,
        rows: vec![
            SheetRow::Text(Line::new().muted(format!("The recording goes from {begin} to {end}. {forms}"))),
            SheetRow::Field {
                label: "time".into(),
                value: input.value().to_owned(),
                cursor: Some(input.visual_cursor()),
                hint: problem.map(|p| Line::new().with(p, Tone::Bad)).unwrap_or_default(),
            },
        ],
        focus: Some(1),
        keys: keys(app, true, &[(Confirm, "go"), (Cancel, "cancel")]),
        ..Sheet::default()
    }
}

fn form(app: &App, form: &Form) -> Sheet {
    let fields = form.fields.iter().enumerate().map(|(place, field)| {
        let p = &field.parameter;
        let hint = match field.problem() {
            Some(problem) => Line::new().with(problem, Tone::Bad),
            None if !p.choices.is_empty() => Line::new().muted(format!("←→ {}", p.choices.join(" | "))),
            None if p.default.as_deref() == Some(field.input.value()) => {
                Line::new().muted(format!("{}, default  {}", p.kind, p.description))
            }
            None => {
                Line::new().with(format!("{}, default {}", p.kind, p.default.as_deref().unwrap_or("–")), Tone::Busy)
            }
        };
        let cursor = (place == form.focus).then(|| field.input.visual_cursor());
        let typed = field.input.value();
        // One dot a cell, so that the cursor stays where it is.
        let value = if is_secret(&p.name) { "•".repeat(width(typed)) } else { typed.to_owned() };
        SheetRow::Field { label: p.name.clone(), value, cursor, hint }
    });
    let mut rows: Vec<SheetRow> = fields.collect();
    if rows.is_empty() {
        rows.push(SheetRow::Text(Line::new().muted("This pipeline has no parameters.")));
    }
    rows.extend(place(app));
    Sheet {
        title: Line::new().with(format!("Start {}", form.pipeline), Tone::Strong),
        tone: Tone::Busy,
        width: 100,
        focus: (!form.fields.is_empty()).then_some(form.focus),
        rows,
        keys: keys(app, true, &[(NextField, "next"), (Confirm, "make the plan"), (Cancel, "cancel")]),
        ..Sheet::default()
    }
}

/// Where it would be sent to, where that is not a matter of course.
fn place(app: &App) -> Option<SheetRow> {
    let Account { name, tone, region, .. } = app.several().then_some(&app.here)?;
    let line = Line::new().muted("In     ").with(name, if *tone == Tone::Plain { Tone::Strong } else { *tone });
    let line = match app.here.identity() {
        Some(me) => line.plain(format!("  {}", fmt::account(&me.account))).muted(format!("  as {}", me.short())),
        None => line,
    };
    Some(SheetRow::Text(if name == region { line } else { line.plain(format!("  {region}")) }))
}
