//! The actions that keys have while a sheet is open. Keymaps, sheets and help all read this one table.

macro_rules! sheet_keys {
    ($($key:ident $name:literal $help:literal;)+) => {
        /// An action that a key has while a sheet is open.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum SheetKey {
            $(#[doc = $help] $key,)+
        }

        impl SheetKey {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$key,)+];
            /// Their names in the `[ask]` table of keymaps.
            pub const NAMES: &[&str] = &[$($name,)+];

            /// Its name in keymaps.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$key => $name,)+
                }
            }

            /// What it does, as a phrase.
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
    Confirm "confirm" "say yes: choose, send, close what was read";
    Cancel "cancel" "close; nothing is sent";
    NextField "next-field" "to the next field or choice";
    PreviousField "previous-field" "to the field or choice before";
    ScrollDown "scroll-down" "a row down, or to the next choice";
    ScrollUp "scroll-up" "a row up, or to the choice before";
    PageDown "page-down" "a page down";
    PageUp "page-up" "a page up";
    Top "top" "to the first row";
    Bottom "bottom" "to the last row";
    PreviousChoice "previous-choice" "plan for the choice before";
    NextChoice "next-choice" "plan for the next choice";
    Unfold "unfold" "show the calls of a plan whole, or fold them";
    Filter "filter" "show only the keys of the help with these words";
    CopyCall "copy-call" "copy the calls of a plan as aws commands";
    Suspend "suspend" "stop the program; fg lets it go on";
}

impl SheetKey {
    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }
}
