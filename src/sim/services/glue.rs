//! Glue: the schemas of the story.

use crate::sim::prelude::{Answer, Env, Operations, ServiceError, Value, read, tree};
use crate::sim::story::Schema;

type Handler = fn(&[Schema], &Env, &Value) -> Answer;

pub(crate) static OPERATIONS: Operations<Handler> = &[&[read("GetSchema", schema), read("GetSchemaVersion", version)]];

/// Returns the schema that a request names, and its ARN.
fn find<'a>(schemas: &'a [Schema], env: &Env, input: &Value) -> Result<(&'a Schema, String), ServiceError> {
    let id = input.get("SchemaId").ok_or_else(|| ServiceError::missing("SchemaId"))?;
    let (registry, name) = (id.str("RegistryName"), id.str("SchemaName"));
    let Some(found) = schemas.iter().find(|schema| schema.registry == registry && schema.name == name) else {
        let message = format!("Schema is not found. RegistryName: {registry}, SchemaName: {name}, SchemaArn: null");
        return Err(ServiceError::new("EntityNotFoundException", message));
    };
    Ok((found, env.account.arn("glue", &format!("schema/{registry}/{name}"))))
}

/// Glue writes times as texts.
fn schema(schemas: &[Schema], env: &Env, input: &Value) -> Answer {
    let (schema, arn) = find(schemas, env, input)?;
    let changed = env.start - schema.age;
    Ok(tree! {
        "RegistryName": schema.registry.as_str(),
        "RegistryArn": env.account.arn("glue", &format!("registry/{}", schema.registry)),
        "SchemaName": schema.name.as_str(), "SchemaArn": arn, "DataFormat": "AVRO",
        "Compatibility": schema.compatibility.as_str(), "SchemaCheckpoint": 1,
        "LatestSchemaVersion": schema.versions, "NextSchemaVersion": schema.versions + 1,
        "SchemaStatus": "AVAILABLE", "CreatedTime": changed.iso(), "UpdatedTime": changed.iso(),
    })
}

fn version(schemas: &[Schema], env: &Env, input: &Value) -> Answer {
    let (schema, arn) = find(schemas, env, input)?;
    Ok(tree! {
        "SchemaVersionId": "0a0a0a0a-0000-4000-8000-000000000000", "SchemaArn": arn, "DataFormat": "AVRO",
        "SchemaDefinition": "{\"type\":\"record\",\"name\":\"row\",\"fields\":[]}",
        "VersionNumber": schema.versions, "Status": schema.status.as_str(),
        "CreatedTime": (env.start - schema.age).iso(),
    })
}
