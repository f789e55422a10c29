//! Knows the terminals that can follow addresses (OSC 8), by their names. No terminal can be asked.

/// Variables that such terminals set, or the beginning of the value that they set.
const SET: [(&str, &str); 14] = [
    ("TERM_PROGRAM", "iTerm.app"),
    ("TERM_PROGRAM", "WezTerm"),
    ("TERM_PROGRAM", "vscode"),
    ("TERM_PROGRAM", "ghostty"),
    ("TERM_PROGRAM", "rio"),
    ("TERM", "xterm-kitty"),
    ("TERM", "xterm-ghostty"),
    ("TERM", "alacritty"),
    ("TERM", "foot"),
    ("TERM", "contour"),
    ("WT_SESSION", ""),
    ("KITTY_WINDOW_ID", ""),
    ("KONSOLE_VERSION", ""),
    ("DOMTERM", ""),
];

/// VTE shows addresses from this version on (0.50), and earlier ones had a fault.
const VTE: u32 = 5000;

/// Returns whether the terminal follows addresses, as its environment tells. GNU screen shows them as garbage.
pub fn follows_links(variable: impl Fn(&str) -> Option<String>) -> bool {
    let value = |name: &str| variable(name).filter(|value| !value.is_empty());
    if value("STY").is_some() {
        return false;
    }
    let vte = value("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    let is_set = |(name, start): &(&str, &str)| value(name).is_some_and(|value| value.starts_with(start));
    vte.is_some_and(|version| version > VTE) || SET.iter().any(is_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_terminals_follow_links() {
        let cases: [(&[(&str, &str)], bool); 8] = [
            (&[("TERM", "xterm-256color")], false),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")], true),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "4900")], false),
            (&[("TERM", "alacritty")], true),
            (&[("TERM", "xterm"), ("WT_SESSION", "1-2")], true),
            (&[("TERM", "screen"), ("STY", "1.x"), ("TERM_PROGRAM", "WezTerm")], false),
            (&[("KITTY_WINDOW_ID", "")], false),
            (&[], false),
        ];
        for (variables, follows) in cases {
            let of = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(follows_links(of), follows, "{variables:?}");
        }
    }
}
