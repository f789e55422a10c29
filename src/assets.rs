//! Finds themes and keymaps by name. A user's file takes precedence over a built-in one.
//!
//! To build one in, add its file to the folder and a line to the table.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::config::{self, ConfigError, Source};
use crate::keymap::Keymap;
use crate::theme::{Level, Theme};

/// Names and texts of the built-in themes.
pub const THEMES: &[(&str, &str)] = &[
    ("dark", include_str!("../themes/dark.toml")),
    ("light", include_str!("../themes/light.toml")),
    ("high-contrast", include_str!("../themes/high-contrast.toml")),
    ("mono", include_str!("../themes/mono.toml")),
    ("catppuccin", include_str!("../themes/catppuccin.toml")),
    ("color-blind", include_str!("../themes/color-blind.toml")),
    ("gruvbox", include_str!("../themes/gruvbox.toml")),
    ("nord", include_str!("../themes/nord.toml")),
    ("solarized-dark", include_str!("../themes/solarized-dark.toml")),
    ("solarized-light", include_str!("../themes/solarized-light.toml")),
    ("tokyo-night", include_str!("../themes/tokyo-night.toml")),
];

/// Names and texts of the built-in keymaps.
pub const KEYMAPS: &[(&str, &str)] = &[
    ("default", include_str!("../keymaps/default.toml")),
    ("vim", include_str!("../keymaps/vim.toml")),
    ("emacs", include_str!("../keymaps/emacs.toml")),
];

/// A kind of file: its folder and the built-in files.
struct Kind {
    word: &'static str,
    folder: &'static str,
    bundled: &'static [(&'static str, &'static str)],
}

const THEME: Kind = Kind { word: "theme", folder: "themes", bundled: THEMES };
const KEYMAP: Kind = Kind { word: "keymap", folder: "keymaps", bundled: KEYMAPS };

/// The places where themes and keymaps are found.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    directory: Option<PathBuf>,
}

impl Assets {
    /// Looks in this directory first, then among the built-in files.
    #[must_use]
    pub fn new(directory: Option<PathBuf>) -> Self {
        Self { directory }
    }

    /// Reads the theme with this name, for a terminal with this many colours.
    ///
    /// # Errors
    /// When there is no such file, or it has an error.
    pub fn theme(&self, name: &str, level: Level) -> Result<Theme, ConfigError> {
        let source = self.find(&THEME, name, None)?;
        Theme::parse(&source, level, &|name, asking| self.find(&THEME, name, Some(asking)))
    }

    /// Returns when the user's file of a theme was last written; `None` for a built-in theme.
    #[must_use]
    pub fn theme_written(&self, name: &str) -> Option<SystemTime> {
        let path = self.directory.as_ref()?.join(THEME.folder).join(format!("{name}.toml"));
        path.metadata().ok()?.modified().ok()
    }

    /// Reads the keymap with this name, for these actions.
    ///
    /// # Errors
    /// When there is no such file, or it has an error.
    pub fn keymap(&self, name: &str, actions: &[&str]) -> Result<Keymap, ConfigError> {
        let source = self.find(&KEYMAP, name, None)?;
        Keymap::parse(&source, actions, &|name, asking| self.find(&KEYMAP, name, Some(asking)))
    }

    /// Returns the names of all themes, both built-in and the user's.
    #[must_use]
    pub fn themes(&self) -> Vec<String> {
        self.names(&THEME)
    }

    /// Returns the names of all keymaps, both built-in and the user's.
    #[must_use]
    pub fn keymaps(&self) -> Vec<String> {
        self.names(&KEYMAP)
    }

