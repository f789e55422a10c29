//! The events of a story, when their time comes.

use super::super::sagemaker::execution::Order;
use super::super::wire::tree;
use super::super::world::World;

impl World {
    /// Lets an event of the story happen; what it names and is not there is passed over.
    pub(crate) fn happen(&mut self, place: usize) {
        let Some(event) = self.events.get(place).cloned() else { return };
        if let Some(pipeline) = event.run.filter(|name| self.pipelines.contains_key(name)) {
            let token = format!("story-event-{place:026}");
            let arn = self.start_execution(&pipeline, Order { token, by: "scheduler".to_owned(), ..Order::default() });
            self.run_on(&arn);
        }
        if let Some(deploy) = event.deploy {
            self.deploy_version(&deploy.endpoint, &deploy.version);
        }
        for (version, status) in [(event.approve, "Approved"), (event.reject, "Rejected")] {
            if let Some(version) = version {
                self.decide(&version, status, &event.reason);
            }
        }
        if let Some(group) = event.block {
            self.set_offline(&group, Some(&event.reason));
        }
        if let Some(topic) = event.confirm {
            self.confirm(&topic);
        }
    }

    /// Approves or rejects a version as a colleague would.
    fn decide(&mut self, version: &str, status: &str, reason: &str) {
        let now = self.now;
        let Ok(package) = self.package_mut(version) else { return };
        let before = package.doc.str("ModelApprovalStatus").to_owned();
        package.doc.set("ModelApprovalStatus", status);
        package.doc.set("ApprovalDescription", Some(reason).filter(|text| !text.is_empty()));
        package.doc.set("LastModifiedTime", now);
        self.approval_changed(version, &before, status);
    }

    /// Deploys a version as the delivery pipeline would: new model, new configuration, update.
    pub(crate) fn deploy_version(&mut self, endpoint: &str, version: &str) {
        let Some(found) = self.endpoints.get(endpoint).filter(|e| e.update.is_none()) else { return };
        let Ok(package) = self.package(version) else { return };
        let Ok(old) = self.config(found.config()) else { return };
        let arn = package.doc.str("ModelPackageArn").to_owned();
        let number = version.rsplit('/').next().unwrap_or("");
        let stamp = self.now.format("%Y%m%d-%H%M%S");
        let (config, model) = (format!("{endpoint}-v{number}-{stamp}"), format!("{endpoint}-model-v{number}-{stamp}"));
        let mut request = old.doc.clone().with("EndpointConfigName", config.as_str());
        let variants: Vec<_> = old.doc.get("ProductionVariants").map(|list| list.items().to_vec()).unwrap_or_default();
        let variants: Vec<_> = variants.into_iter().map(|v| v.with("ModelName", model.as_str())).collect();
        request.set("ProductionVariants", variants);
        let counts = found.variants.clone();
        self.add_model(&tree! {
            "ModelName": model.as_str(),
            "ExecutionRoleArn": self.home.role("sagemaker-serving"),
            "Containers": vec![tree! { "ModelPackageName": arn }],
        });
        self.add_config(&request);
        let mut fleet = self.fleet(&config).unwrap_or_default();
        for variant in &mut fleet {
            if let Some(now) = counts.iter().find(|old| old.name == variant.name) {
                variant.desired = now.desired;
            }
        }
        let by = format!("{}-deploy", version.split('/').next().unwrap_or(""));
        let request = tree! { "EndpointName": endpoint, "EndpointConfigName": config.as_str() };
        self.trace("sagemaker.amazonaws.com", "UpdateEndpoint", &by, request, None);
        self.begin_deployment(endpoint, &config, fleet, None);
    }
}
