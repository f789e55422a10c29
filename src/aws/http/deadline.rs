//! How long an answer may take, from the request to the last byte of its body, and how large it may be.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use tokio::time::{Instant, timeout_at};

use super::transport_error::TransportError;

/// An answer that is not complete after this time is given up. Slow accounts take half a minute.
pub(in crate::aws) const LONGEST_ANSWER: Duration = Duration::from_secs(35);

/// A larger answer is given up, in bytes. The largest page that AWS sends is a few megabytes, and an object that is read
/// whole has a smaller limit of its own.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// A client whose answers arrive whole within `longest`, or are an error.
pub(in crate::aws) fn bounded(inner: SharedHttpClient, longest: Duration) -> SharedHttpClient {
    SharedHttpClient::new(Bounded { inner, longest })
}

/// A client or connector with a deadline for each answer.
#[derive(Debug)]
struct Bounded<C> {
    inner: C,
    longest: Duration,
}

impl HttpClient for Bounded<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Bounded { inner, longest: self.longest })
    }
}

impl HttpConnector for Bounded<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, longest) = (self.inner.call(request), self.longest);
        HttpConnectorFuture::new(async move {
            let until = Instant::now() + longest;
            match timeout_at(until, answer).await {
                Ok(answer) => Ok(with_deadline(answer?, until, longest)),
                Err(_) => Err(ConnectorError::timeout(TransportError::Late(longest).into())),
            }
        })
    }
}

/// The same answer; reading its body fails when the time is up, when it is too large, or when the connection ends too
/// soon.
fn with_deadline(mut answer: HttpResponse, until: Instant, longest: Duration) -> HttpResponse {
    // A body that is in memory already cannot be late.
    if answer.body().bytes().is_some() {
        return answer;
    }
    let frames = stream::unfold((answer.take_body(), 0), move |(mut body, mut read)| async move {
        let frame = match timeout_at(until, body.frame()).await {
            Ok(frame) => frame?.map_err(|error| TransportError::BrokenOff(error.to_string())),
            Err(_) => Err(TransportError::Late(longest)),
        };
        read += frame.as_ref().ok().and_then(|frame| frame.data_ref()).map_or(0, bytes::Bytes::len);
        let frame = if read > LARGEST_ANSWER { Err(TransportError::TooLarge(LARGEST_ANSWER)) } else { frame };
        Some((frame, (body, read)))
    });
    *answer.body_mut() = SdkBody::from_body_1_x(StreamBody::new(frames.fuse()));
    answer
}
