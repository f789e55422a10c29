//! Endpoints with inference components: the configuration names no model, and each component provides its own.

use super::Present;
use crate::aws::{Aws, AwsError, failed};
use crate::intents::Refusal;

/// The most components that are named; more would hide the advice.
const NAMED: i32 = 10;

/// Explains why another configuration is no rollback here, what to do instead, and which components run.
pub(super) async fn refusal(aws: &Aws, present: &Present) -> Refusal {
    let endpoint = &present.endpoint.name;
    let running = match list(aws, endpoint).await {
        Ok(names) if names.is_empty() => "AWS lists none on it".to_owned(),
        Ok(names) => format!("on it: {}", names.join(", ")),
        Err(error) => format!("which ones run on it cannot be read: {error}"),
    };
    Refusal::No(format!(
        "{endpoint} runs inference components: its configuration names no model, so another one changes nothing; the model of a component is changed by UpdateInferenceComponent (aws sagemaker update-inference-component); {running}"
    ))
}

/// Lists the components of an endpoint, each with its state and variant.
async fn list(aws: &Aws, endpoint: &str) -> Result<Vec<String>, AwsError> {
    let request = aws.sagemaker.list_inference_components().endpoint_name_equals(endpoint).max_results(NAMED);
    let page = request.send().await.map_err(failed)?;
    let more = page.next_token.is_some().then(|| "and more".to_owned());
    let components = page.inference_components.unwrap_or_default().into_iter();
    let named = components.map(|c| {
        let status = c.inference_component_status.as_ref().map_or("state unknown", |s| s.as_str());
        let variant = c.variant_name.map(|v| format!(", {v}")).unwrap_or_default();
        format!("{} ({status}{variant})", c.inference_component_name.unwrap_or_default())
    });
    Ok(named.chain(more).collect())
}
