//! The account as the SDK's HTTP connector.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use super::simulation::Sim;

impl HttpConnector for Sim {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let account = self.clone();
        HttpConnectorFuture::new(async move {
            let wrong = |error: &dyn std::fmt::Display| ConnectorError::user(error.to_string().into());
            let request = request.try_into_http1x().map_err(|error| wrong(&error))?;
            let request = request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap_or_default()));
            let (response, latency) = account.answer(&request);
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            let response = response.map(SdkBody::from);
            HttpResponse::try_from(response).map_err(|error| wrong(&error))
        })
    }
}

impl HttpClient for Sim {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
