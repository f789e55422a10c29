//! The limits of an answer: the time from the request to the last byte of its body, and its size.

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

/// The longest time for a complete answer. Slow accounts take half a minute.
pub(in crate::aws) const LONGEST_ANSWER: Duration = Duration::from_secs(35);

/// The size of the largest answer that is read, in bytes. The largest page that AWS sends is a few megabytes, and an
/// object that is read whole has a smaller limit of its own.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// Wraps a client so that each answer is complete within `longest`, or is an error.
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

/// Returns the same answer with limits: reading its body fails when the time is up, when the body is too large, or when
/// the connection ends too soon.
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::body::Frame;
    use tokio::time::sleep;

    use super::*;

    /// An answer in pieces: a pause before its head, then pauses and pieces of its body, and how the body ends.
    #[derive(Debug, Clone)]
    struct Fake {
        head: Duration,
        pieces: Vec<(Duration, Result<Bytes, &'static str>)>,
    }

    impl HttpConnector for Fake {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let Self { head, pieces } = self.clone();
            HttpConnectorFuture::new(async move {
                sleep(head).await;
                let frames = stream::iter(pieces).then(|(pause, piece)| async move {
                    sleep(pause).await;
                    piece.map(Frame::data).map_err(std::io::Error::other)
                });
                let body = SdkBody::from_body_1_x(StreamBody::new(frames));
                Ok(HttpResponse::new(200.try_into().unwrap(), body))
            })
        }
    }

    /// Reads a whole answer; returns its number of bytes or the error, and the seconds that it took.
    async fn read(head: u64, pieces: &[(u64, Result<Bytes, &'static str>)]) -> (Result<usize, TransportError>, u64) {
        let pieces = pieces.iter().map(|(pause, piece)| (Duration::from_secs(*pause), piece.clone())).collect();
        let inner = SharedHttpConnector::new(Fake { head: Duration::from_secs(head), pieces });
        let began = Instant::now();
        let answer = Bounded { inner, longest: LONGEST_ANSWER }.call(HttpRequest::get("https://aws").unwrap()).await;
        let read = match answer {
            Ok(mut answer) => {
                let whole = answer.take_body().collect().await;
                whole
                    .map(|whole| whole.to_bytes().len())
                    .map_err(|error| TransportError::within(&*error).unwrap().clone())
            }
            Err(error) => Err(TransportError::within(&error).unwrap().clone()),
        };
        (read, began.elapsed().as_secs())
    }

    #[expect(clippy::unnecessary_wraps, reason = "a piece of a body may be an error")]
    fn bytes(count: usize) -> Result<Bytes, &'static str> {
        Ok(Bytes::from(vec![b'x'; count]))
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_has_one_deadline_for_its_head_and_its_body() {
        let late = Err(TransportError::Late(LONGEST_ANSWER));
        assert_eq!(read(34, &[(0, bytes(5))]).await, (Ok(5), 34));
        assert_eq!(read(36, &[(0, bytes(5))]).await, (late.clone(), 35), "a late head");
        assert_eq!(read(20, &[(10, bytes(5)), (4, bytes(2))]).await, (Ok(7), 34), "a slow body");
        assert_eq!(read(20, &[(10, bytes(5)), (6, bytes(2))]).await, (late.clone(), 35), "a late end");
        let drips: Vec<_> = (0..100).map(|_| (1, bytes(1))).collect();
        assert_eq!(read(0, &drips).await, (late, 35), "a body that drips does not start the time anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_breaks_off_says_so() {
        let broken = Err(TransportError::BrokenOff("reset by peer".into()));
        assert_eq!(read(1, &[(1, bytes(5)), (1, Err("reset by peer"))]).await, (broken, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_too_large_is_not_read_to_its_end() {
        let half = LARGEST_ANSWER / 2;
        assert_eq!(read(1, &[(1, bytes(half)), (1, bytes(half))]).await, (Ok(LARGEST_ANSWER), 3));
        let too_large = Err(TransportError::TooLarge(LARGEST_ANSWER));
        let pieces = [(1, bytes(half)), (1, bytes(half)), (1, bytes(1)), (20, bytes(1))];
        assert_eq!(read(1, &pieces).await, (too_large, 4));
    }
}
