use super::*;

const BUNDLED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("catppuccin", include_str!("../../themes/catppuccin.toml")),
    ("color-blind", include_str!("../../themes/color-blind.toml")),
    ("gruvbox", include_str!("../../themes/gruvbox.toml")),
    ("nord", include_str!("../../themes/nord.toml")),
    ("solarized-dark", include_str!("../../themes/solarized-dark.toml")),
    ("solarized-light", include_str!("../../themes/solarized-light.toml")),
    ("tokyo-night", include_str!("../../themes/tokyo-night.toml")),
];

const TEXTS: &[Token] = &[
    Token::Plain,
    Token::Muted,
    Token::Strong,
    Token::Good,
    Token::Busy,
    Token::Warn,
    Token::Bad,
    Token::Title,
    Token::Key,
    Token::Frame,
];

const GROUNDS: &[Token] = &[Token::Screen, Token::Header, Token::Selection, Token::Changed, Token::Sheet];

fn source(name: &str, text: &str) -> Source {
    Source { file: format!("themes/{name}.toml"), text: text.to_owned() }
}

fn find(name: &str, _: &Source) -> Result<Source, ConfigError> {
    BUNDLED
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(n, text)| source(n, text))
        .ok_or_else(|| ConfigError::new("", format!("no theme {name}")))
}

fn theme(name: &str, level: Level) -> Theme {
    Theme::parse(&find(name, &source("", "")).unwrap(), level, &find).unwrap()
}

fn parsed(text: &str) -> Result<Theme, ConfigError> {
    Theme::parse(&source("mine", text), Level::True, &find)
}

/// How bright a colour is, after WCAG 2.
fn luminance(color: Color) -> f64 {
    let (r, g, b) = color::rgb(color).expect("bundled themes name their colours exactly");
    let [r, g, b] = [r, g, b].map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_is_readable_on_every_ground() {
    for (name, _) in BUNDLED.iter().filter(|(name, _)| *name != "mono") {
        let theme = theme(name, Level::True);
        let is_light = luminance(theme.style(Token::Screen).bg.unwrap()) > 0.5;
        let (wanted, line) = match *name {
            "high-contrast" => (7.0, 4.5),
            _ => (4.5, if is_light { 1.5 } else { 1.8 }),
        };
        for ground in GROUNDS {
            let ground_color = theme.style(*ground).bg.expect("a ground has a colour");
            for text in TEXTS {
                let color = theme.style(*text).fg.expect("a text has a colour");
                let found = contrast(color, ground_color);
                assert!(found >= wanted, "{name}: {text:?} on {ground:?} has {found:.2}, not {wanted}");
            }
            let border = theme.style(Token::Border).fg.unwrap();
            let found = contrast(border, ground_color);
            let on_cursor = matches!(ground, Token::Selection | Token::Changed);
            assert!(on_cursor || found >= line, "{name}: lines on {ground:?} have {found:.2}, not {line}");
        }
        let field = theme.style(Token::Field);
        assert!(contrast(field.fg.unwrap(), field.bg.unwrap()) >= wanted, "{name}: field");
    }
}

#[test]
fn without_colours_nothing_is_coloured_and_the_cursor_is_still_seen() {
    for (name, _) in BUNDLED {
        let theme = theme(name, Level::None);
        assert!(theme.styles.values().all(|s| s.fg.is_none() && s.bg.is_none()), "{name}");
        let selection = theme.style(Token::Selection);
        assert!(selection.add_modifier.contains(Modifier::REVERSED), "{name}");
        assert_ne!(theme.style(Token::Field), theme.style(Token::Plain), "{name}");
        assert_ne!(theme.style(Token::Changed), theme.style(Token::Plain), "{name}");
    }
    assert_eq!(theme("mono", Level::True), theme("mono", Level::None));
}

#[test]
fn sixteen_colours_are_the_terminals_own() {
    for (name, _) in BUNDLED {
        let theme = theme(name, Level::Ansi);
        let colors = theme.styles.values().flat_map(|s| [s.fg, s.bg]).flatten();
        assert!(colors.into_iter().all(|c| color::rgb(c).is_none()), "{name}");
        assert!(theme.style(Token::Screen).bg.is_none(), "{name}");
    }
    let bad = theme("dark", Level::Ansi).style(Token::Bad);
    assert_eq!((bad.fg, bad.bg), (Some(Color::Red), None));
}

#[test]
fn a_theme_builds_on_another() {
    let mine =
        parsed("inherits = \"dark\"\n[palette]\nleaf = \"#00ff00\"\n[tone]\nbad = { fg = \"magenta\" }\n").unwrap();
    assert_eq!(mine.tone(Tone::Good).fg, Some(Color::Rgb(0, 255, 0)), "the palette reaches what is inherited");
    assert_eq!(mine.tone(Tone::Bad), Style::new().fg(Color::Magenta), "a token is replaced as a whole");
    assert_eq!(mine.tone(Tone::Warn), theme("dark", Level::True).tone(Tone::Warn));
}

/// Text, line, column, part of the message, part of the hint.
const MISTAKES: &[(&str, usize, usize, &str, &str)] = &[
    ("inherits = \"dark\"\n[tone]\ngod = { fg = \"red\" }", 3, 1, "no token \"god\"", "\"good\""),
    ("inherits = \"dark\"\n[tone]\nselection = {}", 3, 1, "no token \"selection\"", "one of: plain"),
    ("inherits = \"dark\"\n[tone]\ngood = { fg = \"lefa\" }", 3, 15, "not a colour", "\"leaf\""),
    ("inherits = \"dark\"\n[palette]\nx = \"#ff\"", 3, 5, "\"#ff\" is not a colour", "#rrggbb"),
    ("inherits = \"dark\"\n[tone]\ngood = { fgg = \"red\" }", 3, 10, "unknown field `fgg`", "\"fg\""),
    ("inherits = \"dark\"\n[tones]\n", 2, 2, "unknown field `tones`", "\"tone\""),
    ("inherits = \"nope\"\n", 1, 12, "no theme nope", ""),
    ("inherits = \"mine\"\n", 1, 12, "no theme mine", ""),
    ("[tone]\nplain = {}\n", 0, 0, "no style for \"muted\"", "inherits"),
    ("[tone]\nplain = {}\nplain = {}\n", 3, 1, "duplicate key", ""),
];

#[test]
fn mistakes_have_a_place_and_a_way_on() {
    for (text, line, column, message, hint) in MISTAKES {
        let error = parsed(text).expect_err(text);
        assert_eq!((error.line, error.column), (*line, *column), "{error}");
        assert!(error.message.contains(message), "{error}");
        assert!(error.hint.clone().unwrap_or_default().contains(hint), "{error}");
    }
}

#[test]
fn a_theme_cannot_build_on_itself() {
    let a = source("a", "inherits = \"b\"");
    let b = source("b", "inherits = \"a\"");
    let find = |name: &str, _: &Source| Ok(if name == "a" { a.clone() } else { b.clone() });
    let error = Theme::parse(&a, Level::True, &find).unwrap_err();
    assert_eq!((error.file.as_str(), error.line), ("themes/b.toml", 1));
    assert!(error.message.contains("from itself"), "{error}");
}
