//! The actions of keys while a sheet is open. Keymaps, sheets and help all read this one table.

macro_rules! sheet_keys {
    ($($key:ident $name:literal $help:literal;)+) => {
        /// An action of a key while a sheet is open.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum SheetKey {
            $(#[doc = $help] $key,)+
        }

        impl SheetKey {
            /// All actions.
            pub const ALL: &[Self] = &[$(Self::$key,)+];
            /// The names in the `[ask]` table of keymaps.
            pub const NAMES: &[&str] = &[$($name,)+];

            /// Returns the name in keymaps.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $name,)+
                }
            }

            /// Returns the effect, as a phrase.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self {
                    $(Self::$key => $help,)+
                }
            }
        }
    };
}

sheet_keys! {
    Confirm "confirm" "confirm: choose, send, or close";
    Cancel "cancel" "close; nothing is sent";
    NextField "next-field" "next field or choice";
    PreviousField "previous-field" "previous field or choice";
    ScrollDown "scroll-down" "down a row, or the next choice";
    ScrollUp "scroll-up" "up a row, or the previous choice";
    PageDown "page-down" "page down";
    PageUp "page-up" "page up";
    Top "top" "first row";
    Bottom "bottom" "last row";
    PreviousChoice "previous-choice" "plan for the previous choice; of a column: sort upwards";
    NextChoice "next-choice" "plan for the next choice; of a column: sort downwards";
    Unfold "unfold" "show or fold the calls of a plan";
    Filter "filter" "search the help";
    CopyCall "copy-call" "copy the calls of a plan as aws commands";
    Suspend "suspend" "suspend the program; fg resumes it";
}

impl SheetKey {
    /// Finds the action with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }
}
