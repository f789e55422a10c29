//! Sheets above the screen. Each kind of sheet has three files: its data is here, its contents are in `panes/sheets`,
//! its keys in `update/modal`.

mod ask;
mod chooser;
mod column_picker;
mod comparison;
mod form;
mod help;
mod menu;
mod notice;
mod output;
mod palette;
mod pick;
mod planning;
mod properties;
mod theme_picker;

use tui_input::Input;

pub use ask::{Answer, Ask};
pub use chooser::{Chooser, ChooserAct, ChooserItem};
pub use column_picker::ColumnPicker;
pub use comparison::Comparison;
pub use form::{Field, Form, Submit};
pub use help::Help;
pub use menu::Menu;
pub use notice::Notice;
pub use output::{Ended, Output};
pub use palette::Palette;
pub use pick::{Pick, PickItem};
pub use planning::Planning;
pub use properties::Properties;
pub use theme_picker::ThemePicker;

/// The properties of a kind of sheet.
pub trait Dialog {
    /// Is a line being edited in the sheet? Then letters are typed, whatever action they are bound to.
    fn types(&self) -> bool {
        false
    }

    /// Returns the line that a key or a paste changes, and removes the error message about it.
    fn line(&mut self) -> Option<&mut Input> {
        None
    }

    /// Returns the number of rows that are scrolled away, in a sheet that scrolls.
    fn scroll(&mut self) -> Option<&mut usize> {
        None
    }

    /// Do the keys that scroll by a row select something instead?
    fn steps(&self) -> bool {
        false
    }

    /// Do the keys left and right select something, instead of moving the cursor of a line?
    fn turns(&self) -> bool {
        false
    }
}

macro_rules! modals {
    ($($help:literal $kind:ident;)+) => {
        /// A sheet above the screen.
        #[derive(Debug, Clone)]
        pub enum Modal {
            $(#[doc = $help] $kind($kind),)+
        }

        impl Modal {
            /// Returns the properties of the open sheet.
            #[must_use]
            pub fn dialog(&self) -> &dyn Dialog {
                match self {
                    $(Self::$kind(it) => it,)+
                }
            }

            /// Returns the properties of the open sheet, mutable.
            pub fn dialog_mut(&mut self) -> &mut dyn Dialog {
                match self {
                    $(Self::$kind(it) => it,)+
                }
            }
        }

        $(impl From<$kind> for Modal {
            fn from(it: $kind) -> Self {
                Self::$kind(it)
            }
        })+
    };
}

modals! {
    "All actions with their keys." Help;
    "Actions and things, found by typing." Palette;
    "One or more fields to fill in." Form;
    "A choice of one of several things." Pick;
    "The changes that concern the selected thing." Menu;
    "A choice of what to take out." Chooser;
    "A plan is being made." Planning;
    "A plan waits for its answer." Ask;
    "A text to read." Notice;
    "The properties of a thing of no model." Properties;
    "What a command writes." Output;
    "A choice of a theme." ThemePicker;
    "A choice of columns." ColumnPicker;
    "Two things side by side." Comparison;
}
