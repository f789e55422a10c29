use super::*;

/// Generates random texts from hostile pieces. They are the same in every run.
fn hostile() -> impl Iterator<Item = String> {
    const BAD: &[&str] = &[
        "\u{1b}[31m",
        "\u{1b}]0;title\u{7}",
        "\u{1b}",
        "\u{9b}2J",
        "\u{202e}",
        "\u{2066}",
        "\u{200d}",
        "\u{feff}",
        "\u{301}",
        "e\u{301}",
        "\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}",
        "👩\u{200d}🔬",
        "🇩🇪",
        "日本",
        "\0",
        "\n",
        "\t",
        "\u{85}",
        "\u{ad}",
        "✓",
        "…",
        "ML model",
        "\u{1100}",
        "\u{1161}",
        "\u{115f}",
        "\u{ffff}",
        "\u{e0041}",
        "❤\u{fe0f}",
        "क्षि",
        "\u{7f}",
        "\u{2028}",
        "a",
        "-",
        "0305",
    ];
    let mut seed: u64 = 0x2545_f491_4f6c_dd1d;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    (0..4000).map(move |_| {
        let pieces = usize::try_from(next() % 9).unwrap();
        let mut text = String::new();
        for _ in 0..pieces {
            let at = usize::try_from(next()).unwrap() % BAD.len();
            text.push_str(BAD[at]);
            if next() % 4 == 0 {
                let code = u32::try_from(next() % 0x0011_0000).unwrap();
                text.extend(char::from_u32(code));
            }
        }
        text
    })
}

#[test]
fn nothing_hostile_is_left() {
    for text in hostile() {
        let shown = harmless(&text);
        assert!(!shown.chars().any(char::is_control), "{text:?} → {shown:?}");
        assert!(!shown.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')), "{text:?}");
        assert!(shown.graphemes(true).all(|g| cells(g) > 0), "{text:?} → {shown:?}");
        assert_eq!(harmless(&shown), shown, "not stable: {text:?}");
    }
}

#[test]
fn what_is_taken_for_simple_is_one_cell_beside_anything() {
    let all: Vec<char> = ('\0'..=char::MAX).filter(|c| is_simple(*c)).collect();
    assert!(all.len() > 300 && all.iter().all(|c| matches!(fate(*c), Fate::Keep)));
    for pair in all.windows(2) {
        let text: String = pair.iter().rev().collect();
        assert_eq!(text.graphemes(true).map(cells).collect::<Vec<_>>(), [1, 1], "{text:?}");
    }
}

#[test]
fn a_cut_text_fits_and_keeps_whole_graphemes() {
    for text in hostile().map(|t| harmless(&t)) {
        for room in 0..12 {
            for how in [Cut::Middle, Cut::End] {
                let shown = cut(&text, room, how);
                assert!(width(&shown) <= room, "{text:?} in {room}: {shown:?}");
                if width(&text) <= room {
                    assert_eq!(shown, text);
                } else if room > 0 {
                    let (head, tail) = shown.split_once(CUT).unwrap_or((&shown, ""));
                    assert!(text.starts_with(head), "{text:?} in {room}: {shown:?}");
                    assert!(text.ends_with(tail) || text.contains(CUT), "{text:?} in {room}: {shown:?}");
                }
            }
        }
    }
}

#[test]
fn what_becomes_of_known_trouble() {
    let cases = [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u{1b}[31mERROR\u{1b}[0m disk", "ERROR disk"),
        ("\u{1b}[2Jgone", "·gone"),
        ("\u{1b}]52;c;cm0gLXJm\u{7}", "·]52;c;cm0gLXJm·"),
        ("\u{9b}31mred", "red"),
        ("user\u{202e}txt.exe", "user·txt.exe"),
        ("zero\u{200b}width", "zerowidth"),
        ("❤\u{fe0f}", "❤"),
        ("\u{301}leading", "·leading"),
        ("Z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "Z\u{301}\u{301}\u{301}\u{301}"),
        ("日本語 é", "日本語 é"),
        ("\u{1b}[12", "·[12"),
    ];
    for (text, shown) in cases {
        assert_eq!(harmless(text), shown, "{text:?}");
    }
}

#[test]
fn where_a_text_is_cut() {
    let name = "recommendation-prod-v13-20261123-0305";
    assert_eq!(cut(name, 27, Cut::Middle), "recommendation-pro…123-0305");
    assert_eq!(cut(name, 10, Cut::End), "recommend…");
    assert_eq!(cut(name, 1, Cut::Middle), "…");
    assert_eq!(cut(name, 0, Cut::End), "");
    assert_eq!(cut("日本語", 5, Cut::End), "日本…");
    assert_eq!(cut("日本語", 4, Cut::End), "日…");
    assert_eq!(cut("fits", 4, Cut::End), "fits");
}
