//! What a stranger with a script makes and takes away; the console itself never deletes anything.

use super::super::fault::Fault;
use super::super::wire::{Value, json, tree};
use super::super::world::World;
use super::configs::valid_name;
use super::deploy::{Change, Endpoint, Update};
use super::listing::{person, record};
use super::{Operation, add_tags, write};

pub(super) static OPERATIONS: &[Operation] = &[
    write("CreateEndpoint", create_endpoint),
    write("DeleteEndpoint", delete_endpoint),
    write("DeleteEndpointConfig", delete_config),
    write("DeleteModel", delete_model),
    write("CreateModelPackageGroup", create_group),
    write("CreateModelPackage", create_package),
    write("CreatePipeline", create_pipeline),
    write("UpdatePipeline", update_pipeline),
    write("StopTrainingJob", stop_training),
    write("StopProcessingJob", stop_processing),
];

fn create_endpoint(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (name, config) = (input.need("EndpointName")?.to_owned(), input.need("EndpointConfigName")?.to_owned());
    valid_name(&name, "EndpointName")?;
    let arn = world.home.sagemaker("endpoint", &name);
    if world.endpoints.contains_key(&name) {
        return Err(Fault::invalid(format!("Cannot create already existing endpoint \"{arn}\".")));
    }
    let variants = world.fleet(&config)?;
    let (now, id) = (world.now, world.serial());
    let doc = tree! {
        "EndpointName": name.as_str(),
        "EndpointArn": arn.as_str(),
        "EndpointConfigName": config.as_str(),
        "EndpointStatus": "Creating",
        "CreationTime": now,
        "LastModifiedTime": now,
    };
    add_tags(world, &arn, input);
    let update = Update { id, change: Change::Deployment, config, variants, started: now, deployment: None };
    let endpoint = Endpoint { record: record(&name, now, doc), variants: Vec::new(), update: None, served: Vec::new() };
    world.endpoints.insert(name.clone(), endpoint);
    world.begin_creation(&name, update);
    Ok(tree! { "EndpointArn": arn })
}

fn delete_endpoint(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("EndpointName")?;
    if world.endpoint(name)?.update.is_some() {
        let arn = world.home.sagemaker("endpoint", name);
        return Err(Fault::invalid(format!("Cannot delete in-progress endpoint \"{arn}\".")));
    }
    world.endpoints.remove(name);
    Ok(Value::Null)
}

/// A configuration can be deleted while an endpoint serves with it: AWS does not prevent that.
fn delete_config(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("EndpointConfigName")?;
    world.config(name)?;
    world.configs.remove(name);
    Ok(Value::Null)
}

fn delete_model(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("ModelName")?;
    world.model(name)?;
    world.models.remove(name);
    Ok(Value::Null)
}

fn create_group(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("ModelPackageGroupName")?.to_owned();
    valid_name(&name, "ModelPackageGroupName")?;
    let arn = world.home.sagemaker("model-package-group", &name);
    if world.groups.contains_key(&name) {
        return Err(Fault::invalid(format!("Model Package Group already exists: {arn}")));
    }
    let doc = tree! {
        "ModelPackageGroupName": name.as_str(),
        "ModelPackageGroupArn": arn.as_str(),
        "ModelPackageGroupDescription": input.text("ModelPackageGroupDescription")?,
        "CreationTime": world.now,
        "CreatedBy": person(&world.home.account, world.home.session()),
        "ModelPackageGroupStatus": "Completed",
    };
    add_tags(world, &arn, input);
    world.groups.insert(name.clone(), record(&name, world.now, doc));
    Ok(tree! { "ModelPackageGroupArn": arn })
}

fn create_package(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let Some(group) = input.text("ModelPackageGroupName")? else {
        return Err(Fault::invalid("Only versioned model packages can be made here: give a ModelPackageGroupName."));
    };
    let group = world.group(group)?.name.clone();
    let approval = input.one_of("ModelApprovalStatus", &["Approved", "Rejected", "PendingManualApproval"])?;
    let mut spec = input.clone();
    for key in ["ModelPackageGroupName", "ModelPackageName", "Tags", "ClientToken"] {
        spec.set(key, Value::Null);
    }
    spec.set("ModelApprovalStatus", approval.unwrap_or("PendingManualApproval"));
    spec.set("LastModifiedTime", world.now);
    let by = world.home.session().to_owned();
    let arn = world.register(&group, &by, &spec);
    Ok(tree! { "ModelPackageArn": arn })
}

