//! The permission to change anything. It depends on the caller, not on how the program was started.
//!
//! Each `[[account]]` of the configuration may forbid changes. However the credentials were found, the strictest of the
//! accounts that the caller could be counts.

use crate::config::{Access, Account, Freeze, Stage};

/// The rules that decide whether anything may be changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccessRules {
    /// `--read-only` or `read_only = true`: nothing is changed anywhere.
    pub read_only: bool,
    /// The `[[account]]` tables of the configuration.
    pub accounts: Vec<Account>,
    /// The `[[stage]]` tables of the configuration.
    pub stages: Vec<Stage>,
    /// The `[[freeze]]` tables of the configuration.
    pub freezes: Vec<Freeze>,
    /// The caller of AWS.
    pub caller: Caller,
}

/// The caller of AWS, as far as the command line, the environment and the configuration identify it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The profile whose credentials are used: the one that the user named, `AWS_PROFILE`, or `default`.
    pub profile: String,
    /// Whether the user named no profile, so that the standard chain of AWS finds the credentials.
    pub standard: bool,
    /// Whether the credentials come from the environment or from a container, so that any profile may have given them.
    pub keys: bool,
    /// The ARN of the role that is assumed.
    pub role_arn: Option<String>,
    /// The region.
    pub region: String,
}

impl AccessRules {
    /// Creates rules that forbid every change.
    #[must_use]
    pub fn read_only() -> Self {
        Self { read_only: true, ..Self::default() }
    }

    /// Checks whether anything may be changed, for a caller with this ARN of `GetCallerIdentity`. Without one, every
    /// account that the caller could be counts.
    ///
    /// # Errors
    /// A phrase that says why not.
    pub fn check(&self, identity: Option<&str>) -> Result<(), String> {
        let identity = known(identity);
        if self.read_only {
            return Err("set by --read-only or by the configuration".to_owned());
        }
        let strictest = self.strictest_account(identity).filter(|account| account.access == Access::ReadOnly);
        strictest.map_or(Ok(()), |account| Err(refusal(account, identity)))
    }

    /// Returns the strictest account that a caller with this ARN could be; of several, the first one.
    pub(super) fn strictest_account(&self, identity: Option<&str>) -> Option<&Account> {
        let identity = known(identity);
        let mut possible: Vec<&Account> =
            self.accounts.iter().filter(|account| self.could_be(account, identity)).collect();
        let here = |account: &&Account| account.regions.contains(&self.caller.region);
        if possible.iter().any(here) {
            possible.retain(|account| account.regions.is_empty() || here(account));
        }
        possible.into_iter().rev().max_by_key(|account| account.access)
    }

    /// Returns whether the permission depends on the identity of the caller.
    #[must_use]
    pub fn depends_on_identity(&self) -> bool {
        let of_accounts = self.freezes.iter().any(|freeze| !freeze.accounts.is_empty());
        of_accounts || self.accounts.iter().any(|account| account.access != Access::ReadWrite)
    }

    /// Returns whether a caller with this ARN could be the account of this label.
    pub(super) fn may_be(&self, label: &str, identity: Option<&str>) -> bool {
        let mut named = self.accounts.iter().filter(|account| account.label.as_deref() == Some(label));
        let here = |account: &Account| account.regions.is_empty() || account.regions.contains(&self.caller.region);
        named.any(|account| here(account) && self.could_be(account, known(identity)))
    }

    /// Returns whether the caller could be this account.
    fn could_be(&self, account: &Account, identity: Option<&str>) -> bool {
        let caller = &self.caller;
        let id = identity.and_then(account_id);
        if let (Some(wanted), Some(id)) = (&account.account_id, id)
            && wanted != id
        {
            return false;
        }
        let by_id = id.is_some() && account.account_id.as_deref() == id;
        match (&account.role_arn, &caller.role_arn) {
            (Some(role), Some(taken)) if role == taken => true,
            (Some(role), _) => identity.map_or(caller.role_arn.is_none(), |arn| is_session_of(arn, role)),
            // The caller is the role and not the one who assumes it; but the role may belong to the same account.
            (None, Some(_)) => by_id,
            (None, None) => by_id || self.could_have_keys_of(account),
        }
    }

    /// Returns whether the credentials could be those of the account's profile.
    fn could_have_keys_of(&self, account: &Account) -> bool {
        match &account.profile {
            Some(profile) => self.caller.keys || self.caller.profile == *profile,
            None => self.caller.standard || self.caller.profile == "default",
        }
    }
}

/// Returns the identity of the caller. "unknown" and other texts that are not an ARN count as none.
fn known(identity: Option<&str>) -> Option<&str> {
    identity.filter(|arn| arn.starts_with("arn:"))
}

/// Writes why nothing is changed in an account.
fn refusal(account: &Account, identity: Option<&str>) -> String {
    let name = [&account.label, &account.profile].into_iter().flatten().next();
    let name =
        name.map_or_else(|| "an [[account]] without a name".to_owned(), |name| format!("the [[account]] {name}"));
    let who = if identity.is_some() { "the caller could be" } else { "AWS did not tell who calls, and it could be" };
    format!(
        "{who} {name}, which the configuration only lets read; name another with --profile, or give it an account_id"
    )
}

/// Returns the account id in an ARN.
fn account_id(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3)
}