    /// Finds a file: the user's before the built-in one. A file that inherits from its own name gets the built-in one.
    fn find(&self, kind: &Kind, name: &str, asking: Option<&Source>) -> Result<Source, ConfigError> {
        let is_word = name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        let own = self.directory.as_ref().filter(|_| is_word && !name.is_empty());
        let own = own.map(|dir| dir.join(kind.folder).join(format!("{name}.toml")));
        let own = own.filter(|path| asking.is_none_or(|source| source.file != path.display().to_string()));
        if let Some(path) = own.filter(|path| path.exists()) {
            let shown = path.display().to_string();
            return config::read(&path).map_err(|e| ConfigError::new(shown, format!("the file cannot be read: {e}")));
        }
        let file = format!("{}/{name}.toml", kind.folder);
        if let Some((_, text)) = kind.bundled.iter().find(|(known, _)| *known == name) {
            return Ok(Source { file, text: (*text).to_owned() });
        }
        let names = self.names(kind);
        let error = ConfigError::new(file, format!("there is no {} {name:?}", kind.word));
        Err(error.did_you_mean(name, names.iter().map(String::as_str)))
    }

    fn names(&self, kind: &Kind) -> Vec<String> {
        let mut names: Vec<String> = kind.bundled.iter().map(|(name, _)| (*name).to_owned()).collect();
        let folder = self.directory.as_ref().map(|dir| dir.join(kind.folder));
        let files = folder.and_then(|folder| folder.read_dir().ok()).into_iter().flatten().flatten();
        let mut own: Vec<String> = files
            .filter_map(|file| Some(file.file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
            .filter(|name| !names.contains(name))
            .collect();
        own.sort();
        names.extend(own);
        names
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;
    use crate::view::Tone;

    /// A directory with these files, which is deleted when the test ends.
    struct Home(PathBuf);

    impl Home {
        fn with(test: &str, files: &[(&str, &str)]) -> Self {
            let home = Self(env::temp_dir().join(format!("sagetop-assets-{test}-{}", process::id())));
            for (name, text) in files {
                let path = home.0.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            home
        }

        fn assets(&self) -> Assets {
            Assets::new(Some(self.0.clone()))
        }
    }

    impl Drop for Home {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn every_bundled_theme_can_be_read() {
        for (name, _) in THEMES {
            for level in [Level::None, Level::Ansi, Level::Indexed, Level::True] {
                assert!(Assets::default().theme(name, level).is_ok(), "{name}");
            }
        }
        assert_eq!(Assets::default().keymaps(), ["default", "vim", "emacs"]);
    }

    #[test]
    fn a_users_file_lies_over_a_bundled_one() {
        let files = [
            ("themes/dark.toml", "inherits = \"dark\"\n[tone]\ngood = { bold = true }\n"),
            ("themes/mine.toml", "inherits = \"dark\"\n"),
        ];
        let home = Home::with("over", &files);
        let mine = home.assets().theme("mine", Level::True).unwrap();
        assert_eq!(mine.tone(Tone::Good).fg, None, "what it inherits is the user's too");
        let bundled = Assets::default().theme("dark", Level::True).unwrap();
        assert_eq!(mine.tone(Tone::Bad), bundled.tone(Tone::Bad));
        let names: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
        assert_eq!(home.assets().themes(), [&names[..], &["mine"]].concat());
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        let error = |name: &str| Assets::default().theme(name, Level::True).unwrap_err();
        assert_eq!(error("drak").hint.as_deref(), Some("did you mean \"dark\"?"));
        assert_eq!(error("solarized").hint.as_deref(), Some("did you mean \"solarized-dark\"?"));
        assert!(error("sepia").hint.is_some_and(|hint| hint.starts_with("one of: dark, light, high-contrast, mono")));
        assert!(error("../dark").message.contains("no theme"));
        let error = Assets::default().keymap("helix", &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error: there is no keymap \"helix\"\n  --> keymaps/helix.toml\n  hint: one of: default, vim, emacs"
        );
    }

    #[test]
    fn a_wrong_parent_has_a_place() {
        let home = Home::with("parent", &[("keymaps/mine.toml", "\ninherits = \"vmi\"\n")]);
        let error = home.assets().keymap("mine", &[]).unwrap_err();
        assert_eq!((error.line, error.column), (2, 12));
        assert!(error.file.ends_with("keymaps/mine.toml"), "{error}");
        assert_eq!(error.hint.as_deref(), Some("did you mean \"vim\"?"));
    }
}
