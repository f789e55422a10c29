//! The model registry: groups, versions, approvals.

use super::listing::{Listing, TIMES};
use super::state::{Handler, Packages, State, add_tags, valid_name};
use crate::sim::prelude::{
    Account, Answer, Env, Event, Operation, Record, ServiceError, Value, num, read, tree, words, write,
};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListModelPackageGroups", |state, _, input| GROUPS.answer(input, state.groups.values())),
    read("DescribeModelPackageGroup", |state, env, input| {
        Ok(state.group(env, input.need("ModelPackageGroupName")?)?.doc.clone())
    }),
    read("ListModelPackages", list_packages),
    read("DescribeModelPackage", |state, env, input| {
        Ok(state.package(env, input.need("ModelPackageName")?)?.doc.clone())
    }),
    read("BatchDescribeModelPackage", batch_describe),
    write("UpdateModelPackage", update_package),
    write("CreateModelPackageGroup", create_group),
    write("CreateModelPackage", create_package),
];

const APPROVALS: &[&str] = &["Approved", "Rejected", "PendingManualApproval"];

const GROUPS: Listing = Listing {
    out: "ModelPackageGroupSummaryList",
    summary: words! {
        ModelPackageGroupName ModelPackageGroupArn ModelPackageGroupDescription CreationTime
        ModelPackageGroupStatus
    },
    sort: &[("Name", "ModelPackageGroupName"), ("CreationTime", "CreationTime")],
    by: "CreationTime",
    descending: false,
    status: None,
    late: false,
    times: TIMES,
};

const PACKAGES: Listing = Listing {
    out: "ModelPackageSummaryList",
    summary: words! {
        ModelPackageName ModelPackageGroupName ModelPackageVersion ModelPackageArn ModelPackageDescription
        CreationTime ModelPackageStatus ModelApprovalStatus ModelLifeCycle
    },
    sort: &[("Name", "ModelPackageArn"), ("CreationTime", "CreationTime")],
    ..GROUPS
};

fn list_packages(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let kind = input.one_of("ModelPackageType", &["Versioned", "Unversioned", "Both"])?.unwrap_or("Unversioned");
    let approval = input.one_of("ModelApprovalStatus", APPROVALS)?;
    let right = |record: &&Record| approval.is_none_or(|wanted| record.doc.str("ModelApprovalStatus") == wanted);
    if let Some(group) = input.text("ModelPackageGroupName")? {
        let name = state.group(env, group)?.name.clone();
        let versions = state.packages.get(&name).map(Vec::as_slice).unwrap_or_default();
        return PACKAGES.answer(input, versions.iter().filter(right));
    }
    // Every package of this account belongs to a group, so no package is unversioned.
    let versions = state.packages.values().flatten().filter(|_| kind != "Unversioned");
    PACKAGES.answer(input, versions.filter(right))
}

