//! The replacement of glyphs by ASCII, for terminals and fonts without glyphs.

use ratatui::buffer::Buffer;

use crate::view::{link_of, with_link};

/// Replaces everything in the buffer that is not ASCII.
pub(super) fn replace(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let (shown, address) = link_of(cell.symbol());
        if !shown.is_ascii() {
            let twin = shown.chars().next().map_or(' ', twin).to_string();
            cell.set_symbol(&address.map_or_else(|| twin.clone(), |address| with_link(&twin, &address)));
        }
    }
}

/// Returns the ASCII form of a symbol. States stay different from each other and from arrows. Other letters become `?`.
fn twin(glyph: char) -> char {
    match glyph {
        '▲' => '!',
        '✗' => 'x',
        '◐' => '~',
        '◇' => 'w',
        '–' | '—' | '─' | '╌' | '╴' | '╶' | '▄' => '-',
        '●' => 'o',
        '○' => 'O',
        '…' | '▇' => '*',
        '·' | '•' | '▂' => '.',
        '→' | '▶' | '▸' | '›' => '>',
        '←' | '◀' | '◂' | '‹' => '<',
        '↑' => '^',
        '↓' | '▼' | '▾' => 'v',
        '│' | '┃' | '║' | '▏' | '▌' => '|',
        '━' | '═' | '▅' => '=',
        '┄' | '┈' | '▃' => ':',
        '✓' | '▆' | '╭' | '╮' | '╰' | '╯' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '┏' | '┓' | '┗'
        | '┛' => '+',
        '▁' => '_',
        '█' => '#',
        '⏎' => '/',
        // Braille: the dots of the upper half, of the lower half, or of both.
        '\u{2800}'..='\u{28ff}' => match (u32::from(glyph) & 0x1b, u32::from(glyph) & 0xe4) {
            (0, _) => '.',
            (_, 0) => '\'',
            (_, _) => '*',
        },
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn nothing_but_ascii_is_left_and_states_stay_apart() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 1));
        buf.set_string(0, 0, "✓▲✗◐◇◌– ╭─╮ ──▶ 日é", ratatui::style::Style::new());
        replace(&mut buf);
        let text: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(text, "+!x~w?- +-+ --> ? ?     ");
    }
}
