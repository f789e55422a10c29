//! The real loop on the simulated account, in virtual time, from the view of the operator.
//!
//! Time is tokio's paused clock. It advances when no work is left, so a wait of an hour takes no longer than the work
//! in it, and every run of a test sees the same times.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod keys;
mod recording;
mod screen;
mod setup;
mod shell;

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use sagetop::aws::Pace;
use sagetop::intents::{AccessRules, Executor};
use sagetop::journal::{self, Entry};
use sagetop::recording::{Recorder, Replay};
use sagetop::runtime::Input;
use sagetop::sim::{Settings, Sim};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::golden;
use screen::Shared;

pub(crate) use setup::{Bare, Setup};

/// A time that is long enough for details that pollers fetch one after another, and too short for other events.
const MOMENT: Duration = Duration::from_millis(200);

/// The configuration of the simulated account.
pub(crate) const CONFIG: &str = include_str!("../../src/demo.toml");

/// A running console.
pub(crate) struct Harness {
    screen: Shared,
    input: Option<mpsc::Sender<Input>>,
    console: JoinHandle<()>,
    executor: Executor,
    sims: Vec<Sim>,
    recorder: Option<Recorder>,
    replay: Option<Replay>,
    folder: PathBuf,
}

impl Harness {
    /// Sets up a console on the account of a bundled story, or of a story's text.
    pub(crate) fn story(story: &str) -> Setup {
        let story = Sim::story(story).unwrap_or(story).to_owned();
        let (settings, pace) = (Settings::default(), Pace::Unlimited);
        let (theme, config) = (golden::probe(), CONFIG.to_owned());
        let (size, access, beside) = ((120, 36), AccessRules::default(), Vec::new());
        let (record, replay, choices, login) = (None, None, None, None);
        Setup { story, size, theme, access, settings, pace, record, replay, config, beside, choices, login }
    }
}

impl Harness {
    /// Lets time pass: `90s`, `5m`, `200ms`.
    pub(crate) async fn run_for(&mut self, length: &str) {
        sleep(keys::length(length)).await;
        // Events at that very time belong to it.
        sleep(Duration::from_millis(1)).await;
    }

    /// Presses keys, written as in keymaps; `'text'` is typed letter by letter. Each key is handled before the next.
    pub(crate) async fn keys(&mut self, script: &str) {
        self.press(script).await;
        sleep(MOMENT).await;
    }

    /// Presses keys and gives the console only the time that it needs to handle them.
    pub(crate) async fn press(&mut self, script: &str) {
        for key in keys::script(script) {
            self.send(Event::Key(key)).await;
            // Virtual time advances when all work is done, so this ends after the key was handled.
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Presses keys faster than they are handled.
    pub(crate) async fn burst(&mut self, script: &str) {
        for key in keys::script(script) {
            self.send(Event::Key(key)).await;
        }
        sleep(MOMENT).await;
    }

    /// Clicks on the first cell of a text so many times, fast.
    pub(crate) async fn click(&mut self, text: &str, times: usize) {
        let (column, row) = golden::place(&self.buffer(), text)
            .unwrap_or_else(|| panic!("no {text:?} on the screen:\n{}", self.text()));
        for _ in 0..times {
            self.mouse(MouseEventKind::Down(MouseButton::Left), column, row).await;
        }
    }

    /// Clicks once on a cell.
    pub(crate) async fn click_at(&mut self, column: u16, row: u16) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row).await;
    }

    /// Turns the wheel by one step.
    pub(crate) async fn wheel(&mut self, direction: MouseEventKind) {
        self.mouse(direction, 5, 12).await;
    }

