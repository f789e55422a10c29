//! Inference components, and the settings of an endpoint that come from its configuration.

use super::endpoint::Variant;
use super::endpoints::common;
use super::listing::{Listing, TIMES};
use super::state::{Handler, State};
use crate::sim::prelude::{Env, Operation, Record, ServiceError, Value, num, read, tree, words};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListInferenceComponents", |state, _, input| {
        let endpoint = input.text("EndpointNameEquals")?;
        let own = |c: &&Record| endpoint.is_none_or(|name| c.doc.str("EndpointName") == name);
        LISTING.answer(input, state.components.values().filter(own))
    }),
    read("DescribeInferenceComponent", |state, env, input| {
        let name = input.need("InferenceComponentName")?;
        let found = state.components.get(name).map(|component| component.doc.clone());
        found.ok_or_else(|| {
            let arn = env.account.sagemaker("inference-component", name);
            ServiceError::invalid(format!("Could not find inference component \"{arn}\"."))
        })
    }),
];

const LISTING: Listing = Listing {
    out: "InferenceComponents",
    summary: &[
        "CreationTime",
        "InferenceComponentArn",
        "InferenceComponentName",
        "EndpointArn",
        "EndpointName",
        "VariantName",
        "InferenceComponentStatus",
        "LastModifiedTime",
    ],
    sort: &[
        ("Name", "InferenceComponentName"),
        ("CreationTime", "CreationTime"),
        ("Status", "InferenceComponentStatus"),
    ],
    by: "CreationTime",
    descending: true,
    status: Some(("InferenceComponentStatus", words! { InService Creating Updating Failed Deleting })),
    late: false,
    times: TIMES,
};

impl State {
    /// Adds a component with one model to a variant of an endpoint.
    pub(crate) fn add_component(&mut self, env: &Env, (endpoint, variant): (&str, &str), model: &str, copies: i64) {
        let name = format!("{model}-component");
        let takes = tree! { "NumberOfCpuCoresRequired": 1.0, "MinMemoryRequiredInMb": 2048 };
        let doc = tree! {
            "InferenceComponentName": name.as_str(),
            "InferenceComponentArn": env.account.sagemaker("inference-component", &name),
            "EndpointName": endpoint,
            "EndpointArn": env.account.sagemaker("endpoint", endpoint),
            "VariantName": variant,
            "InferenceComponentStatus": "InService",
            "Specification": tree! { "ModelName": model, "ComputeResourceRequirements": takes },
            "RuntimeConfig": tree! { "DesiredCopyCount": copies, "CurrentCopyCount": copies },
            "CreationTime": env.now,
            "LastModifiedTime": env.now,
        };
        self.components.insert(name.clone(), Record::new(&name, env.now, doc));
    }

    /// Sets what the description of an endpoint repeats from its configuration.
    pub(crate) fn set_settings(&mut self, env: &Env, endpoint: &str) {
        let Some(found) = self.endpoints.get(endpoint) else { return };
        let Ok(config) = self.config(env, found.config()) else { return };
        let capture = config.doc.get("DataCaptureConfig").map(|capture| {
            tree! {
                "EnableCapture": true,
                "CaptureStatus": "Started",
                "CurrentSamplingPercentage": capture.get("InitialSamplingPercentage"),
                "DestinationS3Uri": capture.str("DestinationS3Uri"),
                "KmsKeyId": "",
            }
        });
        let asynchronous = config.doc.get("AsyncInferenceConfig").cloned();
        let shadows: Vec<Variant> = config
            .doc
            .items_at("ShadowProductionVariants")
            .iter()
            .filter_map(|wanted| self.new_variant(env, wanted).ok())
            .collect();
        let shadows: Vec<Value> =
            shadows.iter().map(|shadow| common(shadow).with("DesiredWeight", num::rounded(shadow.weight, 2))).collect();
        let Some(found) = self.endpoints.get_mut(endpoint) else { return };
        found.record.doc.set("DataCaptureConfig", capture);
        found.record.doc.set("AsyncInferenceConfig", asynchronous);
        found.record.doc.set("ShadowProductionVariants", Some(shadows).filter(|all| !all.is_empty()));
    }
}