/// A definition must be JSON with a list of steps.
fn definition(input: &Value) -> Result<Option<&str>, Fault> {
    let Some(text) = input.text("PipelineDefinition")? else { return Ok(None) };
    let parsed = json::read(text.as_bytes())
        .map_err(|why| Fault::invalid(format!("Pipeline definition: Malformed JSON: {why}")))?;
    if parsed.get("Steps").is_none_or(|steps| steps.items().is_empty()) {
        return Err(Fault::invalid("Pipeline definition: At least one step is required."));
    }
    Ok(Some(text))
}

fn create_pipeline(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("PipelineName")?.to_owned();
    let text = definition(input)?.ok_or_else(|| Fault::missing("PipelineDefinition"))?;
    let arn = world.home.sagemaker("pipeline", &name.to_lowercase());
    if world.pipeline(&name).is_ok() {
        return Err(Fault::invalid(format!(
            "Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists."
        )));
    }
    let by = person(&world.home.account, world.home.session());
    let doc = tree! {
        "PipelineArn": arn.as_str(),
        "PipelineName": name.as_str(),
        "PipelineDisplayName": input.text("PipelineDisplayName")?.unwrap_or(&name),
        "PipelineDefinition": text,
        "PipelineDescription": input.text("PipelineDescription")?,
        "RoleArn": input.need("RoleArn")?,
        "PipelineStatus": "Active",
        "CreationTime": world.now,
        "LastModifiedTime": world.now,
        "CreatedBy": by.clone(),
        "LastModifiedBy": by,
    };
    add_tags(world, &arn, input);
    world.pipelines.insert(name.clone(), record(&name, world.now, doc));
    Ok(tree! { "PipelineArn": arn })
}

fn update_pipeline(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = world.pipeline(input.need("PipelineName")?)?.name.clone();
    let text = definition(input)?.map(str::to_owned);
    let now = world.now;
    let Some(pipeline) = world.pipelines.get_mut(&name) else { return Err(Fault::missing("PipelineName")) };
    if let Some(text) = text {
        pipeline.doc.set("PipelineDefinition", text);
    }
    for key in ["PipelineDisplayName", "PipelineDescription", "RoleArn"] {
        if let Some(text) = input.text(key)? {
            pipeline.doc.set(key, text);
        }
    }
    pipeline.doc.set("LastModifiedTime", now);
    Ok(tree! { "PipelineArn": pipeline.doc.get("PipelineArn") })
}

fn stop_training(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (now, name) = (world.now, input.need("TrainingJobName")?);
    let job = world.training.get_mut(name).ok_or_else(|| Fault::invalid("Requested resource not found."))?;
    let status = job.doc.str("TrainingJobStatus").to_owned();
    if !matches!(status.as_str(), "InProgress" | "Stopping") {
        return Err(Fault::invalid(format!(
            "The request was rejected because the training job is in status {status}."
        )));
    }
    job.doc.set("TrainingJobStatus", "Stopped");
    job.doc.set("SecondaryStatus", "Stopped");
    job.doc.set("TrainingEndTime", now);
    job.doc.set("LastModifiedTime", now);
    world.job_was_stopped("TrainingJob", name);
    Ok(Value::Null)
}

fn stop_processing(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let (now, name) = (world.now, input.need("ProcessingJobName")?);
    let job = world
        .processing
        .get_mut(name)
        .ok_or_else(|| Fault::invalid(format!("Could not find requested job with name: {name}")))?;
    let status = job.doc.str("ProcessingJobStatus").to_owned();
    if !matches!(status.as_str(), "InProgress" | "Stopping") {
        return Err(Fault::invalid(format!(
            "The request was rejected because the processing job is in status {status}."
        )));
    }
    job.doc.set("ProcessingJobStatus", "Stopped");
    job.doc.set("ProcessingEndTime", now);
    job.doc.set("LastModifiedTime", now);
    world.job_was_stopped("ProcessingJob", name);
    Ok(Value::Null)
}
