//! Taking the table or the screen out of the console, into a file.

use crate::app::{App, Chooser, ChooserAct, ChooserItem, Context, Effect, Picture};
use crate::panes::export;

/// Is there a table on the screen?
pub(super) fn has_table(context: &Context<'_>) -> Result<String, String> {
    match export::extent(context.app) {
        None => Err("there is no table on the screen".into()),
        Some((0, _)) => Err("the table is empty".into()),
        Some(_) => Ok("export".into()),
    }
}

/// Writes all rows as CSV.
pub(super) fn csv(app: &mut App) -> Option<Effect> {
    let table = export::export(app)?;
    let stem = export::stem(app, export::visible_name(app));
    Some(Effect::Write { stem, extension: "csv", text: export::csv(&table) })
}

/// Writes all rows as JSON.
pub(super) fn json(app: &mut App) -> Option<Effect> {
    let table = export::export(app)?;
    let text = export::json(&table, app.here.observed.at);
    Some(Effect::Write { stem: export::stem(app, export::visible_name(app)), extension: "json", text })
}

/// Writes the screen.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all actions")]
pub(super) fn screen(app: &App, picture: Picture) -> Option<Effect> {
    Some(Effect::Draw { stem: export::stem(app, "screen"), picture })
}

/// Opens the choice of what to write.
pub(super) fn open(app: &mut App) -> Option<Effect> {
    let choice = |label: &str, text: String, action| ChooserItem {
        label: label.to_owned(),
        text,
        leads: false,
        then: ChooserAct::Run(action),
    };
    let mut items = Vec::new();
    if let Some((_, words)) = export::extent(app).filter(|(rows, _)| *rows > 0) {
        items.push(choice("CSV", words.clone(), "export-csv"));
        items.push(choice("JSON", words, "export-json"));
    }
    let (columns, rows) = app.size;
    items.push(choice("SVG", format!("the screen as a picture, {columns}×{rows}"), "save-svg"));
    items.push(choice("text", format!("the screen as text, {columns}×{rows}"), "save-text"));
    app.modal = Some(Chooser { title: "write a file".to_owned(), confirm: "write", items, focus: 0 }.into());
    None
}