    async fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.send(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })).await;
        sleep(MOMENT).await;
    }

    /// Pastes a text.
    pub(crate) async fn paste(&mut self, text: &str) {
        self.send(Event::Paste(text.to_owned())).await;
        sleep(MOMENT).await;
    }

    /// Changes the size of the terminal.
    pub(crate) async fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.resize(columns, rows);
        self.send(Event::Resize(columns, rows)).await;
        sleep(MOMENT).await;
    }

    /// Sends the console an input that is not a key.
    pub(crate) async fn tell(&mut self, input: Input) {
        self.give(input).await;
        sleep(MOMENT).await;
    }

    async fn send(&mut self, event: Event) {
        self.give(Input::Event(event)).await;
    }

    async fn give(&mut self, input: Input) {
        let sent = self.input.as_ref().unwrap().send(input).await;
        assert!(sent.is_ok(), "the console has ended:\n{}", self.text());
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub(crate) fn until<'a>(&'a mut self, text: &'a str, limit: &str) -> impl Future<Output = ()> + 'a {
        self.wait(limit, format!("{text:?}"), move |t| t.shows(text))
    }

    /// Waits until the screen no longer shows a text.
    #[track_caller]
    pub(crate) fn until_gone<'a>(&'a mut self, text: &'a str, limit: &str) -> impl Future<Output = ()> + 'a {
        self.wait(limit, format!("the end of {text:?}"), move |t| !t.shows(text))
    }

    /// Waits until a condition of the simulated account holds.
    #[track_caller]
    pub(crate) fn until_account<'a>(
        &'a mut self,
        limit: &str,
        is_so: impl Fn(&Sim) -> bool + 'a,
    ) -> impl Future<Output = ()> + 'a {
        self.wait(limit, "the account's state".into(), move |t| is_so(t.sim()))
    }

    #[track_caller]
    fn wait<'a>(
        &'a mut self,
        limit: &str,
        what: String,
        is_so: impl Fn(&Self) -> bool + 'a,
    ) -> impl Future<Output = ()> + 'a {
        let (place, limit) = (std::panic::Location::caller(), keys::length(limit));
        async move {
            let began = tokio::time::Instant::now();
            while !is_so(self) {
                let waited = began.elapsed();
                assert!(waited < limit, "{place}: {what} did not come in {waited:?}:\n{}", self.text());
                sleep(Duration::from_millis(500)).await;
            }
        }
    }

    /// Moves the cursor of the shown pane to the row that begins with a text, and waits there.
    #[track_caller]
    pub(crate) fn to<'a>(&'a mut self, row: &'a str) -> impl Future<Output = ()> + 'a {
        let place = std::panic::Location::caller();
        async move {
            self.keys("g").await;
            for _ in 0..80 {
                if golden::selected(&self.buffer()).is_some_and(|line| line.contains(row)) {
                    return sleep(MOMENT).await;
                }
                self.press("j").await;
            }
            panic!("{place}: the cursor does not get to {row:?}:\n{}", self.text());
        }
    }

    /// Returns the contents of the screen.
    pub(crate) fn buffer(&self) -> Buffer {
        self.screen.buffer()
    }

    /// Returns the text of the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.text()
    }

    /// Returns whether the screen shows a text on one line.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// Returns the line of the screen that contains a text.
    #[track_caller]
    pub(crate) fn line(&self, text: &str) -> String {
        let all = self.text();
        let Some(line) = all.lines().find(|l| l.contains(text)) else { panic!("no {text:?} on the screen:\n{all}") };
        line.to_owned()
    }

    /// Returns the row of a list that begins with a text.
    #[track_caller]
    pub(crate) fn row(&self, start: &str) -> String {
        let all = self.text();
        let is_row = |line: &&str| line.trim_start().starts_with(start);
        let Some(row) = all.lines().rfind(is_row) else { panic!("no row {start:?} on the screen:\n{all}") };
        row.to_owned()
    }

    /// Checks that the screen shows a text.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.shows(text), "no {text:?} on the screen:\n{}", self.text());
    }

    /// Checks that the screen does not show a text.
    #[track_caller]
    pub(crate) fn never_says(&self, text: &str) {
        assert!(!self.shows(text), "{text:?} is on the screen:\n{}", self.text());
    }

    /// Returns the meanings of the cells of a text on the screen: `bad`, `muted+sheet`.
    #[track_caller]
    pub(crate) fn meaning(&self, text: &str) -> String {
        let found = golden::meaning(&self.buffer(), text);
        found.unwrap_or_else(|| panic!("no {text:?} on the screen:\n{}", self.text()))
    }

    /// Returns the simulated account, to check the real result.
    pub(crate) fn sim(&self) -> &Sim {
        self.sims.first().unwrap()
    }

    /// Returns the account with this index.
    pub(crate) fn sim_of(&self, place: usize) -> &Sim {
        self.sims.get(place).unwrap()
    }

    /// Returns the clients of the account, the journal and the clock, for actions outside the screen.
    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// Returns the entries of the journal, oldest first.
    pub(crate) fn journal(&self) -> Vec<Entry> {
        self.executor.journal.tail(1000).unwrap().entries
    }

    /// Returns the events of the journal, oldest first.
    pub(crate) fn events(&self) -> Vec<journal::Event> {
        self.journal().iter().map(|entry| entry.event).collect()
    }

    /// Returns the text that was copied last.
    pub(crate) fn clipboard() -> String {
        shell::copied()
    }

    /// Returns the notifications so far.
    pub(crate) fn alerts() -> Vec<String> {
        shell::alerts()
    }

    /// Returns the files that the operator asked for, with their texts.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let Ok(all) = std::fs::read_dir(self.folder.join("files")) else { return Vec::new() };
        let mut all: Vec<PathBuf> = all.map(|file| file.unwrap().path()).collect();
        all.sort();
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        all.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
    }

    /// Returns the text of the first frame, and the number of calls before it.
    pub(crate) fn first_frame(&self) -> (String, u64) {
        let (first, calls) = self.screen.first();
        (golden::text(&first), calls)
    }

    /// Returns the buffer of the frame that was drawn first.
    pub(crate) fn first_buffer(&self) -> Buffer {
        self.screen.first().0
    }

    /// Returns the command that had the terminal last.
    pub(crate) fn ran() -> String {
        shell::ran()
    }

    /// Returns how often the terminal was taken over again after a stop from outside.
    pub(crate) fn taken_over() -> usize {
        shell::taken_over()
    }

    /// Closes the input, like a lost terminal. The loop must end.
    pub(crate) async fn hang_up(&mut self) {
        self.input = None;
        self.ended().await;
    }

    /// Waits for the imminent end of the loop.
    pub(crate) async fn ended(&mut self) {
        let ended = tokio::time::timeout(MOMENT, &mut self.console).await;
        assert!(ended.is_ok_and(|joined| joined.is_ok()), "the loop goes on, or has panicked");
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.console.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
