//! The changes of endpoints: new fleets start, traffic moves, and some deployments fail.

use super::endpoint::{BAKING, CREATING, Change, DeploymentFailure, SHIFTING, Update, Variant};
use super::state::{SOURCE, State};
use crate::sim::prelude::{Env, Span, Task, Value, tree};

/// The duration of a change of capacity or weights.
const RESIZING: Span = Span::seconds(20);
/// The duration of the rollback of a failed deployment.
const ROLLING_BACK: Span = Span::seconds(25);

impl State {
    /// Starts a deployment of an existing configuration.
    pub(crate) fn begin_deployment(
        &mut self,
        env: &mut Env,
        name: &str,
        config: &str,
        (variants, deployment): (Vec<Variant>, Option<Value>),
    ) {
        let fails = variants.iter().any(|v| self.deployment_failures.contains_key(&v.package));
        let update = update(env, Change::Deployment, config, variants);
        let length = if fails { CREATING + SHIFTING } else { CREATING + SHIFTING + BAKING };
        self.begin(env, name, Update { deployment, ..update }, ("Updating", length));
    }

    /// Starts a new endpoint.
    pub(super) fn begin_creation(&mut self, env: &mut Env, name: &str, config: &str, variants: Vec<Variant>) {
        let update = update(env, Change::Deployment, config, variants);
        self.begin(env, name, update, ("Creating", CREATING + SHIFTING));
    }

    /// Starts a change of counts or weights.
    pub(crate) fn begin_capacity(&mut self, env: &mut Env, name: &str, variants: Vec<Variant>) {
        let config = self.endpoints.get(name).map(|e| e.config().to_owned()).unwrap_or_default();
        let update = update(env, Change::Capacity, &config, variants);
        self.begin(env, name, update, ("Updating", RESIZING));
    }

    fn begin(&mut self, env: &mut Env, name: &str, update: Update, (status, length): (&str, Span)) {
        let id = update.id;
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        endpoint.record.doc.set("EndpointStatus", status);
        endpoint.record.doc.set("LastModifiedTime", env.now);
        if update.change == Change::Deployment {
            endpoint.record.doc.set("FailureReason", Value::Null);
        }
        endpoint.update = Some(update);
        env.after(length, Task::Deployed { endpoint: name.to_owned(), id });
    }

