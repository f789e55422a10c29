//! Writes frames in few bytes, as they often go over SSH.
//!
//! The backend of the terminal library sends the position and both colours of every piece of text. This one sends only
//! what differs from the piece before: the changed part of a style, and a relative move on the same row. That is a
//! third less.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use crate::view::{Id, link_of, width};

/// A backend that writes few bytes, and each frame at once.
#[derive(Debug)]
pub struct CompactBackend<W: Write> {
    out: CrosstermBackend<W>,
    /// The bytes of a frame. Kept, so that it is not allocated for each frame.
    buffer: Vec<u8>,
}

impl<W: Write> CompactBackend<W> {
    /// A backend that writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out: CrosstermBackend::new(out), buffer: Vec::new() }
    }
}

impl<W: Write> Backend for CompactBackend<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        self.buffer.clear();
        let mut writer = AnsiWriter { out: &mut self.buffer, at: None, style: Style::default(), link: None };
        for (x, y, cell) in content {
            writer.go(x, y);
            writer.turn(Style { fg: cell.fg, bg: cell.bg, modifier: cell.modifier });
            writer.write(cell.symbol());
        }
        writer.lead(None);
        writer.out.extend_from_slice(b"\x1b[m");
        self.out.write_all(&self.buffer)
    }

    #[cfg(unix)]
    fn size(&self) -> io::Result<Size> {
        // The size is read before each frame. The library would open the terminal again for it.
        match rustix::termios::tcgetwinsize(io::stdout()) {
            Ok(size) => Ok(Size { width: size.ws_col, height: size.ws_row }),
            Err(_) => self.out.size(),
        }
    }

    #[cfg(not(unix))]
    fn size(&self) -> io::Result<Size> {
        self.out.size()
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.out.hide_cursor()
    }
    fn show_cursor(&mut self) -> io::Result<()> {
        // If the terminal has gone, the next frame notices it. On drop, the library would print an error of this call
        // to standard error, and would panic if that is the same terminal.
        let _ = self.out.show_cursor();
        Ok(())
    }
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.out.get_cursor_position()
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.out.set_cursor_position(position)
    }
    fn clear(&mut self) -> io::Result<()> {
        self.out.clear()
    }
    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.out.clear_region(clear_type)
    }
    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.out.window_size()
    }
    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.out)
    }
}

/// How a cell is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// The state of the terminal after the last bytes. Each frame begins with an unknown position and no style.
struct AnsiWriter<'a> {
    out: &'a mut Vec<u8>,
    /// The position of the next character, when it is certain.
    at: Option<(u16, u16)>,
    style: Style,
    /// The address that characters lead to from here on.
    link: Option<String>,
}

/// The codes that begin and end each modifier. Some share the code that ends them.
const MODIFIERS: [(Modifier, &str, &str); 9] = [
    (Modifier::BOLD, "1;", "22;"),
    (Modifier::DIM, "2;", "22;"),
    (Modifier::ITALIC, "3;", "23;"),
    (Modifier::UNDERLINED, "4;", "24;"),
    (Modifier::SLOW_BLINK, "5;", "25;"),
    (Modifier::RAPID_BLINK, "6;", "25;"),
    (Modifier::REVERSED, "7;", "27;"),
    (Modifier::HIDDEN, "8;", "28;"),
    (Modifier::CROSSED_OUT, "9;", "29;"),
];

/// Colours by their numbers.
const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

