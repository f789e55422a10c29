//! The real program in a pseudo-terminal: its output, its input, and its end.
//!
//! The tests wait for output, not for a length of time; a watchdog ends a wait that would never end.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use crate::sagetop::Home;

/// The longest time of a test that does not hang.
const LONGEST: Duration = Duration::from_mins(1);

/// The text that a shell had written before the program was started.
const BEFORE: &str = "shell$ ";

enum Event {
    Output(Vec<u8>),
    End,
    TooLate,
}

/// A terminal with the program in it.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    events: Receiver<Event>,
    emulator: vt100::Parser,
    /// The whole output, for modes that the emulator does not know.
    raw: Vec<u8>,
    /// The settings of the terminal before the program started, as text.
    found: String,
    _watchdog: Sender<()>,
}

impl Terminal {
    pub(crate) fn start(
        home: &Home,
        columns: u16,
        rows: u16,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sagetop"));
        command.args(arguments);
        Self::of(command, home, (columns, rows), environment)
    }

    /// Starts a shell with job control that runs a script. In the script `$SAGETOP` is the program.
    pub(crate) fn shell(home: &Home, columns: u16, rows: u16, script: &str) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-mc", script]);
        Self::of(command, home, (columns, rows), &[("SAGETOP", env!("CARGO_BIN_EXE_sagetop"))])
    }

    fn of(mut command: CommandBuilder, home: &Home, (columns, rows): (u16, u16), environment: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        command.env_clear();
        for (name, value) in home.environment() {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(env!("CARGO_TARGET_TMPDIR"));
        let found = setup(pair.master.as_ref());
        let (tell, events) = channel();
        read(pair.master.try_clone_reader().unwrap(), tell.clone());
        let watchdog = watch(tell);
        let child = pair.slave.spawn_command(command).unwrap();
        let keys = pair.master.take_writer().unwrap();
        let mut emulator = vt100::Parser::new(rows, columns, 0);
        emulator.process(BEFORE.as_bytes());
        Self { master: pair.master, child, keys, events, emulator, raw: Vec::new(), found, _watchdog: watchdog }
    }

    /// Reads output until the screen is as wanted; panics with the screen if the program ends or hangs before.
    #[track_caller]
    pub(crate) fn until(&mut self, wanted: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        while !holds(self.emulator.screen()) {
            match self.events.recv().unwrap() {
                Event::Output(bytes) => self.take(&bytes),
                Event::End => panic!("it ended before {wanted}:\n{}", self.text()),
                Event::TooLate => panic!("never {wanted}:\n{}", self.text()),
            }
        }
    }

    /// Waits until all of these words are on the screen.
    #[track_caller]
    pub(crate) fn until_shown(&mut self, words: &[&str]) {
        self.until(&words.join(", "), |screen| words.iter().all(|word| screen.contents().contains(word)));
    }

    pub(crate) fn text(&self) -> String {
        self.emulator.screen().contents()
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.master.resize(size(columns, rows)).unwrap();
        self.emulator.screen_mut().set_size(rows, columns);
    }

    /// Sends a signal to the program, by name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Sends a signal to the program that the shell started, by name.
    #[cfg(target_os = "linux")]
    pub(crate) fn signal_child(&self, name: &str) {
        let shell = self.child.process_id().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        let id = children.split_whitespace().last().unwrap();
        assert!(std::process::Command::new("kill").args(["-s", name, id]).status().unwrap().success());
    }

    /// Returns whether the program has changed the terminal's key handling.
    pub(crate) fn raw_mode(&self) -> bool {
        setup(self.master.as_ref()) != self.found
    }

    /// Reads the rest; returns how the program ended.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        loop {
            match self.events.recv().unwrap() {
                Event::Output(bytes) => self.take(&bytes),
                Event::End => return self.child.wait().unwrap(),
                Event::TooLate => panic!("it does not end:\n{}", self.text()),
            }
        }
    }

    /// Checks that the terminal is restored: modes, keys, cursor, and the text of the shell.
    #[track_caller]
    pub(crate) fn left_as_found(&self) {
        assert!(!self.raw_mode(), "keys are still raw: {} instead of {}", setup(self.master.as_ref()), self.found);
        let left_on: Vec<u16> =
            modes(&self.raw).into_iter().filter(|&(mode, on)| on != by_default(mode)).map(|m| m.0).collect();
        assert!(left_on.is_empty(), "private modes not put back: {left_on:?}");
        let screen = self.emulator.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert!(self.text().starts_with(BEFORE.trim_end()), "what the shell wrote is gone:\n{}", self.text());
        // Keyboard protocols are a stack, so each pushed one must be popped.
        let count = |start: &[u8]| self.raw.windows(start.len()).filter(|part| *part == start).count();
        assert_eq!(count(b"\x1b[>1u"), count(b"\x1b[<1u"), "keyboard protocol");
    }

    /// Returns whether the program ever used the whole screen.
    pub(crate) fn entered(&self) -> bool {
        modes(&self.raw).contains_key(&1049)
    }

    fn take(&mut self, bytes: &[u8]) {
        self.emulator.process(bytes);
        self.raw.extend_from_slice(bytes);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A failed test must not leave the program running. After a successful one it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the changed private modes, and whether each is on at the end: `ESC [ ? 1049 ; 25 h`.
fn modes(raw: &[u8]) -> BTreeMap<u16, bool> {
    let text = String::from_utf8_lossy(raw);
    let mut modes = BTreeMap::new();
    for part in text.split("\x1b[?").skip(1) {
        let mut numbers = part.split(|c: char| !c.is_ascii_digit() && c != ';');
        let numbers = numbers.next().unwrap_or_default();
        let on = match part.strip_prefix(numbers).and_then(|rest| rest.chars().next()) {
            Some('h') => true,
            Some('l') => false,
            _ => continue,
        };
        modes.extend(numbers.split(';').filter_map(|mode| Some((mode.parse().ok()?, on))));
    }
    modes
}

/// Returns whether a mode is on in an untouched terminal: the cursor is shown (25) and lines wrap (7); all others are
/// off.
fn by_default(mode: u16) -> bool {
    matches!(mode, 7 | 25)
}

fn setup(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// Passes on the output. An error or an empty read means the end of the program.
fn read(mut output: Box<dyn Read + Send>, tell: Sender<Event>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            if tell.send(Event::Output(buffer.iter().copied().take(count).collect())).is_err() {
                return;
            }
        }
        let _ = tell.send(Event::End);
    });
}

/// Reports a test that still runs after the longest time. The watch ends with the test.
fn watch(tell: Sender<Event>) -> Sender<()> {
    let (alive, ended) = channel::<()>();
    std::thread::spawn(move || {
        if ended.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
            let _ = tell.send(Event::TooLate);
        }
    });
    alive
}
