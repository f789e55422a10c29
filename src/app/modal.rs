//! Sheets over the screen. Each kind of sheet has a file here for its data, one in `panes/sheets` for what it shows, and
//! one in `update/modal` for its keys.

mod ask;
mod form;
mod help;
mod notice;
mod palette;
mod pick;
mod planning;

use tui_input::Input;

pub use ask::{Answer, Ask};
pub use form::{Field, Form, Submit};
pub use help::Help;
pub use notice::Notice;
pub use palette::Palette;
pub use pick::{Pick, PickItem};
pub use planning::Planning;

/// What every kind of sheet is asked. It answers no where it does not say otherwise.
pub trait Dialog {
    /// Is a line typed in it now? Letters go there, whatever else they are bound to.
    fn types(&self) -> bool {
        false
    }

    /// The line that a key or a paste changes; what was said about it is forgotten.
    fn line(&mut self) -> Option<&mut Input> {
        None
    }

    /// Rows scrolled away, in a sheet that scrolls.
    fn scroll(&mut self) -> Option<&mut usize> {
        None
    }

    /// Do the keys that move by one row choose something, instead of scrolling?
    fn steps(&self) -> bool {
        false
    }

    /// Do the keys to the left and to the right choose something, instead of moving the cursor of a line?
    fn turns(&self) -> bool {
        false
    }
}

macro_rules! modals {
    ($($help:literal $kind:ident;)+) => {
        /// A sheet over the screen.
        #[derive(Debug, Clone)]
        pub enum Modal {
            $(#[doc = $help] $kind($kind),)+
        }

        impl Modal {
            /// What is open, whatever kind it is.
            #[must_use]
            pub fn dialog(&self) -> &dyn Dialog {
                match self {
                    $(Self::$kind(it) => it,)+
                }
            }

            /// The same, to be changed.
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
    "What the keys do here." Help;
    "Actions and things, to be found by typing." Palette;
    "One or more fields to fill in." Form;
    "Which one is meant." Pick;
    "AWS is being asked what is so." Planning;
    "A plan waits for its answer." Ask;
    "Something to read, to be closed by a key." Notice;
}
