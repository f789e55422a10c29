//! Which endpoint is meant, where a model has several and none or more than one of them is broken.

/// Endpoints of which one is to be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The model.
    pub model: String,
    /// Its endpoints, production first.
    pub places: Vec<Place>,
    /// The place with the cursor.
    pub focus: usize,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub endpoint: String,
    /// Its stage; empty where nothing tells.
    pub stage: String,
    /// What serves.
    pub version: String,
    /// What is wrong with it, where anything is known to be.
    pub trouble: Option<String>,
    /// The deployment under way on it.
    pub deployment: Option<String>,
}
