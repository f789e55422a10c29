//! The key of KMS that a thing names. Without the feature `kms` the screen says that its state is not read.

use super::{Kind, Store};

impl Store {
    /// Returns the key that a thing names: an endpoint by its configuration, a configuration, a topic, or a location by
    /// the default encryption of its bucket.
    #[must_use]
    pub fn key_of(&self, kind: Kind, id: &str) -> Option<&str> {
        let endpoint = self.endpoints.get(id).filter(|_| kind == Kind::Endpoints);
        let config = endpoint.and_then(|e| e.config.as_deref()).or_else(|| (kind == Kind::Configs).then_some(id));
        let of_config = || self.configs.get(config?)?.kms_key.as_deref();
        let of_topic = || self.topics.get(id).filter(|_| kind == Kind::Topics)?.key.as_deref();
        let of_location = || {
            let record = self.location_records.get(id).filter(|_| kind == Kind::Datasets)?;
            record.encryption.as_ref()?.key.as_deref()
        };
        of_config().or_else(of_topic).or_else(of_location).filter(|key| !key.is_empty())
    }
}
