//! Draws the screen: when a frame is due, and only what changed.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::time::Instant;

use super::effects::EffectRunner;
use crate::app::{App, Msg};
use crate::panes;
use crate::theme::Theme;
use crate::view::Screen;
use crate::widgets;

/// The maximum time between two frames while messages keep arriving.
const LONGEST_FRAME: Duration = Duration::from_millis(50);
/// The minimum time between two frames, because answers of AWS arrive in bursts. A key is drawn at once. If only the
/// list followed the cursor, the rest of the screen is drawn after this time.
const SHORTEST_FRAME: Duration = Duration::from_millis(25);

/// Draws the screen if it has changed.
pub(super) struct Painter {
    pub(super) last: Option<Screen>,
    drawn: Instant,
    /// The time since when only the list followed the cursor.
    follows: Option<Instant>,
    /// May the screen have changed since the last frame?
    pending: bool,
}

impl Painter {
    /// Makes a painter that has drawn nothing yet.
    pub(super) fn new() -> Self {
        Self { last: None, drawn: Instant::now(), follows: None, pending: false }
    }

    /// Does the operator wait for the result of this message? After a change of size the whole screen is drawn.
    pub(super) fn is_urgent(&mut self, msg: &Msg) -> bool {
        if matches!(msg, Msg::Size(..)) {
            self.last = None;
        }
        matches!(msg, Msg::Key(_) | Msg::Mouse(..) | Msg::Paste(_) | Msg::Size(..))
    }

    /// Is a frame drawn now? Waiting messages are processed first, so that a burst needs only one frame, but not for
    /// too long.
    pub(super) fn draws_now(&mut self, at_once: bool, more_waits: bool) -> bool {
        let since = self.drawn.elapsed();
        self.pending = true;
        let rested = at_once || since >= SHORTEST_FRAME;
        rested && (!more_waits || since > LONGEST_FRAME)
    }

    /// Returns the time of the next frame, if one is pending.
    pub(super) fn due(&self) -> Option<Instant> {
        self.pending.then(|| self.drawn + SHORTEST_FRAME)
    }

    /// Takes over the terminal again after the program was stopped from outside.
    pub(super) fn go_on<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        app: &mut App,
        effects: &EffectRunner,
    ) -> Result<Msg, B::Error> {
        (effects.machine.resume)();
        self.redraw_all(terminal, app)?;
        Ok(effects.tick())
    }

    /// Draws the whole screen in its present size, because another program used it.
    pub(super) fn redraw_all<B: Backend>(&mut self, terminal: &mut Terminal<B>, app: &mut App) -> Result<(), B::Error> {
        terminal.swap_buffers();
        self.last = None;
        let size = terminal.size()?;
        app.update(Msg::Size(size.width, size.height));
        Ok(())
    }

    /// Draws only the list after a key that moved the cursor in it. The rest of the screen is drawn later. Returns
    /// false if all of it must be drawn.
    pub(super) fn follow<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        app: &App,
        theme: &Theme,
    ) -> Result<bool, B::Error> {
        let now = Instant::now();
        let since = *self.follows.get_or_insert(now);
        let Some(screen) = self.last.as_mut().filter(|_| now - since < LONGEST_FRAME) else { return Ok(false) };
        if !panes::follow(app, screen) {
            return Ok(false);
        }
        terminal.draw(|frame| widgets::draw(screen, theme, frame))?;
        (self.drawn, self.pending) = (now, true);
        Ok(true)
    }

    pub(super) fn draw<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        app: &App,
        theme: &Theme,
    ) -> Result<(), B::Error> {
        (self.drawn, self.pending, self.follows) = (Instant::now(), false, None);
        let screen = panes::screen(app);
        if self.last.as_ref() == Some(&screen) {
            return Ok(());
        }
        terminal.draw(|frame| widgets::draw(&screen, theme, frame))?;
        self.last = Some(screen);
        Ok(())
    }
}
