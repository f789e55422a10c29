//! Requests and answers as bytes.

use bytes::Bytes;

/// A request as bytes.
pub type Request = http::Request<Bytes>;
/// An answer as bytes.
pub type Response = http::Response<Bytes>;

/// Builds an answer; invalid HTTP headers are left out.
pub(crate) fn respond(status: u16, headers: &[(&str, &str)], body: Bytes) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_REQUEST);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (http::HeaderName::from_bytes(name.as_bytes()), http::HeaderValue::from_str(value))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
