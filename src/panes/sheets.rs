//! Sheets over the screen: help, palette, reason, form, plan.

use crate::actions::{self, ACTIONS, Intended};
use crate::app::{Account, App, Ask, Form, Modal, Palette};
use crate::fmt;
use crate::intents::Plan;
use crate::view::{Cut, Line, Sheet, SheetRow, Tone, cut, width};

/// Widest value in a plan's columns, in cells.
const LONGEST: usize = 32;

/// The sheet of what is open.
pub(super) fn sheet(app: &App, modal: &Modal) -> Sheet {
    match modal {
        Modal::Help { scroll } => help(app, *scroll),
        Modal::Palette(it) => palette(app, it),
        Modal::Reason { intended, input, problem } => reason(app, intended, input, problem.as_deref()),
        Modal::Form(it) => form(app, it),
        Modal::Jump { input, problem } => jump(app, input, problem.as_deref()),
        Modal::Planning(intent) => Sheet {
            title: Line::from(format!("{}: asking AWS what is so", intent.name())),
            tone: Tone::Busy,
            width: 60,
            rows: vec![SheetRow::Text(Line::new().with("◐ ", Tone::Busy).plain("reading, nothing is sent"))],
            keys: keys(app, &[("cancel", "stop asking")]),
            ..Sheet::default()
        },
        Modal::Ask(it) => ask(app, it),
        Modal::Notice(it) => Sheet {
            title: Line::from(it.title.as_str()),
            tone: it.tone,
            width: 80,
            rows: it.text.iter().map(|text| SheetRow::Text(Line::from(text.as_str()))).collect(),
            keys: keys(app, &[("confirm", "close")]),
            ..Sheet::default()
        },
    }
}

fn keys(app: &App, wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    let key = |action: &str| app.keymap.key_for(action);
    wanted.iter().filter_map(|(action, label)| Some((key(action)?, (*label).to_owned()))).collect()
}

/// Every action with its keys, and why it does nothing here.
fn help(app: &App, scroll: usize) -> Sheet {
    let context = app.context();
    let mut rows = Vec::new();
    let mut group = "";
    for action in ACTIONS {
        if action.group != group {
            group = action.group;
            if !rows.is_empty() {
                rows.push(SheetRow::Text(Line::new()));
            }
            rows.push(SheetRow::Text(Line::new().with(group, Tone::Strong)));
        }
        let able = (action.able)(&context);
        let tone = if able.is_ok() { Tone::Plain } else { Tone::Muted };
        let note = able.err().map(|why| format!("  not here: {why}")).unwrap_or_default();
        let keys = app.keymap.keys_for(action.name).join(" ");
        rows.push(SheetRow::Columns(vec![
            Line::new().with(keys, Tone::Busy),
            Line::new().with(action.name, tone),
            Line::new().with(action.help, tone).with(note, Tone::Warn),
        ]));
    }
    rows.push(SheetRow::Rule);
    let signs = "✓ ok   ▲ degraded   ✗ broken   ◐ running   ⧖ waits   ◌ unknown   – nothing there";
    rows.push(SheetRow::Text(Line::new().muted(signs)));
    let keys = keys(app, &[("scroll-down", "scroll"), ("next-field", "page"), ("cancel", "close")]);
    Sheet { title: Line::from("keys"), width: 100, rows, scroll, keys, ..Sheet::default() }
}

fn palette(app: &App, palette: &Palette) -> Sheet {
    let context = app.context();
    let field = SheetRow::Field {
        label: ":".to_owned(),
        value: palette.input.value().to_owned(),
        cursor: Some(palette.input.visual_cursor()),
        hint: Line::new(),
    };
    let mut rows = vec![field, SheetRow::Rule];
    for (place, action) in actions::matching(app, palette.input.value()).into_iter().enumerate() {
        let able = (action.able)(&context);
        let tone = if able.is_ok() { Tone::Plain } else { Tone::Muted };
        let note = match able {
            Ok(_) => Line::new().muted(app.keymap.keys_for(action.name).join(" ")),
            Err(why) => Line::new().with(why, Tone::Warn),
        };
        let line = Line::new().with(format!("{:<14}", action.name), tone).muted(action.help);
        rows.push(SheetRow::Item { line, note, selected: place == palette.place });
    }
    let focus = Some(palette.place + 2).filter(|_| rows.len() > 2);
    let keys = vec![
        ("↑↓".to_owned(), "choose".to_owned()),
        ("enter".to_owned(), "do it".to_owned()),
        ("esc".to_owned(), "close".to_owned()),
    ];
    Sheet { title: Line::from("anything"), width: 90, rows, focus, keys, ..Sheet::default() }
}

