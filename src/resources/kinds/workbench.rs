//! Workbenches: notebook instances, apps of Studio, and `MLflow` tracking servers. Some hold GPUs for days.
//!
//! They are listed only while the pane that shows them is open.

use std::borrow::Cow;

use aws_sdk_sagemaker::types::{AppDetails, NotebookInstanceSummary, TrackingServerSummary};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, AwsError, failed, pages};
use crate::health::Health;
use crate::resources::convert::url_part;
use crate::resources::{
    AwsCommand, Cadence, Kind, Listing, Observed, Properties, Resource, Table, Turn, console, time,
};

/// Pages of 100 of each list.
const PAGES: usize = 5;
/// The beginnings of the types of instances that have a GPU.
const GPUS: [&str; 2] = ["ml.g", "ml.p"];

/// A list of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum WorkbenchList {
    /// `ListNotebookInstances`.
    #[default]
    Notebooks,
    /// `ListApps`.
    Apps,
    /// `ListMlflowTrackingServers`.
    Servers,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Workbench {
    /// Unique among all of them.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The list of AWS that it is in.
    #[serde(default)]
    pub list: WorkbenchList,
    /// `notebook instance`, `JupyterLab`, `KernelGateway`, `MLflow tracking server`, …
    pub what: String,
    /// `InService`, `Stopped`, …, raw.
    pub status: String,
    /// The type of its instance; absent where AWS does not tell it.
    pub instance: Option<String>,
    /// The user or the space of Studio that it belongs to.
    pub owner: Option<String>,
    /// Creation.
    pub created: Option<Timestamp>,
    /// Last change.
    pub modified: Option<Timestamp>,
}

impl Workbench {
    /// Returns whether it runs on an instance with a GPU.
    #[must_use]
    pub fn holds_gpu(&self) -> bool {
        let has = self.instance.as_deref().is_some_and(|instance| GPUS.iter().any(|gpu| instance.starts_with(gpu)));
        has && !matches!(self.status.as_str(), "Stopped" | "Deleted" | "Failed")
    }
}

impl Resource for Workbench {
    const KIND: Kind = Kind::Workbenches;
    const CADENCE: Cadence = Cadence::Rare;
    const OPTIONAL: bool = true;
    const ON_DEMAND: bool = true;
    const NOUN: Option<&'static str> = Some("workbench");
    fn id(&self) -> &str {
        &self.id
    }
    fn arn(&self) -> Option<&str> {
        Some(self.id.as_str()).filter(|id| id.starts_with("arn:"))
    }
    fn title(&self) -> Cow<'_, str> {
        (&*self.name).into()
    }
    fn console(&self, region: &str) -> Option<String> {
        match self.list {
            WorkbenchList::Notebooks => {
                Some(format!("sagemaker/home?region={region}#/notebook-instances/{}", url_part(&self.name)))
            }
            WorkbenchList::Apps | WorkbenchList::Servers => Some(console::studio(region)),
        }
    }
    fn command(&self) -> Option<AwsCommand> {
        match self.list {
            WorkbenchList::Notebooks => {
                Some(AwsCommand::sagemaker("describe-notebook-instance", "notebook-instance-name", &self.name))
            }
            WorkbenchList::Servers => {
                Some(AwsCommand::sagemaker("describe-mlflow-tracking-server", "tracking-server-name", &self.name))
            }
            WorkbenchList::Apps => None,
        }
    }
    fn status(&self) -> Option<&str> {
        Some(&self.status)
    }
    fn health(&self) -> Health {
        match self.status.as_str() {
            "Stopped" | "Deleted" => Health::Absent,
            "Created" | "Updated" | "Started" => Health::Ok,
            status => Health::of_status(status),
        }
    }
    fn summary(&self) -> String {
        let gpu = if self.holds_gpu() { "GPU" } else { "" };
        let parts = [gpu, &*self.what, &*self.status, self.instance.as_deref().unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    }
    fn properties(&self, all: &mut Properties) {
        all.text("kind", &*self.what)
            .status("status", &*self.status)
            .text("InstanceType", self.instance.as_deref())
            .warning("GPU", self.holds_gpu().then_some("it holds one as long as it runs"))
            .text("owner", self.owner.as_deref())
            .time("CreationTime", self.created)
            .time("LastModifiedTime", self.modified);
    }
    fn due(observed: &Observed, known: &Table<Self>) -> bool {
        known.answered() && known.is_empty() && looked_at(observed) && known.asked_at(LISTS).is_none()
    }
    async fn read(aws: &Aws, observed: &Observed, turn: Turn<'_, Self>) -> Result<Listing<Self>, AwsError> {
        if !looked_at(observed) {
            return Ok(Listing::part(Vec::new()).capped(turn.known.capped()));
        }
        let (notebooks, apps, servers) = tokio::join!(notebooks(aws), apps(aws), servers(aws));
        let lists =
            [(WorkbenchList::Notebooks, notebooks), (WorkbenchList::Apps, apps), (WorkbenchList::Servers, servers)];
        let (mut rows, mut fault, mut capped, mut read) = (Vec::new(), None, false, false);
        for (list, answer) in lists {
            match answer {
                Ok((found, cut)) => {
                    rows.extend(found);
                    (capped, read) = (capped || cut, true);
                }
                // A thing that could not be listed may still be there.
                Err(why) => {
                    rows.extend(turn.known.rows().filter(|row| row.list == list).cloned());
                    fault = fault.or(Some(why));
                }
            }
        }
        match fault {
            Some(why) if !read => Err(why),
            fault => Ok(Listing::all(rows).capped(capped).fault(fault).asked(vec![LISTS.to_owned()])),
        }
    }
}

