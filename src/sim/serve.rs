//! A server of the account on loopback, for any AWS client.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::exchange::{Response, respond};
use super::simulation::Sim;
use super::wire::json;

/// The path of the report on all calls; no bucket can have such a name.
const CALLS: &str = "/_sim/calls";
/// The largest body of a request; larger ones are refused.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Refuses an address that other machines could reach.
fn on_this_machine(address: SocketAddr) -> io::Result<()> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let words = "not a loopback address: the simulated account checks no signatures and is served on this machine only";
    Err(io::Error::new(io::ErrorKind::InvalidInput, words))
}

/// Listens on a loopback address. Any other address is refused before it is bound.
///
/// # Errors
/// When the address is not loopback, or cannot be bound.
pub async fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    on_this_machine(address)?;
    TcpListener::bind(address).await
}

/// Serves the account until the future is dropped; an address that is not loopback is refused.
///
/// # Errors
/// When the address is not loopback, or the listener breaks.
pub async fn serve(sim: Sim, listener: TcpListener) -> io::Result<()> {
    on_this_machine(listener.local_addr()?)?;
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The server goes on if a client disconnects while it connects.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
                continue;
            }
            Err(error) => return Err(error),
        };
        tokio::spawn(connection(sim.clone(), stream));
    }
}

async fn connection(sim: Sim, stream: TcpStream) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let sim = sim.clone();
        async move { Ok::<_, Infallible>(exchange(&sim, request).await.map(Full::new)) }
    });
    // A broken connection ends by itself, and nobody needs the error.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn exchange(sim: &Sim, request: http::Request<Incoming>) -> Response {
    if request.method() == http::Method::GET && request.uri().path() == CALLS {
        // This request is not counted.
        return respond(200, &[("content-type", "application/json")], json::write(&sim.report()).into());
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        return respond(413, &[("content-type", "text/plain")], Bytes::from_static(b"request too large\n"));
    };
    let request = http::Request::from_parts(parts, body.to_bytes());
    let (response, latency) = sim.answer(&request);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    response
}
