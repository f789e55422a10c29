//! The id of one of the watched accounts.

use serde::{Deserialize, Serialize};

/// The id of one of the watched accounts: its place in the order in which the user named them. It is not the number of
/// twelve digits that AWS gives an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct AccountId(u16);

impl AccountId {
    /// The account that was named first.
    pub const FIRST: Self = Self(0);

    /// Returns the ids of accounts in the order in which they were named.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u16::MAX).map(Self)
    }
    /// Returns its place among them, from 0 on.
    #[must_use]
    pub fn place(self) -> usize {
        self.0.into()
    }
}
