//! Comparison of a drawn screen with an earlier one: its text, and below it the meaning of each run of cells.
//!
//! Screens are drawn with the theme of [`probe`], which numbers the tokens. So a golden contains meanings, never
//! colours, and [`painted`] gives the same screen the colours of a real theme for a picture.

#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};
use sagetop::config::{ConfigError, Source};
use sagetop::theme::{Level, Theme, Token};
use sagetop::widgets::picture::{self, row_text, whole};

/// Returns the theme that goldens are drawn with.
pub(crate) fn probe() -> Theme {
    let source = Source { file: "probe.toml".into(), text: include_str!("probe.toml").into() };
    let alone = |_: &str, _: &Source| Err(ConfigError::new("probe.toml", "builds on nothing"));
    let theme = Theme::parse(&source, Level::True, &alone);
    assert!(theme.is_ok(), "{theme:?}");
    theme.unwrap_or_else(|_| unreachable!())
}

/// Compares a drawn screen with `tests/it/goldens/NAME.txt`; with `UPDATE_GOLDENS=1`
/// writes that file instead.
pub(crate) fn golden(name: &str, buffer: &Buffer) {
    let found = described(buffer);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/goldens/{name}.txt"));
    if env::var_os("UPDATE_GOLDENS").is_some_and(|v| v == "1") {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, found));
        assert!(written.is_ok(), "{}: {written:?}", path.display());
        return;
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "{name} is not as it was (UPDATE_GOLDENS=1 takes it as it is now)\n{}",
        difference(&wanted, &found)
    );
}

/// Returns the text of a screen and, below it, its runs of meaning: `row:first-last name`, counted from 1.
pub(crate) fn described(buffer: &Buffer) -> String {
    let (probe, buffer) = (probe(), whole(buffer));
    let width = usize::from(buffer.area.width).max(1);
    let mut text = format!("{}×{}\n", buffer.area.width, buffer.area.height);
    let mut runs = String::new();
    for (y, row) in buffer.content.chunks(width).enumerate() {
        let line = row_text(row);
        let _ = writeln!(text, "{}", line.trim_end());
        let mut names: Vec<(usize, usize, String)> = Vec::new();
        for (x, cell) in row.iter().enumerate() {
            let name = name_of(&probe, cell);
            match names.last_mut() {
                Some((_, last, known)) if *known == name => *last = x,
                _ => names.push((x, x, name)),
            }
        }
        for (first, last, name) in names.iter().filter(|(_, _, name)| !name.is_empty()) {
            let _ = writeln!(runs, "{}:{}-{} {name}", y + 1, first + 1, last + 1);
        }
    }
    format!("{text}---\n{runs}")
}

/// Returns the text of a screen, one line per row.
pub(crate) fn text(buffer: &Buffer) -> String {
    picture::text(buffer)
}

/// Returns the meaning of a text at its first place on a screen: the names of its first cell.
pub(crate) fn meaning(buffer: &Buffer, text: &str) -> Option<String> {
    let cell = buffer.cell(place(buffer, text)?)?;
    Some(name_of(&probe(), cell))
}

/// Returns the column and row where a text begins.
pub(crate) fn place(buffer: &Buffer, text: &str) -> Option<(u16, u16)> {
    let width = usize::from(buffer.area.width).max(1);
    let starts = |row: &[Cell]| (0..row.len()).find(|at| row.get(*at..).is_some_and(|r| row_text(r).starts_with(text)));
    let (row, column) = buffer.content.chunks(width).enumerate().find_map(|(y, row)| Some((y, starts(row)?)))?;
    Some((u16::try_from(column).ok()?, u16::try_from(row).ok()?))
}

/// Returns the text of the row that the cursor is on.
pub(crate) fn selected(buffer: &Buffer) -> Option<String> {
    let (probe, width) = (probe(), usize::from(buffer.area.width).max(1));
    let is_selected = |cell: &&Cell| tokens(&probe, cell).1 == Some(Token::Selection);
    // The name of the shown pane has the same look, but it is shorter than a row.
    buffer.content.chunks(width).find(|row| row.iter().filter(is_selected).count() > width / 2).map(row_text)
}

/// Replaces the parts that are new in every run by zeros: the token of a call, wherever it is wrapped.
pub(crate) fn without_ids(buffer: &Buffer) -> Buffer {
    const LENGTH: usize = 36;
    let mut buffer = buffer.clone();
    let is_text = |cell: &Cell| cell.symbol() != " " && cell.symbol() != "│";
    let places: Vec<usize> = (0..buffer.content.len()).filter(|at| is_text(&buffer.content[*at])).collect();
    let letters: Vec<String> = places.iter().map(|at| buffer.content[*at].symbol().to_owned()).collect();
    let key: Vec<String> = "ClientToken\":\"".chars().map(String::from).collect();
    for start in (0..letters.len()).filter(|at| letters.get(*at..at + key.len()) == Some(&key)) {
        for place in places.iter().skip(start + key.len()).take(LENGTH) {
            let cell = &mut buffer.content[*place];
            if cell.symbol() != "-" {
                cell.set_symbol("0");
            }
        }
    }
    buffer
}

