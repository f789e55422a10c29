//! Handles of a thing outside of this program: its name, id and ARN, its pages in AWS's console, the `aws` command that
//! describes it, and pages of systems that are not read but linked to.
//!
//! They are text to copy: an operator who uses SSH has the browser on another machine.

mod partition;
mod system;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::aws::Arn;
use crate::config::{Link, Placeholder};
use crate::fmt::shell_word;
use crate::resources::{AwsCommand, Kind, Thing, arn_name, page_of_arn, page_of_log};
use crate::view::{is_hidden, one_line};

pub use partition::Partition;
pub use system::{SYSTEMS, System};

/// The characters that keep their place in an address: all others are percent-encoded.
const ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The kind of a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The name, as AWS shows it.
    Name,
    /// The id within its kind, where that is not the name.
    Id,
    /// The ARN.
    Arn,
    /// The address of its page in AWS's console.
    Console,
    /// The command of AWS's command line that describes it.
    Command,
    /// The address of its log in AWS's console.
    Log,
    /// The address of its runbook.
    Runbook,
    /// The address of a page of a system that is not read.
    System(&'static str),
    /// An address of the configuration, with its label.
    Link(String),
}

impl What {
    /// Returns its name in a sentence: `ARN`, `console URL`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Name => "name",
            Self::Id => "id",
            Self::Arn => "ARN",
            Self::Console => "console URL",
            Self::Command => "aws command",
            Self::Log => "log URL",
            Self::Runbook => "runbook URL",
            Self::System(name) => name,
            Self::Link(label) => label,
        }
    }

    /// Is it an address?
    #[must_use]
    pub fn is_address(&self) -> bool {
        !matches!(self, Self::Name | Self::Id | Self::Arn | Self::Command)
    }
}

/// One handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// Its kind.
    pub what: What,
    /// Its text. It has no character that a terminal would obey: a terminal obeys some of them also where they are
    /// pasted.
    pub text: String,
}

/// Encodes a value for an address.
fn encoded(value: &str) -> String {
    utf8_percent_encode(value, ADDRESS).to_string()
}

impl Handle {
    fn new(what: What, text: &str) -> Self {
        Self { what, text: one_line(text) }
    }
}

/// The subject of a handle, for systems that concern only some things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A thing of this kind.
    Kind(Kind),
    /// A model.
    Model,
    /// The account.
    Account,
    /// Anything else with an ARN.
    Other,
}

/// The account and region that handles are made in.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The region.
    pub region: &'a str,
    /// The account id, 12 digits, if it is known.
    pub account: Option<&'a str>,
    /// The named profile, if one is in force.
    pub profile: Option<&'a str>,
    /// The links of the configuration.
    pub links: &'a [Link],
}

