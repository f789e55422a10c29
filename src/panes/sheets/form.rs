//! A form: paragraphs, and fields with hints or errors about their values.

use super::{keys, place};
use crate::app::{App, Field, Form};
use crate::keymap::SheetKey::{Cancel, Confirm, NextChoice, NextField, PreviousChoice};
use crate::view::{Line, Sheet, SheetRow, Tone, width};

/// The width in cells of a form with several fields, and of a form with one field.
const WIDTHS: (u16, u16) = (100, 90);

pub(super) fn form(app: &App, form: &Form) -> Sheet {
    let mut rows: Vec<SheetRow> = form.text.iter().cloned().map(SheetRow::Text).collect();
    rows.extend(place(app).filter(|_| form.writes));
    let focus = (!form.fields.is_empty()).then_some(rows.len() + form.focus);
    let fields = form.fields.iter().enumerate();
    rows.extend(fields.map(|(at, it)| field(app, it, at == form.focus, form.problem.as_deref())));
    let several = form.fields.len() != 1;
    let next = several.then_some((NextField, "next"));
    let wanted: Vec<_> = next.into_iter().chain([(Confirm, form.confirm), (Cancel, "cancel")]).collect();
    Sheet {
        title: Line::new().with(&form.title, Tone::Strong),
        tone: Tone::Busy,
        width: if several { WIDTHS.0 } else { WIDTHS.1 },
        focus,
        rows,
        keys: keys(app, true, &wanted),
        ..Sheet::default()
    }
}

/// Builds one field. The error of the form is shown at the selected field.
fn field(app: &App, field: &Field, focused: bool, problem: Option<&str>) -> SheetRow {
    let problem = field.problem().or_else(|| problem.filter(|_| focused).map(str::to_owned));
    let typed = field.input.value();
    // Show one dot for each cell, so that the cursor stays where it is.
    let value = if field.is_secret() { "•".repeat(width(typed)) } else { typed.to_owned() };
    SheetRow::Field {
        label: field.parameter.name.clone(),
        value,
        cursor: focused.then(|| field.input.visual_cursor()),
        hint: problem.map_or_else(|| hint(app, field), |problem| Line::new().with(problem, Tone::Bad)),
    }
}

/// Returns the allowed values, and the default.
fn hint(app: &App, field: &Field) -> Line {
    let (parameter, choices) = (&field.parameter, field.choices());
    if !field.checked {
        return Line::new();
    }
    if !choices.is_empty() {
        let keys = [PreviousChoice, NextChoice].into_iter().filter_map(|key| app.keymap.sheet_key_for(key, true));
        let keys: String = keys.map(arrow).collect();
        return Line::new().muted(format!("{keys} {}", choices.join(" | ")));
    }
    let default = parameter.default.as_deref();
    let kind = if parameter.kind.is_empty() { String::new() } else { format!("{}, ", parameter.kind) };
    if default == Some(field.input.value()) {
        return Line::new().muted(format!("{kind}default  {}", parameter.description));
    }
    Line::new().with(format!("{kind}default {}", default.unwrap_or("–")), Tone::Busy)
}

/// Returns the sign of an arrow key, which takes less room, or the name of any other key followed by a space.
fn arrow(key: String) -> String {
    match key.as_str() {
        "left" => "←".to_owned(),
        "right" => "→".to_owned(),
        _ => key + " ",
    }
}
