//! Notebook instances, apps of Studio, and `MLflow` tracking servers: their lists.

use super::listing::{Listing, TIMES};
use super::state::Handler;
use crate::sim::prelude::{Operation, read, words};

pub(super) static OPERATIONS: &[Operation<Handler>] = &[
    read("ListNotebookInstances", |state, _, input| NOTEBOOKS.answer(input, state.notebooks.values())),
    read("ListApps", |state, _, input| APPS.answer(input, state.apps.values())),
    read("ListMlflowTrackingServers", |state, _, input| SERVERS.answer(input, state.tracking_servers.values())),
];

const NOTEBOOKS: Listing = Listing {
    out: "NotebookInstances",
    summary: words! {
        NotebookInstanceName NotebookInstanceArn NotebookInstanceStatus InstanceType CreationTime LastModifiedTime
    },
    sort: &[("Name", "NotebookInstanceName"), ("CreationTime", "CreationTime"), ("Status", "NotebookInstanceStatus")],
    by: "CreationTime",
    descending: false,
    status: None,
    late: false,
    times: TIMES,
};

const APPS: Listing = Listing {
    out: "Apps",
    summary: words! { DomainId UserProfileName AppType AppName Status CreationTime ResourceSpec },
    sort: &[("CreationTime", "CreationTime")],
    ..NOTEBOOKS
};

const SERVERS: Listing = Listing {
    out: "TrackingServerSummaries",
    summary: words! {
        TrackingServerArn TrackingServerName CreationTime LastModifiedTime TrackingServerStatus IsActive MlflowVersion
    },
    sort: &[("Name", "TrackingServerName"), ("CreationTime", "CreationTime"), ("Status", "TrackingServerStatus")],
    times: ("CreatedAfter", "CreatedBefore"),
    ..NOTEBOOKS
};
