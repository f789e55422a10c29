//! The messages so far, to read them again.

use crate::app::{App, Context, Effect, Message, Msg, Notice};
use crate::fmt;
use crate::view::Tone;

/// Is it a message of the operator, before which the last message was removed?
pub(super) fn is_typed(msg: &Msg) -> bool {
    matches!(msg, Msg::Key(_) | Msg::Mouse(..))
}

/// Keeps a message that has appeared. `before` is the one before it; `None` if that was removed.
pub(super) fn keep(app: &mut App, before: Option<&(Tone, String)>) {
    if app.message.as_ref() == before {
        return;
    }
    if let Some((tone, text)) = app.message.clone() {
        app.messages.push(Message { at: app.here.observed.at, tone, text });
    }
}

impl App {
    /// Keeps the message with which the console begins, so that it can be read again.
    pub fn keep_first_message(&mut self) {
        keep(self, None);
    }
}

pub(super) fn can_open(context: &Context<'_>) -> Result<String, String> {
    if context.app.messages.is_empty() { Err("there was no message yet".into()) } else { Ok(String::new()) }
}

/// Shows the messages, newest first.
pub(super) fn open(app: &mut App) -> Option<Effect> {
    let line = |message: &Message| {
        let sign = match message.tone {
            Tone::Bad => "✗ ",
            Tone::Warn => "▲ ",
            Tone::Good => "✓ ",
            Tone::Plain | Tone::Muted | Tone::Strong | Tone::Busy => "",
        };
        format!("{}  {sign}{}", fmt::time(message.at, &app.zone), message.text)
    };
    let text = app.messages.iter().map(line).collect();
    app.modal = Some(Notice { title: "messages, newest first".to_owned(), text, ..Notice::default() }.into());
    None
}