    /// Ends a change, if no other one has replaced it.
    pub(crate) fn deployed(&mut self, env: &mut Env, name: &str, id: u64) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        let Some(update) = endpoint.update.take_if(|update| update.id == id) else { return };
        let failure = match update.change {
            Change::Deployment => update.variants.iter().find_map(|v| self.deployment_failures.get(&v.package)),
            Change::Capacity | Change::Rollback => None,
        };
        match failure.cloned() {
            Some(DeploymentFailure::RollsBack(reason)) => return self.roll_back(env, name, &reason),
            Some(DeploymentFailure::Stuck(reason)) => {
                endpoint.record.doc.set("EndpointStatus", "UpdateRollbackFailed");
                endpoint.record.doc.set("FailureReason", reason);
                endpoint.record.doc.set("LastModifiedTime", env.now);
                return;
            }
            None => {}
        }
        if update.change != Change::Rollback {
            endpoint.variants = update.variants;
            for variant in &mut endpoint.variants {
                variant.current = variant.desired;
            }
        }
        if update.change == Change::Deployment {
            endpoint.record.doc.set("EndpointConfigName", update.config);
            endpoint.record.doc.set("LastDeploymentConfig", update.deployment);
            endpoint.begin_serving(env.now);
        }
        endpoint.record.doc.set("EndpointStatus", "InService");
        endpoint.record.doc.set("LastModifiedTime", env.now);
        self.set_settings(env, name);
    }

    /// Fails a deployment. The old fleet keeps serving, and later it is the only one again.
    fn roll_back(&mut self, env: &mut Env, name: &str, reason: &str) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        let update = update(env, Change::Rollback, endpoint.config(), Vec::new());
        endpoint.record.doc.set("FailureReason", Some(reason).filter(|text| !text.is_empty()));
        self.begin(env, name, update, ("RollingBack", ROLLING_BACK));
    }

    /// Rolls back deployments whose guarding alarm fires.
    pub(crate) fn guard_deployments(&mut self, env: &mut Env, fires: impl Fn(&str) -> bool) {
        let mut tripped = Vec::new();
        for endpoint in self.endpoints.values() {
            let Some(update) = endpoint.update.as_ref().filter(|u| u.change == Change::Deployment) else { continue };
            let (phase, ..) = update.phase(env);
            let deployment = update.deployment.as_ref().unwrap_or(&Value::Null);
            let guards = deployment.items_at("AutoRollbackConfiguration.Alarms").iter();
            let guard = guards.map(|alarm| alarm.str("AlarmName")).find(|name| fires(name));
            if let Some(guard) = guard.filter(|_| phase != "Creating") {
                let reason = format!("The following alarms are in ALARM state: {guard}.");
                tripped.push((endpoint.record.name.clone(), reason));
            }
        }
        for (name, reason) in tripped {
            if let Some(endpoint) = self.endpoints.get_mut(&name) {
                endpoint.update = None;
            }
            self.roll_back(env, &name, &reason);
        }
    }

    /// Deploys a version like a deployment pipeline: new model, new configuration, update.
    pub(crate) fn deploy_version(&mut self, env: &mut Env, endpoint: &str, version: &str) {
        let Some(found) = self.endpoints.get(endpoint).filter(|e| e.update.is_none()) else { return };
        let Ok(package) = self.package(env, version) else { return };
        let Ok(old) = self.config(env, found.config()) else { return };
        let (group, number) = version.split_once('/').unwrap_or((version, version));
        let stamp = env.now.format("%Y%m%d-%H%M%S");
        let (config, model) = (format!("{endpoint}-v{number}-{stamp}"), format!("{endpoint}-model-v{number}-{stamp}"));
        let variants = old.doc.items_at("ProductionVariants").iter().map(|v| v.clone().with("ModelName", &model));
        let config_request = (old.doc.clone())
            .with("EndpointConfigName", &config)
            .with("ProductionVariants", variants.collect::<Vec<_>>());
        let model_request = tree! {
            "ModelName": &model,
            "ExecutionRoleArn": env.account.role("sagemaker-serving"),
            "Containers": vec![tree! { "ModelPackageName": package.doc.get("ModelPackageArn") }],
        };
        let counts = found.variants.clone();
        self.add_model(env, &model_request);
        self.add_config(env, &config_request);
        let mut fleet = self.fleet(env, &config).unwrap_or_default();
        for variant in &mut fleet {
            if let Some(now) = counts.iter().find(|old| old.name == variant.name) {
                variant.desired = now.desired;
            }
        }
        let request = tree! { "EndpointName": endpoint, "EndpointConfigName": &config };
        env.called(SOURCE, "UpdateEndpoint", &format!("{group}-deploy"), request);
        self.begin_deployment(env, endpoint, &config, (fleet, None));
    }

    /// Deploys the newest approved version of a group, unless the endpoint serves it already.
    pub(crate) fn deploy_newest(&mut self, env: &mut Env, endpoint: &str, group: &str) {
        let Some(version) = super::registry::newest_approved(&self.packages, group).map(str::to_owned) else { return };
        if !self.endpoints.get(endpoint).is_some_and(|e| e.serves(&version)) {
            self.deploy_version(env, endpoint, &version);
        }
    }
}

fn update(env: &mut Env, change: Change, config: &str, variants: Vec<Variant>) -> Update {
    let config = config.to_owned();
    Update { id: env.serial(), change, config, variants, started: env.now, deployment: None }
}
