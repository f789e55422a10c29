//! Keys in the choice of a theme.

use crate::app::{App, Effect, ThemePicker};
use crate::keymap::SheetKey;

/// Opens the choice.
pub(in crate::update) fn open(app: &mut App) -> Option<Effect> {
    app.modal = Some(ThemePicker::new(app.themes.clone(), &app.theme).into());
    None
}

/// Handles a key.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing here")]
pub(super) fn key(app: &mut App, mut picker: ThemePicker, key: SheetKey) -> Option<Effect> {
    use SheetKey::{Confirm, NextField, PreviousField, ScrollDown, ScrollUp};
    let chosen = match key {
        Confirm => return None,
        ScrollDown | NextField => picker.step(1).cloned(),
        ScrollUp | PreviousField => picker.step(-1).cloned(),
        _ => None,
    };
    app.modal = Some(picker.into());
    chosen.and_then(|name| put_on(app, name))
}

/// Puts a theme in force, unless it is already.
pub(super) fn put_on(app: &mut App, name: String) -> Option<Effect> {
    if app.theme == name {
        return None;
    }
    app.theme.clone_from(&name);
    Some(Effect::Theme(name))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent};

    use super::super::super::{NAMES, TABLES};
    use super::*;
    use crate::app::{Account, Msg};
    use crate::assets::Assets;
    use crate::resources::Observed;

    #[test]
    fn the_theme_follows_the_cursor_and_comes_back_when_the_choice_is_cancelled() {
        let keymap = Assets::default().keymap("default", NAMES).unwrap();
        let mut app = App::new(TABLES, Account::new(Observed::default()), Vec::new(), keymap);
        (app.theme, app.themes) = ("b".to_owned(), ["a", "b", "c"].map(str::to_owned).to_vec());
        let mut press = |code: KeyCode| {
            let effect = app.update(Msg::Key(KeyEvent::from(code)));
            let named = match effect {
                Some(Effect::Theme(name)) => Some(name),
                _ => None,
            };
            (named, app.theme.clone(), app.modal.is_some())
        };
        let theme = |name: &str| Some(name.to_owned());
        assert_eq!(press(KeyCode::Char('T')), (None, "b".to_owned(), true));
        assert_eq!(press(KeyCode::Down), (theme("c"), "c".to_owned(), true));
        assert_eq!(press(KeyCode::Down), (theme("a"), "a".to_owned(), true), "after the last comes the first");
        assert_eq!(press(KeyCode::Esc), (theme("b"), "b".to_owned(), false));
        press(KeyCode::Char('T'));
        press(KeyCode::Up);
        assert_eq!(press(KeyCode::Enter), (None, "a".to_owned(), false), "what is chosen stays");
    }
}