/// The names of one thing.
#[derive(Debug, Clone, Copy, Default)]
struct Named<'a> {
    name: &'a str,
    arn: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Returns the place of a thing: the region is that of its ARN, if it names one.
    fn of(self, arn: Option<&'a str>) -> Self {
        let region = arn.and_then(Arn::parse).map(|arn| arn.region).filter(|region| !region.is_empty());
        Self { region: region.unwrap_or(self.region), ..self }
    }

    /// Returns the address of a page of AWS's console. `None` in a partition whose console is not known.
    fn address(self, page: &str) -> Option<String> {
        Partition::of_region(self.region)?.address(self.region, page)
    }

    /// Returns the value of a placeholder.
    fn value(self, named: Named<'a>, placeholder: Placeholder) -> Option<&'a str> {
        let value = match placeholder {
            Placeholder::Arn => named.arn,
            Placeholder::Name => Some(named.name),
            Placeholder::Region => Some(self.region),
            Placeholder::Profile => self.profile,
            Placeholder::Account => self.account,
        };
        value.filter(|value| !value.is_empty())
    }

    /// Returns the pages of other systems about something, and the links of the configuration.
    fn elsewhere(self, about: About, named: Named<'a>) -> Vec<Handle> {
        let systems = SYSTEMS.iter().filter(|system| system.concerns(about, named.arn.is_some()));
        let systems = systems.filter_map(|system| {
            let address = system.address(self.region, named.name, named.arn)?;
            Some(Handle::new(What::System(system.name), &address))
        });
        let kind = match about {
            About::Kind(kind) => kind.name(),
            About::Model => "model",
            About::Account => "account",
            About::Other => "",
        };
        let links = self.links.iter().filter(|link| link.concerns(kind)).filter_map(|link| {
            let address = link.url.fill(|placeholder| self.value(named, placeholder).map(encoded)).ok()?;
            Some(Handle::new(What::Link(link.label.clone()), &address))
        });
        links.chain(systems).collect()
    }

    /// Returns a command as one line for a shell, with the region and the profile. `None` if the command line would
    /// take a value for something else, or if a character of it cannot be seen.
    #[must_use]
    pub fn command(self, command: &AwsCommand) -> Option<String> {
        let mut words = vec!["aws".to_owned()];
        words.extend(command.words()?);
        words.extend(["--region".to_owned(), self.region.to_owned()]);
        words.extend(self.profile.into_iter().flat_map(|profile| ["--profile".to_owned(), profile.to_owned()]));
        let line = words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ");
        (!line.chars().any(is_hidden)).then_some(line)
    }

    /// Returns the address of the page of a thing in AWS's console.
    #[must_use]
    pub fn page(self, thing: &dyn Thing) -> Option<String> {
        let place = self.of(thing.arn());
        place.address(&thing.console(place.region)?)
    }

    /// Returns all handles of a thing.
    #[must_use]
    pub fn of_thing(self, thing: &dyn Thing) -> Vec<Handle> {
        let (id, arn, name) = (thing.id(), thing.arn(), thing.name());
        let place = self.of(arn);
        let mut all = vec![Handle::new(What::Name, &name)];
        all.extend(arn.map(|arn| Handle::new(What::Arn, arn)));
        let has_id = id != name && !arn.is_some_and(|arn| arn.eq_ignore_ascii_case(id));
        all.extend(has_id.then(|| Handle::new(What::Id, id)));
        all.extend(self.page(thing).map(|page| Handle::new(What::Console, &page)));
        let command = thing.command().and_then(|command| place.command(&command));
        all.extend(command.map(|line| Handle { what: What::Command, text: line }));
        let log = thing.log().and_then(|log| place.address(&page_of_log(place.region, &log.group)));
        all.extend(log.map(|page| Handle::new(What::Log, &page)));
        all.extend(place.elsewhere(About::Kind(thing.kind()), Named { name: &name, arn }));
        all
    }

    /// Returns the handles of something of which only the ARN or the id is known.
    #[must_use]
    pub fn of_id(self, about: About, id: &'a str) -> Vec<Handle> {
        if !id.starts_with("arn:") {
            return vec![Handle::new(What::Name, id)];
        }
        let place = self.of(Some(id));
        let page = page_of_arn(place.region, id).and_then(|page| place.address(&page));
        let mut all = vec![Handle::new(What::Name, arn_name(id)), Handle::new(What::Arn, id)];
        all.extend(page.map(|page| Handle::new(What::Console, &page)));
        all.extend(place.elsewhere(about, Named { name: arn_name(id), arn: Some(id) }));
        all
    }

    /// Returns the handles of a model, and of the model package group that has its versions.
    #[must_use]
    pub fn of_model(self, name: &'a str, group: Option<&dyn Thing>, runbook: Option<&str>) -> Vec<Handle> {
        let mut all = vec![Handle::new(What::Name, name)];
        all.extend(runbook.map(|runbook| Handle::new(What::Runbook, runbook)));
        let wanted = |handle: &Handle| matches!(handle.what, What::Arn | What::Console | What::Command);
        all.extend(group.map(|group| self.of_thing(group)).unwrap_or_default().into_iter().filter(wanted));
        all.extend(self.elsewhere(About::Model, Named { name, arn: None }));
        all
    }

    /// Returns the handles of the account itself.
    #[must_use]
    pub fn of_account(self, caller: Option<&'a dyn Thing>) -> Vec<Handle> {
        let mut all: Vec<Handle> = self.account.map(|id| Handle::new(What::Id, id)).into_iter().collect();
        let wanted = |handle: &Handle| matches!(handle.what, What::Arn | What::Console | What::Command);
        all.extend(caller.map(|caller| self.of_thing(caller)).unwrap_or_default().into_iter().filter(wanted));
        all.extend(self.elsewhere(About::Account, Named { name: self.account.unwrap_or_default(), arn: None }));
        all
    }
}

#[cfg(test)]
mod tests;
