//! Schemas of the schema registry of Glue: whether what is written to a source of data may change its form.
//!
//! The configuration says which schema a source has (`schema` of a `[[model.data]]`). A schema is asked for when the source
//! is looked at, and never otherwise. The facts about schemas are in `docs/aws.md#schemas-of-glue`.

use std::collections::BTreeSet;

use aws_sdk_glue::types::{SchemaId, SchemaVersionNumber};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed};
use crate::config::SchemaName;
use crate::health::Health;
use crate::resources::on_demand::{self, keep};
use crate::resources::{Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn};

/// One schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// `registry/name`: the id.
    pub id: String,
    /// `BACKWARD`, `FULL`, `NONE`, …, raw.
    pub compatibility: Option<String>,
    /// `AVRO`, `JSON`, `PROTOBUF`, raw.
    pub format: Option<String>,
    /// `AVAILABLE`, `PENDING`, `DELETING`, raw.
    pub status: Option<String>,
    /// The number of its latest version.
    pub latest: Option<i64>,
    /// `AVAILABLE`, `PENDING`, `FAILURE`, `DELETING` of the latest version, raw.
    pub version_status: Option<String>,
    /// When the latest version was registered, as Glue writes it.
    pub registered: Option<String>,
    /// The reads that failed, each with the reason.
    pub problems: Vec<String>,
}

impl Schema {
    /// Calls `GetSchema` and `GetSchemaVersion`. What cannot be read is a problem of its own.
    ///
    /// # Errors
    /// Those that concern all schemas, such as credentials that have expired.
    async fn of(aws: &Aws, name: SchemaName) -> Result<Self, AwsError> {
        let mut row = Self { id: name.to_string(), ..Self::default() };
        let id = SchemaId::builder().registry_name(name.registry).schema_name(name.name).build();
        let answer = aws.glue.get_schema().schema_id(id.clone()).send().await.map_err(failed);
        let Some(found) = keep(&mut row.problems, "schema", answer)? else { return Ok(row) };
        row.compatibility = found.compatibility.map(|mode| mode.as_str().to_owned());
        row.format = found.data_format.map(|format| format.as_str().to_owned());
        row.status = found.schema_status.map(|status| status.as_str().to_owned());
        row.latest = found.latest_schema_version;
        let latest = SchemaVersionNumber::builder().latest_version(true).build();
        let request = aws.glue.get_schema_version().schema_id(id).schema_version_number(latest);
        let answer = request.send().await.map_err(failed);
        if let Some(version) = keep(&mut row.problems, "latest version", answer)? {
            row.latest = version.version_number.or(row.latest);
            row.version_status = version.status.map(|status| status.as_str().to_owned());
            row.registered = version.created_time;
        }
        Ok(row)
    }
    /// Returns the compatibility mode, and what it means where that is not in its name.
    #[must_use]
    pub fn mode(&self) -> Option<String> {
        let meaning = match self.compatibility.as_deref()? {
            "NONE" => "  a new version may change anything",
            "DISABLED" => "  no new version is accepted",
            _ => "",
        };
        Some(format!("{}{meaning}", self.compatibility.as_deref()?))
    }
}

impl Resource for Schema {
    const KIND: Kind = Kind::Schemas;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const WINDOWED: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn status(&self) -> Option<&str> {
        self.version_status.as_deref().or(self.status.as_deref())
    }
    fn health(&self) -> Health {
        let words = [self.status.as_deref(), self.version_status.as_deref()];
        let worst = words.into_iter().flatten().map(Health::of_status).max().unwrap_or_default();
        if self.problems.is_empty() { worst } else { worst.max(Health::Unknown) }
    }
    fn properties(&self, all: &mut Properties) {
        all.text("Glue schema", &*self.id)
            .status("  SchemaStatus", self.status.as_deref())
            .text("  Compatibility", self.mode().as_deref())
            .text("  DataFormat", self.format.as_deref())
            .text("  latest version", self.latest.map(|number| number.to_string()).as_deref())
            .status("  its Status", self.version_status.as_deref());
        match self.registered.as_deref().map(|text| (text, text.parse::<Timestamp>())) {
            Some((_, Ok(at))) => all.time("  registered", Some(at)),
            Some((text, Err(_))) => all.text("  registered", text),
            None => all,
        };
        for problem in &self.problems {
            all.warning("not read", &**problem);
        }
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        on_demand::is_due(known, &looked_at(observed), observed.at)
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        let read = async |name: SchemaName| Self::of(aws, name).await;
        Ok(on_demand::read_each(turn.known, looked_at(observed), observed.at, read).await)
    }
}

/// Returns the schema of the source of data that is looked at.
fn looked_at(observed: &Observed) -> BTreeSet<SchemaName> {
    let subject = observed.focus.subject.as_ref();
    subject.and_then(|(kind, id)| observed.preferences.schema_of(*kind, id)).cloned().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Value;

    fn schema(compatibility: &str, status: &str) -> Schema {
        Schema {
            id: "retail/clicks".into(),
            compatibility: Some(compatibility.into()),
            status: Some("AVAILABLE".into()),
            version_status: Some(status.into()),
            ..Schema::default()
        }
    }

    #[test]
    fn a_mode_says_what_it_means_where_its_name_does_not() {
        let cases = [
            ("BACKWARD", "BACKWARD"),
            ("FULL_ALL", "FULL_ALL"),
            ("NONE", "NONE  a new version may change anything"),
            ("DISABLED", "DISABLED  no new version is accepted"),
            ("SOMETHING_NEW", "SOMETHING_NEW"),
        ];
        for (mode, told) in cases {
            assert_eq!(schema(mode, "AVAILABLE").mode().as_deref(), Some(told));
        }
        assert_eq!(Schema::default().mode(), None);
    }

    #[test]
    fn the_health_is_that_of_the_schema_and_its_latest_version() {
        let cases = [
            ("AVAILABLE", Health::Ok),
            ("PENDING", Health::Running),
            ("DELETING", Health::Running),
            ("FAILURE", Health::Warning),
            ("SOMETHING_NEW", Health::Unknown),
        ];
        for (status, health) in cases {
            assert_eq!(schema("NONE", status).health(), health, "{status}");
        }
        let unread = Schema { problems: vec!["latest version: denied".into()], ..schema("FULL", "AVAILABLE") };
        assert_eq!(unread.health(), Health::Unknown);
    }

    #[test]
    fn a_time_that_cannot_be_read_is_shown_as_it_is() {
        for (text, value) in [
            ("2026-11-23T03:00:00Z", Value::Time("2026-11-23T03:00:00Z".parse().unwrap())),
            ("Mon Nov 23 2026", Value::Text("Mon Nov 23 2026".into())),
        ] {
            let mut all = Properties::default();
            Schema { registered: Some(text.into()), ..Schema::default() }.properties(&mut all);
            let told = all.into_all().into_iter().find(|property| property.label == "  registered");
            assert_eq!(told.map(|told| told.value), Some(value));
        }
    }
}