impl AnsiWriter<'_> {
    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, row)) if row == y && from + 1 == x => self.push("\x1b[C"),
            Some((from, row)) if row == y && from < x => drop(write!(self.out, "\x1b[{}C", x - from)),
            _ if x == 0 => drop(write!(self.out, "\x1b[{}H", y + 1)),
            _ => drop(write!(self.out, "\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
    }

    fn turn(&mut self, to: Style) {
        if to == self.style {
            return;
        }
        self.push("\x1b[");
        let ends = self.style.modifier - to.modifier;
        let ended = |end: &str| MODIFIERS.iter().any(|(other, _, its)| *its == end && ends.contains(*other));
        for (_, _, end) in MODIFIERS.iter().filter(|(one, ..)| ends.contains(*one)) {
            self.push(end);
        }
        for (one, begin, end) in MODIFIERS.iter().filter(|(one, ..)| to.modifier.contains(*one)) {
            // A modifier that ended together with another one begins again.
            if !self.style.modifier.contains(*one) || ended(end) {
                self.push(begin);
            }
        }
        if to.fg != self.style.fg {
            self.colour(to.fg, '3');
        }
        if to.bg != self.style.bg {
            self.colour(to.bg, '4');
        }
        // The `m` replaces the `;` after the last code.
        self.out.pop();
        self.push("m");
        self.style = to;
    }

    /// Adds a colour of the text (`3`) or of the background (`4`). The sixteen colours are sent by number as well: with
    /// their own codes, some terminals make them lighter where the text is bold.
    fn colour(&mut self, colour: Color, what: char) {
        // Writing to memory cannot fail.
        let _ = if let Color::Rgb(r, g, b) = colour {
            write!(self.out, "{what}8;2;{r};{g};{b};")
        } else if let Color::Indexed(number) = colour {
            write!(self.out, "{what}8;5;{number};")
        } else if let Some(number) = NAMED.iter().position(|one| *one == colour) {
            write!(self.out, "{what}8;5;{number};")
        } else {
            write!(self.out, "{what}9;")
        };
    }

    fn write(&mut self, symbol: &str) {
        let (symbol, link) = link_of(symbol);
        self.lead(link);
        self.push(symbol);
        // Terminals agree only about characters of one cell. After any other one the position is sent again.
        self.at = self.at.filter(|_| width(symbol) == 1).map(|(x, y)| (x + 1, y));
    }

    /// Lets the next characters lead to an address (OSC 8), or nowhere. Pieces of one address have one id, so that the
    /// terminal marks all of them.
    fn lead(&mut self, link: Option<String>) {
        if link == self.link {
            return;
        }
        // Writing to memory cannot fail.
        let _ = match &link {
            Some(address) => write!(self.out, "\x1b]8;id={:x};{address}\x1b\\", Id::of(address).number()),
            None => write!(self.out, "\x1b]8;;\x1b\\"),
        };
        self.link = link;
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;

    const SIZE: (u16, u16) = (40, 6);

    /// A screen of random pieces: letters, wide and narrow characters, every style.
    fn odd(chance: &mut fastrand::Rng) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        let colours = [Color::Reset, Color::LightRed, Color::Indexed(233), Color::Rgb(1, 20, 255)];
        for _ in 0..60 {
            let mut colour = || chance.choice(colours).unwrap_or_default();
            let style = ratatui::style::Style::new().fg(colour()).bg(colour());
            let style = style.add_modifier(Modifier::from_bits_truncate(chance.u16(..)));
            let text = chance.choice(["a", "word", "日本", "✓ ok", "e\u{301}", "▲ 3", " "]).unwrap_or_default();
            buffer.set_string(chance.u16(..SIZE.0), chance.u16(..SIZE.1), text, style);
        }
        buffer
    }

    /// The bytes that were written, shared with the test.
    #[derive(Clone, Default)]
    struct Paper(Rc<RefCell<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The contents of a terminal after these frames, and how many bytes they took.
    fn shown<B: Backend>(frames: &[Buffer], backend: fn(Paper) -> B) -> (String, usize) {
        let paper = Paper::default();
        let mut terminal = backend(paper.clone());
        let mut before = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        for frame in frames {
            assert!(terminal.draw(before.diff(frame).into_iter()).is_ok());
            before = frame.clone();
        }
        let bytes = paper.0.take();
        let mut parser = vt100::Parser::new(SIZE.1, SIZE.0, 0);
        parser.process(&bytes);
        (String::from_utf8_lossy(&parser.screen().contents_formatted()).into_owned(), bytes.len())
    }

    #[test]
    fn an_address_is_opened_and_closed_around_its_cells() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "ab cd", ratatui::style::Style::new());
        for (x, address) in [(0, "https://one"), (1, "https://one"), (4, "https://two")] {
            let cell = &mut buffer[(x, 0)];
            let symbol = crate::view::with_link(cell.symbol(), address);
            cell.set_symbol(&symbol);
        }
        let paper = Paper::default();
        let empty = Buffer::empty(buffer.area);
        assert!(CompactBackend::new(paper.clone()).draw(empty.diff(&buffer).into_iter()).is_ok());
        let bytes = String::from_utf8(paper.0.take()).unwrap();
        let parts: Vec<&str> = bytes.split("\x1b]8;").collect();
        assert!(parts[1].starts_with("id=") && parts[1].contains(";https://one\x1b\\ab"), "{bytes:?}");
        assert!(parts[2].starts_with(";\x1b\\"), "{bytes:?}");
        assert!(parts[3].ends_with(";https://two\x1b\\d") && parts[4].starts_with(";\x1b\\"), "{bytes:?}");
        let (mut parser, mut plain) = (vt100::Parser::new(1, 8, 0), vt100::Parser::new(1, 8, 0));
        parser.process(bytes.as_bytes());
        plain.process(b"ab cd");
        assert_eq!(parser.screen().contents(), plain.screen().contents());
    }

    #[test]
    fn a_terminal_shows_the_same_as_by_the_library_for_fewer_bytes() {
        let mut chance = fastrand::Rng::with_seed(7);
        for _ in 0..50 {
            let frames: Vec<Buffer> = (0..4).map(|_| odd(&mut chance)).collect();
            let (ours, theirs) = (shown(&frames, CompactBackend::new), shown(&frames, CrosstermBackend::new));
            assert_eq!(ours.0, theirs.0);
            assert!(ours.1 < theirs.1, "{} and {} bytes", ours.1, theirs.1);
        }
    }
}
