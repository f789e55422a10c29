//! Colours: how they are written, and how they are reduced for terminals with fewer of them. The conversion is done
//! here as it takes few lines; ratatui parses the names.

use std::str::FromStr as _;

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// No colours: attributes and words carry the meaning.
    None,
    /// The sixteen colours of the terminal.
    Ansi,
    /// 256 colours.
    Indexed,
    /// 24-bit colours.
    True,
}

impl Level {
    /// Reads the level from the environment (`NO_COLOR`, `COLORTERM`, `TERM`).
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|v| !v.is_empty());
        let term = set("TERM").unwrap_or_default();
        if set("NO_COLOR").is_some() || term == "dumb" {
            return Self::None;
        }
        let known = ["direct", "kitty", "alacritty", "wezterm", "ghostty", "foot", "iterm"];
        let says_true = set("COLORTERM").is_some_and(|v| v == "truecolor" || v == "24bit");
        if says_true || known.iter().any(|k| term.contains(k)) {
            Self::True
        } else if term.contains("256") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}

/// Parses a colour of a theme: `#rrggbb`, a name such as `lightred`, or `0` to `255`.
pub(super) fn literal(text: &str) -> Option<Color> {
    let is_hex = text.starts_with('#') && text.len() == 7 && text.is_ascii();
    let is_other = !text.starts_with('#');
    if is_hex || is_other { Color::from_str(text).ok() } else { None }
}

/// Red, green and blue. `None` for one of the sixteen colours of the terminal.
pub(super) fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    if let Color::Rgb(r, g, b) = color { Some((r, g, b)) } else { None }
}

/// The nearest of the 240 colours that are the same on every terminal.
pub(super) fn indexed(color: Color) -> Color {
    let Some((r, g, b)) = rgb(color) else {
        return color;
    };
    let away = |(x, y, z): (u8, u8, u8)| {
        [(r, x), (g, y), (b, z)].map(|(p, q)| u32::from(p.abs_diff(q)).pow(2)).iter().sum::<u32>()
    };
    let nearest = (16..=255u8).min_by_key(|i| away(fixed(*i)));
    nearest.map_or(color, Color::Indexed)
}

/// Red, green and blue of one of those 240: a cube with six steps per side, then 24 greys.
fn fixed(index: u8) -> (u8, u8, u8) {
    let cube = index.saturating_sub(16);
    if index >= 232 {
        let grey = 8 + (index - 232) * 10;
        return (grey, grey, grey);
    }
    let step = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
    (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_can_show() {
        let cases: &[(&[(&str, &str)], Level)] = &[
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Level::True),
            (&[("TERM", "xterm-kitty")], Level::True),
            (&[("TERM", "tmux-256color")], Level::Indexed),
            (&[("TERM", "linux")], Level::Ansi),
            (&[], Level::Ansi),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Level::None),
            (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], Level::None),
            (&[("NO_COLOR", ""), ("TERM", "xterm-256color")], Level::Indexed),
        ];
        for (variables, level) in cases {
            let find = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(Level::detect(find), *level, "{variables:?}");
        }
    }

    #[test]
    fn colours_come_near_on_a_smaller_palette() {
        assert_eq!(indexed(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(indexed(Color::Rgb(9, 9, 9)), Color::Indexed(232));
        assert_eq!(indexed(Color::Red), Color::Red);
        assert_eq!(literal("#fff"), None);
        assert_eq!(literal("#10203g"), None);
        assert_eq!(literal("#102030"), Some(Color::Rgb(16, 32, 48)));
        assert_eq!(literal("lightred"), Some(Color::LightRed));
        assert_eq!(literal("208"), Some(Color::Indexed(208)));
    }
}