/// Returns whether `arn:…:sts::1:assumed-role/NAME/SESSION` is a session of `arn:…:iam::1:role/PATH/NAME`.
pub(super) fn is_session_of(arn: &str, role: &str) -> bool {
    let session = arn.split_once(":assumed-role/").and_then(|(_, rest)| rest.split('/').next());
    let name = role.rsplit('/').next();
    session.is_some() && session == name && account_id(arn) == account_id(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "arn:aws:iam::111111111111:user/ana";
    const ONCALL: &str = "arn:aws:sts::111111111111:assumed-role/oncall/ana";
    const ROLE: &str = "arn:aws:iam::111111111111:role/ops/oncall";

    /// Returns an `[[account]]` that may only be read.
    fn account(profile: Option<&str>, role: Option<&str>) -> Account {
        Account {
            label: Some("prod".into()),
            profile: profile.map(str::to_owned),
            role_arn: role.map(str::to_owned),
            access: Access::ReadOnly,
            ..Account::default()
        }
    }

    fn in_region(account: Account, region: &str) -> Account {
        Account { regions: vec![region.to_owned()], ..account }
    }

    fn writable(account: Account) -> Account {
        Account { access: Access::ReadWrite, ..account }
    }

    fn profile(name: &str) -> Caller {
        Caller { profile: name.into(), region: "eu-west-1".into(), ..Caller::default() }
    }

    fn standard(name: &str) -> Caller {
        Caller { standard: true, ..profile(name) }
    }

    fn keys() -> Caller {
        Caller { keys: true, ..standard("default") }
    }

    fn role(name: &str) -> Caller {
        Caller { role_arn: Some(ROLE.into()), ..profile(name) }
    }

    #[test]
    fn the_strictest_account_that_the_caller_could_be_counts() {
        let id = |account, id: &str| Account { account_id: Some(id.to_owned()), ..account };
        let (any, own, other) = (account(None, None), account(Some("p"), None), account(Some("other"), None));
        let oncall = account(Some("p"), Some(ROLE));
        let cases = [
            ("no account is configured", vec![], keys(), ANA, true),
            ("an account without a profile is whoever the standard chain finds", vec![any.clone()], keys(), ANA, false),
            ("also by AWS_PROFILE", vec![any.clone()], standard("p"), ANA, false),
            ("also by --profile default", vec![any.clone()], profile("default"), ANA, false),
            ("but not another profile", vec![any], profile("p"), ANA, true),
            ("a profile that was asked for", vec![own.clone()], profile("p"), ANA, false),
            ("a profile by AWS_PROFILE", vec![own.clone()], standard("p"), ANA, false),
            ("another profile", vec![other.clone()], profile("p"), ANA, true),
            ("keys of the environment may be of any profile", vec![other.clone()], keys(), ANA, false),
            ("unless the account id tells", vec![id(other.clone(), "222222222222")], keys(), ANA, true),
            ("an account id is enough", vec![id(other.clone(), "111111111111")], profile("p"), ANA, false),
            ("the role that is taken on", vec![oncall.clone()], role("p"), ONCALL, false),
            ("a session of the role, however it was made", vec![oncall.clone()], profile("x"), ONCALL, false),
            ("the profile without the role", vec![oncall.clone()], profile("p"), ANA, true),
            ("the role and not who takes it on", vec![own.clone()], role("p"), ONCALL, true),
            ("a role of an account that is only read", vec![id(own.clone(), "111111111111")], role("p"), ONCALL, false),
            ("two accounts share a profile", vec![writable(oncall), own.clone()], standard("p"), ANA, false),
            (
                "the region tells them apart",
                vec![writable(in_region(own.clone(), "eu-west-1")), in_region(own.clone(), "us-east-1")],
                profile("p"),
                ANA,
                true,
            ),
            ("a region that none names", vec![in_region(own.clone(), "us-east-1")], profile("p"), ANA, false),
            (
                "an account for all regions holds in each",
                vec![writable(in_region(own.clone(), "eu-west-1")), own.clone()],
                profile("p"),
                ANA,
                false,
            ),
        ];
        for (what, accounts, caller, identity, allowed) in cases {
            let rules = AccessRules { accounts, caller, ..AccessRules::default() };
            assert_eq!(rules.check(Some(identity)).is_ok(), allowed, "{what}");
            let all = AccessRules { read_only: true, ..rules };
            assert!(all.check(Some(identity)).is_err(), "{what}: --read-only overrides everything");
        }
    }

    #[test]
    fn without_an_identity_nothing_is_excluded() {
        let rules = |accounts, caller| AccessRules { accounts, caller, ..AccessRules::default() };
        let oncall = account(Some("p"), Some(ROLE));
        assert!(rules(vec![oncall.clone()], profile("x")).check(None).is_err());
        let other = "arn:aws:iam::111111111111:role/other";
        assert!(
            rules(vec![account(Some("p"), Some(other))], role("p")).check(None).is_ok(),
            "it takes on another role"
        );
        let id = Account { account_id: Some("222222222222".into()), ..account(Some("p"), None) };
        assert!(rules(vec![id], profile("p")).check(None).is_err());
    }

    #[test]
    fn a_refusal_names_the_account_and_a_way_on() {
        let rules =
            AccessRules { accounts: vec![account(Some("p"), None)], caller: profile("p"), ..AccessRules::default() };
        let why = rules.check(Some(ANA)).unwrap_err();
        assert!(why.contains("[[account]] prod") && why.contains("--profile"), "{why}");
    }
}