/// Returns the meaning of a cell that was drawn with [`probe`]; it is empty for plain text on the bare screen.
fn name_of(probe: &Theme, cell: &Cell) -> String {
    let (text, ground) = tokens(probe, cell);
    // The look of a blank is that of its background.
    let is_blank = cell.symbol() == " " && !cell.modifier.contains(Modifier::REVERSED);
    let text = text.filter(|t| *t != Token::Plain && !is_blank).map(Token::name);
    let ground = ground.filter(|t| *t != Token::Screen).map(Token::name);
    let attributes = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::UNDERLINED, "underlined"),
    ];
    let set = attributes.into_iter().filter(|(m, _)| cell.modifier.contains(*m)).map(|(_, n)| n);
    let own = (cell.fg == Color::Reset || cell.bg == Color::Reset).then_some("undrawn");
    text.into_iter().chain(ground).chain(set).chain(own).collect::<Vec<_>>().join("+")
}

/// Returns the text token and the background token of a cell that was drawn with [`probe`].
fn tokens(probe: &Theme, cell: &Cell) -> (Option<Token>, Option<Token>) {
    let all = || Token::TONES.iter().chain(Token::CHROME).copied();
    let text = all().find(|t| probe.style(*t).fg == Some(cell.fg));
    let ground = all().find(|t| probe.style(*t).bg == Some(cell.bg));
    (text, ground)
}

/// Paints a screen that was drawn with [`probe`] in the colours of another theme.
pub(crate) fn painted(buffer: &Buffer, theme: &Theme) -> Buffer {
    let probe = probe();
    let mut painted = whole(buffer);
    for cell in &mut painted.content {
        let (text, ground) = tokens(&probe, cell);
        let is_stroke = cell.symbol().starts_with(|c| c == ' ' || ('─'..='▟').contains(&c));
        let is_state = matches!(text, Some(Token::Good | Token::Busy | Token::Warn | Token::Bad));
        let mut text = text.map(|t| theme.style(t)).unwrap_or_default();
        if is_stroke && is_state {
            // Lines and bars have the colour of a state, but not the weight of its words.
            text.add_modifier = Modifier::empty();
        }
        let over = ground.map(|t| theme.style(t)).unwrap_or_default();
        let own = Style::new().add_modifier(cell.modifier);
        let style = theme.style(Token::Screen).patch(over).patch(text).patch(over_only(ground, over)).patch(own);
        cell.fg = Color::Reset;
        cell.bg = Color::Reset;
        cell.set_style(style);
    }
    painted
}

/// Keeps the style of the cursor's bar, which overrides the colour of a text. The background of a sheet does not.
fn over_only(ground: Option<Token>, style: Style) -> Style {
    match ground {
        Some(Token::Selection | Token::Changed | Token::Field) => style,
        _ => Style::new(),
    }
}

/// Returns the lines that differ, with the line before them.
fn difference(wanted: &str, found: &str) -> String {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), found.lines().collect());
    let is_in = |lines: &[&str], line: &str| lines.contains(&line);
    let mut shown = String::new();
    let mut last = None;
    for at in 0..wanted.len().max(found.len()) {
        let (old, new) = (wanted.get(at), found.get(at));
        if old == new {
            last = old.map(|line| (at, line));
            continue;
        }
        if let Some((number, line)) = last.take() {
            let _ = writeln!(shown, "{number:>4}   {line}", number = number + 1);
        }
        for (sign, line, others) in [('-', old, &found), ('+', new, &wanted)] {
            if let Some(line) = line.filter(|line| !line.contains(':') || !is_in(others, line)) {
                let _ = writeln!(shown, "{:>4} {sign} {line}", at + 1);
            }
        }
    }
    shown
}

#[test]
fn a_golden_names_meanings() {
    let probe = probe();
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 12, 2));
    buffer.set_style(buffer.area, probe.style(Token::Screen));
    buffer.set_string(1, 0, "✗ 日 down", probe.style(Token::Bad));
    buffer.set_string(0, 1, "here", probe.style(Token::Plain));
    buffer.set_style(ratatui::layout::Rect::new(0, 1, 12, 1), probe.style(Token::Selection));
    let text = described(&buffer);
    assert_eq!(text, "12×2\n ✗ 日 down\nhere\n---\n1:2-2 bad\n1:4-4 bad\n1:7-10 bad\n2:1-12 selection\n");
}

#[test]
fn a_difference_is_short() {
    let shown = difference("a\nb\nc\n", "a\nx\nc\n");
    assert_eq!(shown, "   1   a\n   2 - b\n   2 + x\n");
}