fn reason(app: &App, intended: &Intended, input: &tui_input::Input, problem: Option<&str>) -> Sheet {
    let verb = if intended.approve { "Approve" } else { "Reject" };
    let why = "Why? It is kept in AWS with the version (ApprovalDescription).";
    let mut rows = vec![SheetRow::Text(Line::new().muted(why))];
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
        keys: keys(app, &[("confirm", "make the plan"), ("cancel", "no")]),
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
        keys: keys(app, &[("confirm", "go"), ("cancel", "stay")]),
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
        SheetRow::Field { label: p.name.clone(), value: field.input.value().to_owned(), cursor, hint }
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
        keys: keys(app, &[("next-field", "next"), ("confirm", "make the plan"), ("cancel", "no")]),
        ..Sheet::default()
    }
}

fn ask(app: &App, ask: &Ask) -> Sheet {
    let mut rows = plan_rows(&ask.plan);
    rows.extend(place(app));
    rows.push(SheetRow::Rule);
    let target = &ask.plan.target;
    let hint = match &ask.problem {
        Some(problem) => Line::new().with(problem, Tone::Bad),
        None => Line::new(),
    };
    match ask.lenient {
        None => rows.push(SheetRow::Field {
            label: format!("Type {target} to send"),
            value: ask.input.value().to_owned(),
            cursor: Some(ask.input.visual_cursor()),
            hint,
        }),
        Some(send) => rows.extend([
            SheetRow::Item { line: Line::from("cancel"), note: Line::new(), selected: !send },
            SheetRow::Item { line: Line::from(format!("send to {target}")), note: Line::new(), selected: send },
        ]),
    }
    let focus = ask.scroll.is_none().then(|| rows.len() - 1);
    Sheet {
        title: Line::new().with(&ask.plan.title, Tone::Strong),
        tone: Tone::Warn,
        width: 118,
        rows,
        focus,
        scroll: ask.scroll.unwrap_or(0),
        keys: keys(
            app,
            &[("confirm", "send"), ("copy-call", "copy as aws command"), ("scroll-up", "scroll"), ("cancel", "no")],
        )
        .into_iter()
        .map(
            |(key, label)| {
                if ask.lenient.is_none() && key == "c" { ("ctrl-y".to_owned(), label) } else { (key, label) }
            },
        )
        .collect(),
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

/// The plan for reading: what changes, what was checked, what to know, what is sent.
fn plan_rows(plan: &Plan) -> Vec<SheetRow> {
    let mut rows = Vec::new();
    for d in &plan.differences {
        let changed = d.now != d.then && !d.then.is_empty();
        let tone = if changed { Tone::Strong } else { Tone::Muted };
        rows.push(SheetRow::Columns(vec![
            Line::new().muted(&d.what),
            Line::new().plain(shortened(&d.now)),
            if d.then.is_empty() { Line::new() } else { Line::new().muted("→ ").with(shortened(&d.then), tone) },
            Line::new().muted(&d.note),
        ]));
    }
    rows.push(SheetRow::Text(Line::new()));
    let mut checks = Line::new();
    for check in &plan.checks {
        checks = checks.with("✓ ", Tone::Good).plain(format!("{check}   "));
    }
    rows.push(SheetRow::Text(checks));
    rows.extend(plan.warnings.iter().map(|w| SheetRow::Text(Line::new().with("▲ ", Tone::Warn).plain(w))));
    rows.push(SheetRow::Text(Line::new()));
    for step in &plan.steps {
        let parameters = step.parameters();
        rows.push(SheetRow::Text(
            Line::new().muted("Sends  ").with(step.call(), Tone::Strong).plain(format!("  {parameters}")),
        ));
    }
    rows.push(SheetRow::Text(Line::new().muted("Then   ").plain(&plan.then)));
    rows.push(SheetRow::Text(Line::new().muted("Undo   ").plain(&plan.undo)));
    rows
}

/// Long values would push the columns apart; the whole is in the call below.
fn shortened(text: &str) -> String {
    if width(text) <= LONGEST { text.to_owned() } else { cut(text, LONGEST, Cut::Middle) }
}