fn batch_describe(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let wanted = input.texts("ModelPackageArnList")?;
    if wanted.is_empty() || wanted.len() > 100 {
        return Err(ServiceError::constraint(
            "'[]'",
            "modelPackageArnList",
            "Member must have length between 1 and 100",
        ));
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for arn in wanted {
        match state.package(env, arn) {
            Ok(package) => {
                let members = PACKAGES.summary.iter().copied().filter(|member| *member != "ModelPackageName");
                let mut keys: Vec<&'static str> = members.collect();
                keys.extend(["InferenceSpecification", "ModelPackageRegistrationType"]);
                found.push((arn.to_owned().into(), package.doc.project(&keys)));
            }
            Err(error) => {
                let error = tree! { "ErrorCode": error.code.as_ref(), "ErrorResponse": error.message };
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

fn update_package(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let arn = input.need("ModelPackageArn")?;
    let approval = input.one_of("ModelApprovalStatus", APPROVALS)?.map(str::to_owned);
    let description = input.text("ApprovalDescription")?.map(str::to_owned);
    if description.as_ref().is_some_and(|text| text.chars().count() > 1024) {
        let rule = "Member must have length less than or equal to 1024";
        return Err(ServiceError::constraint("'…'", "approvalDescription", rule));
    }
    let before = state.package(env, arn)?.doc.str("ModelApprovalStatus").to_owned();
    let package = state.package_mut(env, arn)?;
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
        let all = package.doc.get("CustomerMetadataProperties").cloned().unwrap_or_else(|| Value::Dict(Vec::new()));
        package.doc.set("CustomerMetadataProperties", all.merged(more));
    }
    for key in input.texts("CustomerMetadataPropertiesToRemove")? {
        if let Some(mut all) = package.doc.get("CustomerMetadataProperties").cloned() {
            all.set(key.to_owned(), Value::Null);
            package.doc.set("CustomerMetadataProperties", all);
        }
    }
    package.doc.set("LastModifiedTime", env.now);
    package.doc.set("LastModifiedBy", caller(&env.account));
    let (full, name) = (package.doc.str("ModelPackageArn").to_owned(), package.name.clone());
    if let Some(approval) = approval.filter(|after| *after != before) {
        env.emit(Event::ApprovalChanged { version: name, before, after: approval });
    }
    Ok(tree! { "ModelPackageArn": full })
}

fn create_group(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let name = input.need("ModelPackageGroupName")?;
    valid_name(name, "ModelPackageGroupName")?;
    let arn = env.account.sagemaker("model-package-group", name);
    if state.groups.contains_key(name) {
        return Err(ServiceError::invalid(format!("Model Package Group already exists: {arn}")));
    }
    let doc = tree! {
        "ModelPackageGroupName": name,
        "ModelPackageGroupArn": &arn,
        "ModelPackageGroupDescription": input.text("ModelPackageGroupDescription")?,
        "CreationTime": env.now,
        "CreatedBy": caller(&env.account),
        "ModelPackageGroupStatus": "Completed",
    };
    add_tags(env, &arn, input);
    state.groups.insert(name.to_owned(), Record::new(name, env.now, doc));
    Ok(tree! { "ModelPackageGroupArn": arn })
}

fn create_package(state: &mut State, env: &mut Env, input: &Value) -> Answer {
    let Some(group) = input.text("ModelPackageGroupName")? else {
        let message = "Only versioned model packages can be made here: give a ModelPackageGroupName.";
        return Err(ServiceError::invalid(message));
    };
    let group = state.group(env, group)?.name.clone();
    let approval = input.one_of("ModelApprovalStatus", APPROVALS)?;
    let mut spec = input.clone();
    for key in ["ModelPackageGroupName", "ModelPackageName", "Tags", "ClientToken"] {
        spec.set(key, Value::Null);
    }
    spec.set("ModelApprovalStatus", approval.unwrap_or("PendingManualApproval"));
    spec.set("LastModifiedTime", env.now);
    let arn = state.register(env, &group, env.account.session(), &spec);
    Ok(tree! { "ModelPackageArn": arn })
}

impl State {
    /// Returns a group by name or ARN, or AWS's error that it does not exist.
    pub(super) fn group(&self, env: &Env, name: &str) -> Result<&Record, ServiceError> {
        let short = name.rsplit('/').next().unwrap_or(name);
        self.groups.get(short).ok_or_else(|| {
            let arn = env.account.sagemaker("model-package-group", short);
            ServiceError::invalid(format!("Model package group {arn} does not exist."))
        })
    }

    /// Finds the group and index of a version by `group/version`, by an ARN of it, or by a group's name for the newest.
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

    /// Returns a version of a model, or AWS's error that it does not exist.
    pub(crate) fn package(&self, env: &Env, name: &str) -> Result<&Record, ServiceError> {
        let found = self.find_package(name).and_then(|(group, place)| self.packages.get(&group)?.get(place));
        found.ok_or_else(|| no_package(env, name))
    }

    /// Returns a version for changes.
    pub(crate) fn package_mut(&mut self, env: &Env, name: &str) -> Result<&mut Record, ServiceError> {
        let fault = no_package(env, name);
        let place = self.find_package(name);
        place.and_then(|(group, at)| self.packages.get_mut(&group)?.get_mut(at)).ok_or(fault)
    }

    /// Approves or rejects a version, as another user.
    pub(crate) fn decide(&mut self, env: &mut Env, version: &str, status: &str, reason: &str) {
        let Ok(package) = self.package_mut(env, version) else { return };
        let before = package.doc.str("ModelApprovalStatus").to_owned();
        package.doc.set("ModelApprovalStatus", status);
        package.doc.set("ApprovalDescription", Some(reason).filter(|text| !text.is_empty()));
        package.doc.set("LastModifiedTime", env.now);
        let (version, after) = (version.to_owned(), status.to_owned());
        env.emit(Event::ApprovalChanged { version, before, after });
    }

    /// Registers a version; returns its ARN.
    pub(crate) fn register(&mut self, env: &Env, group: &str, by: &str, spec: &Value) -> String {
        let versions = self.packages.entry(group.to_owned()).or_default();
        let version =
            versions.last().and_then(|p| p.doc.get("ModelPackageVersion")).and_then(Value::as_int).unwrap_or(0) + 1;
        let name = format!("{group}/{version}");
        let arn = env.account.sagemaker("model-package", &name);
        let base = tree! {
            "ModelPackageName": group,
            "ModelPackageGroupName": group,
            "ModelPackageVersion": version,
            "ModelPackageRegistrationType": "Registered",
            "ModelPackageArn": arn.as_str(),
            "CreationTime": env.now,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": tree! { "ValidationStatuses": Vec::<Value>::new(), "ImageScanStatuses": Vec::<Value>::new() },
            "CertifyForMarketplace": false,
            "CreatedBy": identity(&env.account, by),
        };
        versions.push(Record::new(&name, env.now, base.merged(spec)));
        arn
    }
}

/// Returns the newest approved version of a group: `group/version`.
pub(crate) fn newest_approved<'a>(packages: &'a Packages, group: &str) -> Option<&'a str> {
    let versions = packages.get(group)?;
    let newest = versions.iter().rev().find(|package| package.doc.str("ModelApprovalStatus") == "Approved")?;
    Some(&newest.name)
}

/// Returns the author of a creation or change, by the name of the session.
pub(crate) fn identity(account: &Account, session: &str) -> Value {
    let principal = num::id(num::hash(session), 17).to_uppercase();
    tree! {
        "IamIdentity": tree! {
            "Arn": format!("arn:aws:sts::{}:assumed-role/ml-engineer/{session}", account.id),
            "PrincipalId": format!("AROA{principal}:{session}"),
        },
    }
}

/// Returns the identity of the caller.
pub(super) fn caller(account: &Account) -> Value {
    identity(account, account.session())
}

fn no_package(env: &Env, name: &str) -> ServiceError {
    let path = name.split(":model-package/").last().unwrap_or(name);
    let arn = env.account.sagemaker("model-package", path);
    ServiceError::invalid(format!("ModelPackage {arn} does not exist."))
}
