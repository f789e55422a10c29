//! The theme that is in force, and how another one is put in its place.

use std::time::SystemTime;

use crate::assets::Assets;
use crate::config::ConfigError;
use crate::theme::{Level, Theme};

/// The theme that is in force. Themes are read from their files when they are chosen.
#[derive(Debug)]
pub struct Themes {
    files: Option<Files>,
    theme: Theme,
}

/// The places from which themes are read.
#[derive(Debug)]
struct Files {
    assets: Assets,
    level: Level,
    ascii: bool,
    links: bool,
    name: String,
    /// The time at which the user's file of this theme was last written.
    written: Option<SystemTime>,
}

impl Themes {
    /// Reads a theme, and other ones from the same places later.
    ///
    /// # Errors
    /// When there is no such theme, or its file has a mistake.
    pub fn read(assets: Assets, name: &str, level: Level, ascii: bool) -> Result<Self, ConfigError> {
        let theme = assets.theme(name, level)?.with_ascii(ascii);
        let written = assets.theme_written(name);
        Ok(Self { files: Some(Files { assets, level, ascii, links: false, name: name.to_owned(), written }), theme })
    }

    /// Makes addresses that the terminal can follow, if it can.
    #[must_use]
    pub fn with_links(mut self, links: bool) -> Self {
        if let Some(files) = &mut self.files {
            files.links = links;
        }
        Self { theme: self.theme.with_links(links), ..self }
    }

    /// Keeps to one theme.
    #[must_use]
    pub fn only(theme: Theme) -> Self {
        Self { files: None, theme }
    }

    /// Returns the name of the theme that is in force; empty if there is no choice.
    #[must_use]
    pub fn name(&self) -> &str {
        self.files.as_ref().map_or("", |files| &files.name)
    }

    /// Returns the names of all themes, both built-in and the user's.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.files.as_ref().map(|files| files.assets.themes()).unwrap_or_default()
    }

    /// Returns the theme that is in force.
    #[must_use]
    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    /// Puts another theme in force.
    ///
    /// # Errors
    /// When there is no such theme, or its file has a mistake. Then the theme stays as it is.
    pub(super) fn put_on(&mut self, name: &str) -> Result<(), String> {
        let Some(files) = &mut self.files else { return Ok(()) };
        name.clone_into(&mut files.name);
        files.written = files.assets.theme_written(name);
        let mistake = |e: ConfigError| format!("{}:{}:{}: {}", e.file, e.line, e.column, e.message);
        let theme = files.assets.theme(name, files.level).map_err(mistake)?;
        self.theme = theme.with_ascii(files.ascii).with_links(files.links);
        Ok(())
    }

    /// Returns the name of the theme if the user's file of it was written since it was read.
    pub(super) fn rewritten(&self) -> Option<String> {
        let files = self.files.as_ref()?;
        (files.assets.theme_written(&files.name) != files.written).then(|| files.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::view::Tone;

    #[test]
    fn a_theme_is_replaced_and_a_mistake_leaves_it() {
        let folder = std::env::temp_dir().join(format!("sagetop-themes-{}", std::process::id()));
        fs::create_dir_all(folder.join("themes")).unwrap();
        let write = |text: &str| fs::write(folder.join("themes/mine.toml"), text).unwrap();
        write("inherits = \"dark\"\n");
        let assets = Assets::new(Some(folder.clone()));
        let mut themes = Themes::read(assets.clone(), "nord", Level::True, false).unwrap();
        assert_eq!(themes.rewritten(), None, "nobody writes a theme that is built in");
        themes.put_on("mine").unwrap();
        assert_eq!(*themes.theme(), assets.theme("dark", Level::True).unwrap());

        write("inherits = \"dark\"\n[tone]\ngood = { fgg = 1 }\n");
        let later = SystemTime::UNIX_EPOCH;
        fs::File::options().write(true).open(folder.join("themes/mine.toml")).unwrap().set_modified(later).unwrap();
        assert_eq!(themes.rewritten().as_deref(), Some("mine"));
        let why = themes.put_on("mine").unwrap_err();
        assert!(why.contains("mine.toml:3:") && why.contains("fgg"), "{why}");
        assert_eq!(themes.theme().tone(Tone::Good), assets.theme("dark", Level::True).unwrap().tone(Tone::Good));
        assert_eq!(themes.rewritten(), None, "a mistake is told once");
        fs::remove_dir_all(folder).unwrap();
    }
}
