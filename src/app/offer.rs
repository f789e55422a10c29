//! The offers of the palette: actions and things, found by their names.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::account::Account;
use super::state::App;
use super::subject::Subject;
use super::tables::Action;
use crate::model::Chain;
use crate::resources::{AccountId, Kind, arn_name};

/// The maximum number of offers.
const MOST: usize = 50;

/// The maximum number of versions of a group. The newest are offered.
const VERSIONS: usize = 20;

/// Something that the palette offers.
#[derive(Debug, Clone)]
pub enum Offer {
    /// An action.
    Do(&'static Action),
    /// A thing to go to.
    Go {
        /// The thing.
        subject: Subject,
        /// The name of the thing, as it is matched and shown.
        name: String,
        /// The kind of the thing in one word, for example `endpoint`.
        what: &'static str,
    },
}

/// The offers that match the typed text, the best match first.
#[derive(Debug, Clone, Default)]
pub struct Offers {
    /// The offers that are listed.
    pub offers: Vec<Offer>,
    /// The number of further matches.
    pub more: usize,
}

/// The quality of the match between a name and the typed text, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Prefix,
    Word,
    Within,
    Fuzzy,
    Help,
}

impl Offer {
    /// Returns the name of the action or thing, as it is matched and shown.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Do(action) => action.name,
            Self::Go { name, .. } => name,
        }
    }

    /// May this be chosen before the cursor was moved to it? A write may only if its whole name was typed.
    #[must_use]
    pub fn chosen_by(&self, typed: &str) -> bool {
        match self {
            Self::Do(action) => !action.writes() || squeezed(typed) == squeezed(action.name),
            Self::Go { .. } => true,
        }
    }

    /// Returns the order among offers that match equally well: actions, then things of the kind that was typed, then
    /// other things, then writes.
    fn order(&self, wanted: &str) -> (u8, usize) {
        match self {
            Self::Do(action) => (if action.writes() { 7 } else { 0 }, 0),
            Self::Go { what, name, .. } => {
                let kinds = ["model", "endpoint", "version", "alarm"];
                let place = kinds.iter().zip(2..).find(|(kind, _)| *kind == what).map_or(6, |(_, place)| place);
                let place = if is_kind(what, wanted) { 1 } else { place };
                (place, if *what == "version" { 0 } else { name.len() })
            }
        }
    }
}

/// Returns the actions and things that match the typed text, the best first. Without text, all actions, available
/// ones first.
#[must_use]
pub fn matching(app: &App, typed: &str) -> Offers {
    let replays = app.replay.is_some();
    let actions = app.tables.actions.iter().filter(|action| replays || action.group != "replay");
    let wanted = squeezed(typed);
    if wanted.is_empty() {
        let context = app.context();
        let (able, not): (Vec<_>, Vec<_>) = actions.partition(|action| (action.able)(&context).is_ok());
        return Offers { offers: able.into_iter().chain(not).map(Offer::Do).collect(), more: 0 };
    }
    let mut fuzzy = Fuzzy::new(typed);
    let by_action = actions.filter_map(|action| {
        let by_name = fit(action.name, &wanted).or_else(|| fuzzy.fits(action.name).then_some(Fit::Fuzzy));
        let in_help = || typed.to_lowercase().split_whitespace().all(|word| action.help.to_lowercase().contains(word));
        Some((by_name.or_else(|| in_help().then_some(Fit::Help))?, Offer::Do(action)))
    });
    let mut found: Vec<(Fit, Offer)> = by_action.collect();
    found.extend(models(app).filter_map(|(account, name)| {
        let fit = fit(name, &wanted).or_else(|| fuzzy.fits(name).then_some(Fit::Fuzzy))?;
        Some((fit, Offer::Go { subject: Subject::model(account, name), name: name.to_owned(), what: "model" }))
    }));
    found.extend(app.accounts().into_iter().flat_map(|account| versions(account, &wanted)));
    // A single letter is in nearly all of many thousand names.
    if wanted.chars().nth(1).is_some() {
        found.extend(app.accounts().into_iter().flat_map(|account| resources(account, &wanted)));
    }
    found.sort_by_key(|(fit, offer)| (*fit, offer.order(&wanted)));
    let more = found.len().saturating_sub(MOST);
    Offers { offers: found.into_iter().take(MOST).map(|(_, offer)| offer).collect(), more }
}

