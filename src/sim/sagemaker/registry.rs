//! The model registry: groups, versions, approvals.

use super::super::fault::Fault;
use super::super::wire::{Value, tree};
use super::super::world::{Record, World};
use super::listing::{Listing, TIMES, person, record};
use super::{Operation, read, write};

pub(super) static OPERATIONS: &[Operation] = &[
    read("ListModelPackageGroups", list_groups),
    read("DescribeModelPackageGroup", describe_group),
    read("ListModelPackages", list_packages),
    read("DescribeModelPackage", describe_package),
    read("BatchDescribeModelPackage", batch_describe),
    write("UpdateModelPackage", update_package),
];

const APPROVALS: &[&str] = &["Approved", "Rejected", "PendingManualApproval"];

const GROUPS: Listing = Listing {
    out: "ModelPackageGroupSummaryList",
    summary: &[
        "ModelPackageGroupName",
        "ModelPackageGroupArn",
        "ModelPackageGroupDescription",
        "CreationTime",
        "ModelPackageGroupStatus",
    ],
    sort: &[("Name", "ModelPackageGroupName"), ("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: false,
    status: None,
    late: false,
    times: TIMES,
};

const PACKAGES: Listing = Listing {
    out: "ModelPackageSummaryList",
    summary: &[
        "ModelPackageName",
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "ModelPackageStatus",
        "ModelApprovalStatus",
        "ModelLifeCycle",
    ],
    sort: &[("Name", "ModelPackageArn"), ("CreationTime", "CreationTime")],
    ..GROUPS
};

fn list_groups(world: &mut World, input: &Value) -> Result<Value, Fault> {
    GROUPS.answer(input, world.groups.values())
}

fn describe_group(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let name = input.need("ModelPackageGroupName")?;
    Ok(world.group(name)?.doc.clone())
}

fn list_packages(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let kind = input.one_of("ModelPackageType", &["Versioned", "Unversioned", "Both"])?.unwrap_or("Unversioned");
    let approval = input.one_of("ModelApprovalStatus", APPROVALS)?;
    let right = |record: &&Record| approval.is_none_or(|wanted| record.doc.str("ModelApprovalStatus") == wanted);
    if let Some(group) = input.text("ModelPackageGroupName")? {
        let name = world.group(group)?.name.clone();
        let versions = world.packages.get(&name).map(Vec::as_slice).unwrap_or_default();
        return PACKAGES.answer(input, versions.iter().filter(right));
    }
    // Every package of this account belongs to a group: none is unversioned.
    let versions = world.packages.values().flatten().filter(|_| kind != "Unversioned");
    PACKAGES.answer(input, versions.filter(right))
}

fn describe_package(world: &mut World, input: &Value) -> Result<Value, Fault> {
    Ok(world.package(input.need("ModelPackageName")?)?.doc.clone())
}

fn batch_describe(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let wanted = input.texts("ModelPackageArnList")?;
    if wanted.is_empty() || wanted.len() > 100 {
        return Err(Fault::constraint("'[]'", "modelPackageArnList", "Member must have length between 1 and 100"));
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for arn in wanted {
        match world.package(arn) {
            Ok(package) => {
                let members = PACKAGES.summary.iter().copied().filter(|member| *member != "ModelPackageName");
                let mut keys: Vec<&'static str> = members.collect();
                keys.extend(["InferenceSpecification", "ModelPackageRegistrationType"]);
                found.push((arn.to_owned().into(), package.doc.project(&keys)));
            }
            Err(fault) => {
                let error = tree! { "ErrorCode": fault.code.as_ref(), "ErrorResponse": fault.message };
                errors.push((arn.to_owned().into(), error));
            }
        }
    }
    let summaries = Value::Dict(found);
    let errors = if errors.is_empty() { Value::Null } else { Value::Dict(errors) };
    Ok(Value::Map(vec![
        ("ModelPackageSummaries".into(), summaries),
        ("BatchDescribeModelPackageErrorMap".into(), errors),
    ]))
}

fn update_package(world: &mut World, input: &Value) -> Result<Value, Fault> {
    let arn = input.need("ModelPackageArn")?;
    let approval = input.one_of("ModelApprovalStatus", APPROVALS)?.map(str::to_owned);
    let description = input.text("ApprovalDescription")?.map(str::to_owned);
    if description.as_ref().is_some_and(|text| text.chars().count() > 1024) {
        return Err(Fault::constraint(
            "'…'",
            "approvalDescription",
            "Member must have length less than or equal to 1024",
        ));
    }
    let (account, who, now) = (world.home.account.clone(), world.home.session().to_owned(), world.now);
    let before = world.package(arn)?.doc.str("ModelApprovalStatus").to_owned();
    let package = world.package_mut(arn)?;
    if let Some(approval) = approval.as_deref() {
        package.doc.set("ModelApprovalStatus", approval);
    }
    if description.is_some() {
        package.doc.set("ApprovalDescription", description);
    }
    if let Some(cycle) = input.get("ModelLifeCycle") {
        cycle.need("Stage")?;
        cycle.need("StageStatus")?;
        package.doc.set("ModelLifeCycle", cycle);
    }
    if let Some(more) = input.get("CustomerMetadataProperties") {
        let mut all = package.doc.get("CustomerMetadataProperties").cloned().unwrap_or_else(|| Value::Dict(Vec::new()));
        for (key, value) in more.members() {
            all.set(key.clone(), value);
        }
        package.doc.set("CustomerMetadataProperties", all);
    }
    for key in input.texts("CustomerMetadataPropertiesToRemove")? {
        if let Some(mut all) = package.doc.get("CustomerMetadataProperties").cloned() {
            all.set(key.to_owned(), Value::Null);
            package.doc.set("CustomerMetadataProperties", all);
        }
    }
    package.doc.set("LastModifiedTime", now);
    package.doc.set("LastModifiedBy", person(&account, &who));
    let (full, name) = (package.doc.str("ModelPackageArn").to_owned(), package.name.clone());
    if let Some(approval) = approval.filter(|after| *after != before) {
        world.approval_changed(&name, &before, &approval);
    }
    Ok(tree! { "ModelPackageArn": full })
}

impl World {
    /// A group by name or ARN, or AWS's words that there is none.
    pub(crate) fn group(&self, name: &str) -> Result<&Record, Fault> {
        let short = name.rsplit('/').next().unwrap_or(name);
        self.groups.get(short).ok_or_else(|| {
            let arn = self.home.sagemaker("model-package-group", short);
            Fault::invalid(format!("Model package group {arn} does not exist."))
        })
    }

    /// The place of a version: `group/version`, an ARN of it, or a group's name for the newest.
    fn find_package(&self, name: &str) -> Option<(String, usize)> {
        let path = name.split(":model-package/").last().unwrap_or(name);
        let (group, version) = path.split_once('/').unwrap_or((path, ""));
        let versions = self.packages.get(group)?;
        let place = if version.is_empty() {
            versions.len().checked_sub(1)?
        } else {
            versions.iter().position(|package| package.name == path)?
        };
        Some((group.to_owned(), place))
    }

    /// A version of a model, or AWS's words that there is none.
    pub(crate) fn package(&self, name: &str) -> Result<&Record, Fault> {
        let found = self.find_package(name).and_then(|(group, place)| self.packages.get(&group)?.get(place));
        found.ok_or_else(|| no_package(self, name))
    }

    /// The same for changing it.
    pub(crate) fn package_mut(&mut self, name: &str) -> Result<&mut Record, Fault> {
        let fault = no_package(self, name);
        let place = self.find_package(name);
        place.and_then(|(group, at)| self.packages.get_mut(&group)?.get_mut(at)).ok_or(fault)
    }

    /// Registers a version; gives its ARN.
    pub(crate) fn register(&mut self, group: &str, by: &str, spec: &Value) -> String {
        let versions = self.packages.entry(group.to_owned()).or_default();
        let version =
            versions.last().and_then(|p| p.doc.get("ModelPackageVersion")).and_then(Value::as_int).unwrap_or(0) + 1;
        let name = format!("{group}/{version}");
        let arn = self.home.sagemaker("model-package", &name);
        let base = tree! {
            "ModelPackageName": group,
            "ModelPackageGroupName": group,
            "ModelPackageVersion": version,
            "ModelPackageRegistrationType": "Registered",
            "ModelPackageArn": arn.as_str(),
            "CreationTime": self.now,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": tree! { "ValidationStatuses": Vec::<Value>::new(), "ImageScanStatuses": Vec::<Value>::new() },
            "CertifyForMarketplace": false,
            "CreatedBy": person(&self.home.account, by),
        };
        let doc = spec.members().iter().fold(base, |doc, (key, value)| doc.with(key.clone(), value));
        versions.push(record(&name, self.now, doc));
        arn
    }
}

fn no_package(world: &World, name: &str) -> Fault {
    let path = name.split(":model-package/").last().unwrap_or(name);
    let arn = world.home.sagemaker("model-package", path);
    Fault::invalid(format!("ModelPackage {arn} does not exist."))
}
