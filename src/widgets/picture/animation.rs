//! A moving picture: one SVG that shows one screen after the other, again and again.
//!
//! A row that stays the same over several screens is drawn once. Who wishes no motion sees the first screen.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use ratatui::buffer::Buffer;

use super::svg::{draw_row, ground, hex, rows, window};
use super::whole;

/// Draws screens of the same size in a terminal window with that title, each for its time.
#[must_use]
pub fn animation(frames: &[(Buffer, Duration)], title: &str) -> String {
    let screens: Vec<Buffer> = frames.iter().map(|(buffer, _)| whole(buffer)).collect();
    let Some(first) = screens.first() else { return String::new() };
    let ground = hex(ground(first));
    let mut spans = BTreeSet::new();
    let mut drawn = String::new();
    for y in 0..usize::from(first.area.height) {
        let mut from = 0;
        let same = screens.chunk_by(|a, b| rows(a).nth(y) == rows(b).nth(y));
        for (screen, count) in same.filter_map(|same| Some((same.first()?, same.len()))) {
            let span = (from, from + count);
            from = span.1;
            let stays = count == screens.len();
            if !stays {
                spans.insert(span);
                let _ = writeln!(drawn, "<g class=\"s{}-{}\">", span.0, span.1);
            }
            draw_row(&mut drawn, rows(screen).nth(y).unwrap_or_default(), y, &ground);
            if !stays {
                drawn.push_str("</g>\n");
            }
        }
    }
    let times: Vec<Duration> = frames.iter().map(|(_, time)| *time).collect();
    window(first, title, |out| {
        style(out, &spans, &times);
        out.push_str(&drawn);
    })
}

/// Writes the style that shows each span of screens in its part of the whole time.
fn style(out: &mut String, spans: &BTreeSet<(usize, usize)>, times: &[Duration]) {
    let whole: Duration = times.iter().sum();
    let percent = |at: usize| 100.0 * times.iter().take(at).sum::<Duration>().as_secs_f64() / whole.as_secs_f64();
    out.push_str(
        "<style>\n@media (prefers-reduced-motion: reduce) { g { animation-play-state: paused !important } }\n",
    );
    for (from, to) in spans {
        let (begin, end) = (percent(*from), percent(*to));
        let hidden = if *from == 0 { "" } else { "0% { visibility: hidden } " };
        let _ = writeln!(
            out,
            ".s{from}-{to} {{ animation: s{from}-{to} {:.1}s step-end infinite }} @keyframes s{from}-{to} {{ \
             {hidden}{begin:.3}% {{ visibility: visible }} {end:.3}% {{ visibility: hidden }} }}",
            whole.as_secs_f64()
        );
    }
    out.push_str("</style>\n");
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn screen(lines: [&str; 2]) -> (Buffer, Duration) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
        for (y, line) in (0..).zip(lines) {
            buffer.set_string(0, y, line, ratatui::style::Style::new());
        }
        (buffer, Duration::from_secs(1))
    }

    #[test]
    fn a_row_that_stays_is_drawn_once_and_one_that_changes_has_its_time() {
        let picture = animation(&[screen(["head", "one"]), screen(["head", "two"]), screen(["head", "two"])], "x");
        assert_eq!(picture.matches(">head</text>").count(), 1, "{picture}");
        assert_eq!(picture.matches(">two</text>").count(), 1, "{picture}");
        for told in [
            "@keyframes s0-1 { 0.000% { visibility: visible } 33.333% { visibility: hidden } }",
            "@keyframes s1-3 { 0% { visibility: hidden } 33.333% { visibility: visible } 100.000% { visibility: hidden } }",
            "3.0s step-end infinite",
        ] {
            assert!(picture.contains(told), "{told}: {picture}");
        }
        assert_eq!(picture.matches("<g").count(), picture.matches("</g>").count());
        assert!(animation(&[], "x").is_empty(), "nothing has no size");
    }
}