/// Returns the models of all accounts.
fn models(app: &App) -> impl Iterator<Item = (AccountId, &str)> {
    app.accounts().into_iter().flat_map(|account| account.chains().iter().map(move |chain| (account.id, chain.name)))
}

/// Returns the word for a kind of resource that is offered by name.
fn noun(kind: Kind) -> Option<&'static str> {
    const NOUNS: [(Kind, &str); 13] = [
        (Kind::Endpoints, "endpoint"),
        (Kind::Alarms, "alarm"),
        (Kind::Pipelines, "pipeline"),
        (Kind::Executions, "run"),
        (Kind::Jobs, "training job"),
        (Kind::OtherJobs, "job"),
        (Kind::Groups, "model package group"),
        (Kind::Configs, "endpoint configuration"),
        (Kind::InferenceComponents, "inference component"),
        (Kind::Models, "SageMaker model"),
        (Kind::FeatureGroups, "feature group"),
        (Kind::Datasets, "data"),
        (Kind::Topics, "topic"),
    ];
    kind.noun().or_else(|| NOUNS.iter().find(|(known, _)| *known == kind).map(|(_, noun)| *noun))
}

/// Returns the resources of an account whose names match, except versions.
fn resources<'a>(account: &'a Account, wanted: &'a str) -> impl Iterator<Item = (Fit, Offer)> + 'a {
    let kinds = Kind::ALL.iter().filter_map(|kind| Some((*kind, noun(*kind)?)));
    kinds.flat_map(move |(kind, what)| {
        let named = is_kind(what, wanted);
        account.observed.store.table(kind).things().filter_map(move |thing| {
            let name = thing.title();
            // A thing whose kind was typed matches as well as one whose name begins like that.
            let fit = fit(&name, wanted).into_iter().chain(named.then_some(Fit::Prefix)).min()?;
            Some((fit, Offer::Go { subject: account.resource(kind, thing.id()), name: name.into_owned(), what }))
        })
    })
}

/// Returns the versions of the groups that match, or only the typed version of them: `recommendation/14`.
fn versions(account: &Account, wanted: &str) -> Vec<(Fit, Offer)> {
    let (group, number) = wanted.split_once('/').map_or((wanted, None), |(group, number)| (group, Some(number)));
    let of_group = |chain: &Chain<'_>| {
        let name = chain.group?;
        let by_group = fit(name, group)?;
        let versions =
            chain.packages.iter().filter(|arn| number.is_none_or(|number| arn_name(arn).starts_with(number)));
        let versions = versions.take(VERSIONS).map(|arn| {
            let exact = by_group == Fit::Exact && number == Some(arn_name(arn));
            let subject = account.resource(Kind::Packages, arn);
            let name = format!("{name}/{}", arn_name(arn));
            (if exact { Fit::Exact } else { by_group.max(Fit::Prefix) }, Offer::Go { subject, name, what: "version" })
        });
        Some(versions.collect::<Vec<_>>())
    };
    account.chains().iter().filter_map(of_group).flatten().collect()
}

/// Was the name of a kind typed, in the singular or in the plural?
fn is_kind(what: &str, wanted: &str) -> bool {
    let what = squeezed(what);
    wanted == what || wanted.strip_suffix('s') == Some(&what)
}

/// Converts the text to lower case with `-` between words, so that `next pane` matches `next-pane`.
fn squeezed(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '_'], "-")
}

/// Returns how well a name matches the typed text, which is normalized.
fn fit(name: &str, wanted: &str) -> Option<Fit> {
    let name = squeezed(name);
    let at = name.find(wanted)?;
    let starts_word = |at: usize| name.get(..at).is_some_and(|before| before.ends_with(['-', '/', '.', ':']));
    Some(match at {
        0 if name.len() == wanted.len() => Fit::Exact,
        0 => Fit::Prefix,
        _ if name.match_indices(wanted).any(|(at, _)| starts_word(at)) => Fit::Word,
        _ => Fit::Within,
    })
}

/// A fuzzy matcher: letters in the right order, with others between them.
struct Fuzzy {
    matcher: Matcher,
    pattern: Pattern,
    letters: Vec<char>,
}

impl Fuzzy {
    fn new(typed: &str) -> Self {
        let pattern = Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        Self { matcher: Matcher::new(Config::DEFAULT), pattern, letters: Vec::new() }
    }

    fn fits(&mut self, name: &str) -> bool {
        self.pattern.score(Utf32Str::new(name, &mut self.letters), &mut self.matcher).is_some()
    }
}

#[cfg(test)]
mod tests;
