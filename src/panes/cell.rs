//! Makes cells of a list from the values of AWS.

use jiff::Timestamp;

use crate::app::{App, Cell, Order, Subject};
use crate::fmt;
use crate::model::{Health, StageKind};
use crate::resources::Event;
use crate::view::{Line, Tone};

impl Cell {
    /// Makes a word.
    pub(super) fn text(text: impl AsRef<str>, tone: Tone) -> Self {
        Self::of_line(Line::new().with(text, tone))
    }
    /// Makes an ordinary word.
    pub(super) fn plain(text: impl AsRef<str>) -> Self {
        Self::text(text, Tone::Plain)
    }
    /// Makes a muted word.
    pub(super) fn muted(text: impl AsRef<str>) -> Self {
        Self::text(text, Tone::Muted)
    }
    /// Makes a line with a value to sort by.
    pub(super) fn of(line: Line, order: i64) -> Self {
        Self { order: Some(Order::Number(order)), ..Self::of_line(line) }
    }
    /// Makes a count. An unknown count is a dash.
    pub(super) fn count(n: Option<i64>) -> Self {
        match n {
            Some(n) => Self::of(Line::new().plain(n.to_string()), n),
            None => Self::of(Line::new().muted("–"), i64::MIN),
        }
    }
    /// Makes an age, or the time itself if the operator wants to see times. The newest sorts first.
    pub(super) fn age(app: &App, now: Timestamp, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => Self::of(Line::new().plain(moment(app, now, at)), now.as_second() - at.as_second()),
            None => Self::of(Line::new().muted("–"), i64::MAX),
        }
    }
    /// Makes the glyph of a health.
    pub(super) fn glyph(health: Health) -> Self {
        Self::signed(health, "", tone(health))
    }
    /// Makes a sign with its words, in order of health.
    pub(super) fn signed(health: Health, text: &str, tone: Tone) -> Self {
        let line = Line::new().with(health.sign().0, self::tone(health));
        let line = if text.is_empty() { line } else { line.with(format!(" {text}"), tone) };
        Self { health, signed: true, ..Self::of(line, -(health as i64)) }
    }
    /// Says that the cell tells of this health.
    pub(super) fn tells(mut self, health: Health) -> Self {
        self.health = health;
        self
    }
    /// Makes an AWS status of something in a stage, with its glyph. If the data is too old, a good status is shown as
    /// unknown.
    pub(super) fn status(app: &App, stage: StageKind, raw: &str) -> Self {
        // A successful end stays true, however old the data is.
        let ended = matches!(raw, "Succeeded" | "Completed");
        let health = Health::of_status(raw);
        if ended {
            return Self::status_word(health, raw);
        }
        Self::judged(app, stage, raw, health)
    }
    /// Makes a status whose health is known better than from AWS's word.
    pub(super) fn judged(app: &App, stage: StageKind, raw: &str, health: Health) -> Self {
        Self::status_word(app.here.known(stage, health), raw)
    }
    fn status_word(health: Health, raw: &str) -> Self {
        Self { order: Some(Order::Word(raw.to_owned())), ..Self::signed(health, raw, tone(health)) }
    }
}

/// Returns how long ago something was, or when, as the operator wants to see it.
pub(super) fn moment(app: &App, now: Timestamp, at: Timestamp) -> String {
    if app.layout.times { fmt::stamp(now, at, &app.zone) } else { fmt::age(now, at) }
}

/// The width of the terminal from which on a cell names all models of a thing.
const ALL_MODELS: u16 = 160;

/// Makes the cell of the models of a thing, the worst first. Two names cut to one would be the name of no model, so a
/// narrow cell has the first name and the number of the others.
pub(super) fn models(app: &App, subject: &Subject) -> Cell {
    let names = app.models_of(subject);
    match names.as_slice() {
        [first, _, ..] if app.size.0 < ALL_MODELS => {
            Cell::of_line(Line::new().muted(first).muted(format!(" +{}", names.len() - 1)))
        }
        _ => Cell::muted(names.join(", ")),
    }
}

/// Adds an event to a line: its glyph, its text, and the person or service that did it.
pub(super) fn event(line: Line, event: &Event) -> Line {
    // The last part of an ARN names the person.
    let by = if event.by.starts_with("arn:") { event.by.rsplit(':').next().unwrap_or_default() } else { &event.by };
    let by = by.strip_prefix("assumed-role/").unwrap_or(by);
    let line = line.with(format!("{} ", event_sign(event.health)), tone(event.health)).plain(&event.text);
    if by.is_empty() { line } else { line.muted(format!("   {by}")) }
}

/// Returns the sign of something that happened. What began then need not be under way any more.
pub(super) fn event_sign(health: Health) -> &'static str {
    if health == Health::Running { "•" } else { health.sign().0 }
}

/// Makes the cell of an event, sorted by its text.
pub(super) fn of_event(event: &Event) -> Cell {
    let order = Some(Order::Word(event.text.clone()));
    Cell { order, health: event.health, signed: true, ..Cell::of_line(self::event(Line::new(), event)) }
}

/// Returns the tone of a health.
pub(super) fn tone(health: Health) -> Tone {
    match health {
        Health::Absent => Tone::Muted,
        Health::Ok => Tone::Good,
        Health::Running => Tone::Busy,
        Health::Waiting | Health::Unknown | Health::Warning => Tone::Warn,
        Health::Critical => Tone::Bad,
    }
}

/// Draws values as eighth blocks, newest last, from zero to the largest.
pub(super) fn sparkline(values: &[f64]) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let block = |v: &f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the eight blocks")]
        let level = ((v / most) * 7.0).round().clamp(0.0, 7.0) as usize;
        BLOCKS.get(level).copied().unwrap_or(' ')
    };
    values.iter().map(block).collect()
}
