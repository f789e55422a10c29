//! The file of what the operator chose on the screen: theme, order, columns, filters.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::state_folder;
use crate::app::Choices;
use crate::disk;

/// The file of choices.
#[derive(Debug, Clone)]
pub struct ChoicesFile {
    path: PathBuf,
}

impl Default for ChoicesFile {
    /// Returns the file of this user.
    fn default() -> Self {
        Self::at(&state_folder())
    }
}

impl ChoicesFile {
    /// Returns the file in a folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { path: folder.join("choices.json") }
    }

    /// Reads the choices. A file that cannot be read is moved aside, and the sentence says where it is.
    #[must_use]
    pub fn read(&self) -> (Choices, Option<String>) {
        match self.parse() {
            Ok((_, choices)) => (choices, None),
            Err(why) => (Choices::default(), Some(self.set_aside(&why))),
        }
    }

    /// Writes what was chosen since `before`, in one step. What another console chose meanwhile stays, and so does what
    /// this program does not know.
    ///
    /// # Errors
    /// Those of the system.
    pub fn write(&self, before: &Choices, now: &Choices) -> io::Result<()> {
        let known = self.parse().map_or_else(
            |why| {
                let _ = self.set_aside(&why);
                Map::new()
            },
            |(known, _)| known,
        );
        let merged = merged(Value::Object(known), &serde_json::to_value(before)?, &serde_json::to_value(now)?);
        let text = serde_json::to_vec_pretty(&merged)?;
        disk::replace(&self.path, |mut file| file.write_all(&text))
    }

    /// Returns the file as it is, and the choices in it.
    fn parse(&self) -> io::Result<(Map<String, Value>, Choices)> {
        let known: Map<String, Value> = match disk::read(&self.path) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Map::new(),
            Err(error) => return Err(error),
        };
        let choices = serde_json::from_value(Value::Object(known.clone()))?;
        Ok((known, choices))
    }

    /// Moves the file out of the way, and returns the sentence that says so.
    fn set_aside(&self, why: &io::Error) -> String {
        let place = disk::set_aside(&self.path, "json.unusable");
        format!("earlier choices are in {place} and not used: {why}")
    }
}

/// Returns a value with the changes between two others.
fn merged(known: Value, before: &Value, now: &Value) -> Value {
    if before == now {
        return known;
    }
    let (Value::Object(mut known), Value::Object(old), Value::Object(new)) = (known, before, now) else {
        return now.clone();
    };
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        known.remove(key);
    }
    for (key, value) in new.iter().filter(|(key, value)| old.get(*key) != Some(value)) {
        let (own, old) = (known.remove(key).unwrap_or_default(), old.get(key).unwrap_or(&Value::Null));
        // Without an older value there is nothing to compare with.
        let own = if old.is_null() && !own.is_object() { value.clone() } else { own };
        let old = if old.is_null() { &Value::Object(Map::new()) } else { old };
        known.insert(key.clone(), merged(own, old, value));
    }
    Value::Object(known)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::app::{Chosen, PaneChoices, RowChoices};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("sagetop-choices-{}-{name}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn choices(theme: &str, sort: &str) -> Choices {
        let theme = Some(Chosen { is: theme.to_owned(), instead_of: "dark".to_owned() });
        let chosen = PaneChoices { sort: Some((sort.to_owned(), true)), ..PaneChoices::default() };
        let rows = RowChoices { filter: "~^prod".to_owned(), problems: true };
        Choices {
            theme,
            panes: [("alarms".to_owned(), chosen)].into(),
            accounts: [("prod".to_owned(), [("alarms".to_owned(), rows)].into())].into(),
            ..Choices::default()
        }
    }

    #[test]
    fn the_next_run_knows_what_was_chosen() {
        let folder = Folder::new("round");
        let file = ChoicesFile::at(&folder.0);
        assert_eq!(file.read(), (Choices::default(), None));
        let chosen = choices("nord", "SINCE");
        file.write(&Choices::default(), &chosen).unwrap();
        assert_eq!(file.read(), (chosen.clone(), None));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        file.write(&chosen, &Choices::default()).unwrap();
        assert_eq!(file.read(), (Choices::default(), None), "what was taken back is gone");
    }

    #[test]
    fn what_others_wrote_stays() {
        let folder = Folder::new("others");
        let file = ChoicesFile::at(&folder.0);
        fs::create_dir_all(&folder.0).unwrap();
        // A newer program knows more.
        fs::write(&file.path, "{\"newer\": [1], \"panes\": {\"alarms\": {\"newer\": 2}}}").unwrap();
        let begun = file.read().0;
        // Two consoles begin with the same choices.
        let one = Choices { window: Some("1 d".to_owned()), ..begun.clone() };
        file.write(&begun, &one).unwrap();
        file.write(&begun, &choices("nord", "SINCE")).unwrap();
        assert_eq!(file.read().0, Choices { window: one.window, ..choices("nord", "SINCE") });
        let text = fs::read_to_string(&file.path).unwrap();
        assert!(text.contains("\"newer\": ["), "{text}");
    }

    #[test]
    fn a_broken_file_is_told_once_and_kept() {
        for (name, broken) in [("cut", "{\"theme\": {\"is"), ("type", "{\"theme\": 7}"), ("other", "[]")] {
            let folder = Folder::new(name);
            let file = ChoicesFile::at(&folder.0);
            fs::create_dir_all(&folder.0).unwrap();
            fs::write(&file.path, broken).unwrap();
            let (read, told) = file.read();
            assert_eq!(read, Choices::default());
            assert!(told.clone().is_some_and(|told| told.contains("choices.json.unusable")), "{told:?}");
            assert_eq!(file.read(), (Choices::default(), None));
            assert_eq!(fs::read_to_string(folder.0.join("choices.json.unusable")).unwrap(), broken);
            // One that breaks while the program runs is kept as well.
            fs::write(&file.path, broken).unwrap();
            file.write(&Choices::default(), &choices("nord", "SINCE")).unwrap();
            assert_eq!(file.read().0, choices("nord", "SINCE"));
        }
    }
}