/// The name under which it is noted that the lists were read.
const LISTS: &str = "lists";

fn looked_at(observed: &Observed) -> bool {
    observed.focus.kinds.contains(&Workbench::KIND)
}

type Listed = Result<(Vec<Workbench>, bool), AwsError>;

async fn notebooks(aws: &Aws) -> Listed {
    pages(PAGES, async |token| {
        let page = aws.sagemaker.list_notebook_instances().max_results(100).set_next_token(token).send().await;
        let page = page.map_err(failed)?;
        let found = page.notebook_instances.unwrap_or_default();
        Ok((found.into_iter().map(from_notebook).collect(), page.next_token))
    })
    .await
}

async fn apps(aws: &Aws) -> Listed {
    pages(PAGES, async |token| {
        let page = aws.sagemaker.list_apps().max_results(100).set_next_token(token).send().await.map_err(failed)?;
        Ok((page.apps.unwrap_or_default().into_iter().map(from_app).collect(), page.next_token))
    })
    .await
}

async fn servers(aws: &Aws) -> Listed {
    pages(PAGES, async |token| {
        let page = aws.sagemaker.list_mlflow_tracking_servers().max_results(100).set_next_token(token).send().await;
        let page = page.map_err(failed)?;
        let found = page.tracking_server_summaries.unwrap_or_default();
        Ok((found.into_iter().map(from_server).collect(), page.next_token))
    })
    .await
}

fn from_notebook(s: NotebookInstanceSummary) -> Workbench {
    Workbench {
        id: s.notebook_instance_arn.unwrap_or_default(),
        name: s.notebook_instance_name.unwrap_or_default(),
        list: WorkbenchList::Notebooks,
        what: "notebook instance".to_owned(),
        status: s.notebook_instance_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        instance: s.instance_type.map(|t| t.as_str().to_owned()),
        owner: None,
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
    }
}

fn from_app(s: AppDetails) -> Workbench {
    let name = s.app_name.unwrap_or_default();
    let what = s.app_type.map(|t| t.as_str().to_owned()).unwrap_or_default();
    let owner = s.user_profile_name.or(s.space_name);
    let id = [s.domain_id.as_deref(), owner.as_deref(), Some(&*what), Some(&*name)];
    Workbench {
        id: id.into_iter().flatten().collect::<Vec<_>>().join("/"),
        status: s.status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        instance: s.resource_spec.and_then(|spec| spec.instance_type).map(|t| t.as_str().to_owned()),
        created: time(s.creation_time.as_ref()),
        modified: None,
        list: WorkbenchList::Apps,
        name,
        what,
        owner,
    }
}

fn from_server(s: TrackingServerSummary) -> Workbench {
    Workbench {
        id: s.tracking_server_arn.unwrap_or_default(),
        name: s.tracking_server_name.unwrap_or_default(),
        list: WorkbenchList::Servers,
        what: format!("MLflow {}", s.mlflow_version.unwrap_or_default()).trim_end().to_owned(),
        status: s.tracking_server_status.map(|s| s.as_str().to_owned()).unwrap_or_default(),
        instance: None,
        owner: None,
        created: time(s.creation_time.as_ref()),
        modified: time(s.last_modified_time.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_runs_on_a_gpu_says_so() {
        let on = |instance: &str, status: &str| Workbench {
            what: "JupyterLab".into(),
            instance: Some(instance.into()),
            status: status.into(),
            ..Workbench::default()
        };
        let cases = [
            (on("ml.g5.xlarge", "InService"), "GPU  JupyterLab  InService  ml.g5.xlarge"),
            (on("ml.p4d.24xlarge", "Pending"), "GPU  JupyterLab  Pending  ml.p4d.24xlarge"),
            (on("ml.g5.xlarge", "Stopped"), "JupyterLab  Stopped  ml.g5.xlarge"),
            (on("ml.t3.medium", "InService"), "JupyterLab  InService  ml.t3.medium"),
            (on("", "InService"), "JupyterLab  InService"),
        ];
        for (workbench, summary) in cases {
            assert_eq!(workbench.summary(), summary);
        }
    }
}
