//! Clients that send nothing: they keep the request that a call makes, so that it can be shown before it is sent.

mod cbor;

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value;

use super::Aws;

/// The request of the one call that is made with the clients of [`Aws::capturing`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Option<HttpRequest>>>);

impl Aws {
    /// Clients for the same region that send nothing. A call with them is not paced or counted, fails at once, and
    /// leaves its request in the [`Capture`].
    pub(crate) fn capturing(&self) -> (Self, Capture) {
        let capture = Capture::default();
        (Self::over(&SharedHttpClient::new(capture.clone()), &self.region), capture)
    }
}

impl Capture {
    /// Returns the parameters of the captured request, under the names that AWS gives them.
    ///
    /// Services that speak JSON (`X-Amz-Target` and a JSON body) have all of them in the body. A REST service has some in
    /// its path, which the call knows. RPC v2 CBOR has them in a CBOR map. Another protocol needs a reader of its own, by
    /// the `Content-Type`: a query service has them flattened in a form.
    ///
    /// # Errors
    /// A phrase: no request was made, or it is not of a protocol that can be read.
    pub(crate) fn parameters(&self) -> Result<Value, String> {
        let captured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let request = captured.as_ref().ok_or("it lacks a parameter")?;
        let protocol = request.headers().get("content-type").unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        if protocol == "application/cbor" {
            return cbor::read(body);
        }
        if protocol != "application/json" && !protocol.starts_with("application/x-amz-json-") {
            return Err(format!("requests of the type {protocol:?} cannot be shown"));
        }
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }
}

impl HttpClient for Capture {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Capture {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        HttpConnectorFuture::ready(Err(ConnectorError::user("the request was captured and not sent".into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Target;

    fn aws() -> Aws {
        Aws::unconnected(&Target { region: Some("eu-west-1".into()), ..Target::default() }, "nothing is sent")
    }

    #[tokio::test]
    async fn a_request_is_kept_and_neither_sent_nor_counted() {
        let aws = aws();
        let (clients, capture) = aws.capturing();
        assert!(capture.parameters().is_err(), "no call was made");
        let request = clients.sagemaker.update_endpoint().endpoint_name("web").endpoint_config_name("web-2");
        assert!(request.send().await.is_err());
        let expected = serde_json::json!({"EndpointName": "web", "EndpointConfigName": "web-2"});
        assert_eq!(capture.parameters(), Ok(expected));
        assert_eq!(aws.meter.usage().calls, 0);
    }

    #[tokio::test]
    async fn a_protocol_that_cannot_be_read_is_an_error() {
        let (clients, capture) = aws().capturing();
        let _ = clients.sns.publish().topic_arn("t").message("m").send().await;
        let error = capture.parameters().unwrap_err();
        assert!(error.contains("x-www-form-urlencoded"), "{error}");
    }
}
