//! Draws a sheet above the screen, in a frame that shows how many rows are not visible.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Widget as _};

use super::paint;
use crate::theme::{Theme, Token};
use crate::view::{Cut, KeyHint, LaidOutRow, RowStyle, Sheet, Tone, cut, width};

/// Draws the sheet. Returns the position of the cursor when the operator types in it.
pub(super) fn draw(sheet: &Sheet, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let place = Rect::from(sheet.area((area.width, area.height)));
    if place.width < 3 || place.height < 3 {
        return None;
    }
    // An empty column on each side separates the frame from the screen below.
    let margin = Rect { x: place.x.saturating_sub(1), width: place.width + 2, ..place };
    Clear.render(margin.intersection(area), buf);
    buf.set_style(margin.intersection(area), theme.style(Token::Screen));
    buf.set_style(place, theme.style(Token::Screen).patch(theme.style(Token::Sheet)));

    let (rows, pinned) = sheet.lay_out_in_frame(place.width);
    let height = usize::from(place.height - 2).saturating_sub(pinned.len());
    let first = sheet.first(&rows, height);
    let below = rows.len().saturating_sub(first + height);

    let block = frame(sheet, theme, (first, below), place.width);
    let inner = block.inner(place);
    block.render(place, buf);
    let mut cursor = None;
    for (row, at) in inner.rows().zip(rows.iter().skip(first).take(height).chain(&pinned)) {
        let edges = Rect { x: place.x, width: place.width, ..row };
        cursor = cursor.or(one(at, sheet, theme, (row, edges), buf));
    }
    cursor
}

fn style(sheet: &Sheet, theme: &Theme) -> Style {
    match sheet.tone {
        Tone::Plain | Tone::Muted | Tone::Strong => theme.style(Token::Frame),
        Tone::Good | Tone::Busy | Tone::Warn | Tone::Bad => paint::stroke(theme.tone(sheet.tone)),
    }
}

fn frame<'a>(sheet: &'a Sheet, theme: &Theme, (above, below): (usize, usize), cells: u16) -> Block<'a> {
    let room = usize::from(cells.saturating_sub(6));
    let mark = |arrow: &str, rows: usize| {
        let words = if rows == 0 { String::new() } else { format!(" {arrow} {rows} more ") };
        Line::styled(cut(&words, room, Cut::End), theme.style(Token::Muted))
    };
    let title = sheet.title.cut(room, Cut::End);
    let mut heading = vec![Span::styled(" ", theme.style(Token::Title))];
    heading.extend(title.0.iter().map(|span| {
        let token = if span.tone() == Tone::Plain { Token::Title } else { span.tone().into() };
        Span::styled(span.text().to_owned(), theme.style(token))
    }));
    heading.push(Span::raw(" "));
    let fits = title.width() + 16 < room;
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(style(sheet, theme))
        .padding(Padding::horizontal(1))
        .title(Line::from(heading));
    let block = if fits { block.title(mark("↑", above).alignment(Alignment::Right)) } else { block };
    let mark = mark("↓", below);
    let left = room.saturating_sub(mark.width());
    block.title_bottom(mark).title_bottom(keys(sheet, theme, left).alignment(Alignment::Right))
}

/// Returns the keys that work here, as many as fit.
fn keys<'a>(sheet: &'a Sheet, theme: &Theme, room: usize) -> Line<'a> {
    let mut line = Line::default();
    let mut used = 1;
    for KeyHint { key, label, .. } in &sheet.keys {
        used += width(key) + width(label) + 3;
        if used > room {
            break;
        }
        line.push_span(Span::styled(format!(" {key}"), theme.style(Token::Key)));
        line.push_span(Span::styled(format!(" {label} "), theme.style(Token::Plain)));
    }
    line
}

/// Draws one row: its text within the padding, its bar and its rule from edge to edge.
fn one(
    drawn: &LaidOutRow,
    sheet: &Sheet,
    theme: &Theme,
    (row, edges): (Rect, Rect),
    buf: &mut Buffer,
) -> Option<Position> {
    if drawn.style == RowStyle::Rule {
        let line = format!("├{}┤", "─".repeat(usize::from(edges.width).saturating_sub(2)));
        paint::words(&line, theme.style(Token::Border), edges, buf);
        for x in [edges.left(), edges.right() - 1] {
            buf.set_style(Rect { x, width: 1, ..edges }, style(sheet, theme));
        }
        return None;
    }
    paint::line(&drawn.line, theme, row, buf);
    paint::line(&drawn.note, theme, paint::from_right(row, drawn.note.width()), buf);
    match drawn.style {
        RowStyle::Selected => {
            let bar = Rect { x: edges.x + 1, width: edges.width - 2, ..edges };
            buf.set_style(bar, theme.style(Token::Selection));
            None
        }
        RowStyle::Field { start, cells, cursor } => {
            let field = paint::skip_cells(row, paint::cut_to_u16(start));
            let field = Rect { width: field.width.min(paint::cut_to_u16(cells)), ..field };
            buf.set_style(field, theme.style(Token::Field));
            let at = paint::skip_cells(field, paint::cut_to_u16(cursor?));
            if at.is_empty() {
                return None;
            }
            buf.set_style(Rect { width: 1, ..at }, Modifier::UNDERLINED);
            Some(at.as_position())
        }
        RowStyle::Text | RowStyle::Rule => None,
    }
}
