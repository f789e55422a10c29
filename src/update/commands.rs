//! Commands of the configuration: which ones fit the selection, and what they run.

use super::copy;
use crate::app::{
    App, Chooser, ChooserAct, ChooserItem, CommandAbout, Context, Effect, Ended, Invocation, Item, Modal, Output,
};
use crate::config::Command;
use crate::view::Tone;

/// Returns whether a command is about the selection: its pane and its kind.
pub(super) fn fits(context: &Context<'_>, command: &Command) -> bool {
    let app = context.app;
    let in_pane = command.panes.is_empty() || command.panes.iter().any(|(pane, _)| pane == app.pane.name);
    let kind = match context.subject.as_ref().map(|subject| &subject.item) {
        Some(Item::Resource(kind, _)) => kind.name(),
        Some(Item::Model(_)) => "model",
        Some(Item::Account) => "account",
        Some(Item::Stage(_) | Item::AlarmAction(_) | Item::Rest | Item::LogEntry(_) | Item::Source(_)) | None => "",
    };
    in_pane && (command.kinds.is_empty() || command.kinds.iter().any(|own| own == kind))
}

/// Returns what a command would run on the selection.
///
/// # Errors
/// The reason why it cannot be run, as a phrase.
fn able(context: &Context<'_>, command: &Command) -> Result<Invocation, String> {
    let app = context.app;
    if app.replay.is_some() {
        return Err("not available in a replay".into());
    }
    if !fits(context, command) {
        let only: Vec<&str> =
            command.kinds.iter().chain(command.panes.iter().map(|(pane, _)| pane)).map(String::as_str).collect();
        return Err(format!("only for {}", only.join(", ")));
    }
    if command.changes {
        app.here.may_change().map_err(|why| format!("read-only: {why}"))?;
        app.here.may_change_stage("")?;
        app.here.freeze("").map_or(Ok(()), |freeze| Err(format!("frozen by {freeze}")))?;
    }
    let account = context.subject.as_ref().and_then(|subject| app.account(subject.account)).unwrap_or(&app.here);
    Invocation::new(command, account.place(), &CommandAbout::of(&copy::selected(context)))
}

/// Runs the command with this name, or shows why it cannot be run.
pub(super) fn start(app: &mut App, name: &str) -> Option<Effect> {
    let place = app.commands.iter().position(|command| command.name == name)?;
    let command = app.commands.get(place)?;
    match able(&app.context(), command) {
        Err(why) => {
            app.message = Some((Tone::Warn, format!("{name}: {why}")));
            None
        }
        Ok(invocation) if command.confirm => {
            ask(app, place, &invocation);
            None
        }
        Ok(invocation) => Some(run(app, place, invocation)),
    }
}

/// Asks whether a command is to be run. The cursor is on the row that runs nothing.
fn ask(app: &mut App, place: usize, invocation: &Invocation) {
    let text = line(invocation);
    let choice = |label: &str, text: String, then| ChooserItem { label: label.to_owned(), text, leads: false, then };
    let items =
        vec![choice("cancel", String::new(), ChooserAct::Nothing), choice("run", text, ChooserAct::Command(place))];
    app.modal =
        Some(Chooser { title: format!("run {}?", invocation.title), confirm: "choose", items, focus: 0 }.into());
}

/// Returns the words of a command as one line for a shell.
fn line(invocation: &Invocation) -> String {
    invocation.words.iter().map(|word| crate::fmt::shell_word(word)).collect::<Vec<_>>().join(" ")
}

/// Runs a confirmed command, if it is still the one whose line was `shown`.
pub(super) fn confirmed(app: &mut App, place: usize, shown: &str) -> Option<Effect> {
    let command = app.commands.get(place)?;
    let able = able(&app.context(), command);
    let unchanged = able.and_then(|invocation| {
        let same = line(&invocation) == shown;
        if same { Ok(invocation) } else { Err("it would run something else now; look again".to_owned()) }
    });
    match unchanged {
        Ok(invocation) => Some(run(app, place, invocation)),
        Err(why) => {
            app.message = Some((Tone::Warn, why));
            None
        }
    }
}

fn run(app: &mut App, place: usize, invocation: Invocation) -> Effect {
    if app.commands.get(place).is_some_and(Invocation::is_in_front) {
        return Effect::Foreground(invocation);
    }
    app.command_tickets += 1;
    let (ticket, title) = (app.command_tickets, invocation.title.clone());
    app.modal = Some(Output { ticket, title, since: app.here.observed.at, ended: None, scroll: 0 }.into());
    Effect::Start(ticket, invocation)
}

/// Shows what a command wrote, unless its sheet was closed.
pub(super) fn finish(app: &mut App, ticket: u64, ended: Ended) {
    if let Some(Modal::Output(output)) = app.modal.as_mut()
        && output.ticket == ticket
    {
        output.ended = Some(ended);
    }
}
