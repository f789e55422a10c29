//! The `[[account]]` tables: which accounts to watch, with which credentials, and whether writes are allowed.

use serde::{Deserialize, Serialize};

use super::access::Access;
use super::error::{ConfigError, Source};
use super::spanned::Spanned;
use super::value::Name;

/// An account to watch, in one or more regions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The name that the team uses for it.
    pub label: Option<String>,
    /// The profile of the AWS configuration files. If there is a role, this profile assumes it.
    pub profile: Option<String>,
    /// The ARN of a role to assume.
    pub role_arn: Option<String>,
    /// The account id, 12 digits. It distinguishes accounts that profiles do not distinguish.
    pub account_id: Option<String>,
    /// The regions to watch. If it is empty, the region of the profile is watched.
    pub regions: Vec<String>,
    /// Whether its things may be changed, and how that is confirmed.
    pub access: Access,
    /// The colour of its name.
    pub colour: Colour,
}

/// The colour of an account's name, by its meaning. The theme maps it to a real colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// The colour of ordinary text.
    #[default]
    Plain,
    /// The colour of something broken, as a warning to be careful.
    Red,
    /// The colour of something degraded.
    Yellow,
    /// The colour of something healthy.
    Green,
    /// The colour of something in progress.
    Blue,
}

/// An account as it is written in the file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "WrittenAccount"))]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name on the screen, and for `--profile`.
    label: Option<Spanned<Name>>,
    /// The profile with the credentials, in the configuration of AWS.
    profile: Option<Name>,
    /// The role to assume with that profile.
    role_arn: Option<Spanned<String>>,
    /// The account id, 12 digits. It tells the account from others where a profile does not.
    account_id: Option<Spanned<String>>,
    /// The regions to watch; left out: that of the profile.
    #[serde(default)]
    regions: Vec<Spanned<String>>,
    /// Whether changes are allowed, and how they are confirmed. It holds for every caller that could be this account.
    #[serde(default)]
    access: Access,
    /// How the name is drawn.
    #[serde(default)]
    colour: Colour,
}

/// Checks all accounts: each label belongs to only one of them.
pub(super) fn checked(written: Vec<Written>, source: &Source) -> Result<Vec<Account>, ConfigError> {
    let mut accounts: Vec<Account> = Vec::new();
    for one in written {
        let label = one.label.as_ref().map(|label| (label.get_ref().0.clone(), label.span()));
        let account = one.checked(source)?;
        if let Some((label, span)) = label
            && accounts.iter().any(|other| other.label == account.label)
        {
            let message = format!("another [[account]] has the label {label:?}");
            return Err(ConfigError::at(source, span, message).hint("give each a label of its own"));
        }
        accounts.push(account);
    }
    Ok(accounts)
}

impl Written {
    fn checked(self, source: &Source) -> Result<Account, ConfigError> {
        if let Some(role) = &self.role_arn {
            let arn = role.get_ref();
            if !(arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":role/")) {
                let message = format!("{arn:?} is not the ARN of a role");
                let hint = "write \"arn:aws:iam::123456789012:role/NAME\"";
                return Err(ConfigError::at(source, role.span(), message).hint(hint));
            }
        }
        if let Some(id) = &self.account_id
            && (id.get_ref().len() != 12 || !id.get_ref().bytes().all(|byte| byte.is_ascii_digit()))
        {
            let message = format!("{:?} is not the id of an account", id.get_ref());
            return Err(ConfigError::at(source, id.span(), message).hint("write its 12 digits as text"));
        }
        for region in &self.regions {
            let name = region.get_ref();
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                let message = format!("{name:?} is not a region");
                return Err(ConfigError::at(source, region.span(), message).hint("write one such as \"eu-west-1\""));
            }
        }
        Ok(Account {
            label: self.label.map(|n| n.into_inner().0),
            profile: self.profile.map(|n| n.0),
            role_arn: self.role_arn.map(Spanned::into_inner),
            account_id: self.account_id.map(Spanned::into_inner),
            regions: self.regions.into_iter().map(Spanned::into_inner).collect(),
            access: self.access,
            colour: self.colour,
        })
    }
}
