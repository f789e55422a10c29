//! Items of `DynamoDB` tables that describe models: the metadata that a team keeps of its models, versions or endpoints.
//!
//! The configuration says which item describes what (`record` of a `[[model]]`). An item is read when what it describes is
//! looked at, and never otherwise. The facts about `DynamoDB` are in `docs/aws.md#items-of-dynamodb`.

mod value;

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, ErrorKind, failed};
use crate::config::{KeyPlaceholder, Model as ModelConfig};
use crate::health::Health;
use crate::resources::package::ModelPackage;
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, on_demand};

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MetadataItem {
    /// The table and the key, as the text of an [`Address`] has them: the id.
    pub id: String,
    /// Names and values of its attributes besides the key, by name. Each value is short.
    pub attributes: Vec<(String, String)>,
    /// The number of attributes that it has besides these.
    pub more: usize,
    /// Whether the table has no item with this key.
    pub absent: bool,
    /// The reason why it is not known, as a phrase that follows "the item".
    pub problem: Option<String>,
}

/// What an item describes.
#[derive(Debug, Clone, Copy)]
pub enum Described<'a> {
    /// A model as a whole.
    Model,
    /// One of its versions.
    Version(&'a ModelPackage),
    /// One of its endpoints: the name.
    Endpoint(&'a str),
}

/// Where an item is. Its text is the table and the key: `ml-models model=fraud, version=4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The name or the ARN of the table.
    pub table: String,
    /// The attributes of the key: name, value, and whether the value is a number.
    pub key: Vec<(String, String, bool)>,
}

impl Address {
    /// Returns where the item is that describes a thing of a model. `None` if no item does.
    #[must_use]
    pub fn of(model: &ModelConfig, subject: Described<'_>) -> Option<Self> {
        let template = model.metadata_item.as_ref()?;
        let (of_version, of_endpoint) =
            (template.names(KeyPlaceholder::Version), template.names(KeyPlaceholder::Endpoint));
        let described = match subject {
            Described::Model => !of_version && !of_endpoint,
            Described::Version(_) => of_version,
            Described::Endpoint(_) => of_endpoint,
        };
        let value = |placeholder| match (placeholder, subject) {
            (KeyPlaceholder::Model, _) => Some(model.name.clone()),
            (KeyPlaceholder::Group, Described::Version(package)) => package.group.clone(),
            (KeyPlaceholder::Group, _) => Some(model.group_name().to_owned()),
            (KeyPlaceholder::Version, Described::Version(package)) => package.version.map(|number| number.to_string()),
            (KeyPlaceholder::Endpoint, Described::Endpoint(name)) => Some(name.to_owned()),
            (KeyPlaceholder::Version | KeyPlaceholder::Endpoint, _) => None,
        };
        let key =
            template.key.iter().map(|(name, own)| Some((name.clone(), own.template.fill(value).ok()?, own.number)));
        let key = described.then(|| key.collect::<Option<_>>())??;
        Some(Self { table: template.table.clone(), key })
    }
    /// Reads the item, with a read that need not see the last second. An item that cannot be read says why.
    ///
    /// # Errors
    /// An error that every call would have now.
    async fn read(&self, aws: &Aws, redacting: bool) -> Result<MetadataItem, AwsError> {
        let row = MetadataItem { id: self.to_string(), ..MetadataItem::default() };
        let value = |(name, text, number): &(String, String, bool)| {
            let text = text.clone();
            (name.clone(), if *number { AttributeValue::N(text) } else { AttributeValue::S(text) })
        };
        let key = Some(self.key.iter().map(value).collect());
        let request = aws.dynamodb.get_item().table_name(&self.table).set_key(key).consistent_read(false);
        let unknown = |why: String| Ok(MetadataItem { problem: Some(why), ..row.clone() });
        match request.send().await.map_err(failed) {
            Ok(answer) => match answer.item.filter(|item| !item.is_empty()) {
                None => Ok(MetadataItem { absent: true, ..row }),
                Some(mut item) => {
                    item.retain(|name, _| !self.key.iter().any(|(own, ..)| own == name));
                    let (attributes, more) = value::shown(item, redacting);
                    Ok(MetadataItem { attributes, more, ..row })
                }
            },
            Err(error) if error.kind.is_shared() => Err(error),
            Err(error) if error.kind == ErrorKind::Gone => {
                unknown(format!("cannot be read: {} has no such table", aws.region))
            }
            Err(error) if error.kind == ErrorKind::Denied => {
                unknown("may not be read (denied: dynamodb:GetItem)".to_owned())
            }
            Err(error) => unknown(format!("cannot be read: {error}")),
        }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key: Vec<String> = self.key.iter().map(|(name, value, _)| format!("{name}={value}")).collect();
        write!(f, "{} {}", self.table, key.join(", "))
    }
}

impl Resource for MetadataItem {
    const KIND: Kind = Kind::MetadataItems;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    const AFTER: &'static [Kind] = &[Kind::Packages];
    fn id(&self) -> &str {
        &self.id
    }
    fn health(&self) -> Health {
        if self.problem.is_some() { Health::Unknown } else { Health::Ok }
    }
    fn summary(&self) -> String {
        self.id.clone()
    }
    fn properties(&self, all: &mut Properties) {
        all.text("DynamoDB item", &*self.id)
            .text("  it", self.absent.then_some("does not exist: the table has no item with this key"))
            .warning("  it", self.problem.as_deref());
        for (name, value) in &self.attributes {
            all.text(format!("  {name}"), &**value);
        }
        let more = (self.more > 0).then(|| format!("and {} more that are not shown", self.more));
        all.text("  …", more.as_deref());
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let redacting = !observed.preferences.unredacted;
        let read = async |at: Address| at.read(aws, redacting).await;
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns where the items are that describe what is looked at.
fn looked_at(observed: &Observed) -> BTreeSet<Address> {
    let focus = &observed.focus;
    let model = observed.preferences.models.iter().find(|model| Some(&model.name) == focus.model.as_ref());
    let Some(model) = model.filter(|model| model.metadata_item.is_some()) else { return BTreeSet::new() };
    let versions = focus.packages.iter().filter_map(|arn| observed.store.packages.get(arn)).map(Described::Version);
    let endpoint = focus.subject.iter().filter(|(kind, _)| *kind == Kind::Endpoints);
    let subjects = versions.chain(endpoint.map(|(_, name)| Described::Endpoint(name))).chain([Described::Model]);
    subjects.filter_map(|subject| Address::of(model, subject)).collect()
}

#[cfg(test)]
mod tests;
