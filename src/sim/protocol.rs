//! The conversion of a request to an operation, and of a result to an answer: service, protocol, and form of errors.

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::error::ServiceError;
use super::exchange::{Request, Response, respond};
use super::services::{Service, s3};
use super::wire::{Value, cbor, json, query, tree, xml};

/// A protocol: the format of a request and of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json11,
    Json10,
    Cbor,
    Query,
    /// REST with bodies in JSON.
    RestJson,
    /// REST with bodies in XML: S3.
    Rest,
}

/// A request, parsed as far as that is possible without the account.
#[derive(Debug)]
pub(crate) struct Call {
    /// The service; `None` if the account does not know it.
    pub(crate) service: Option<Service>,
    pub(crate) protocol: Protocol,
    pub(crate) name: String,
    pub(crate) input: Result<Value, String>,
    pub(crate) s3: Option<s3::Request>,
    /// Whether this is a `HEAD` request, whose answer has no body.
    head: bool,
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Parses a request.
pub(crate) fn understand(request: &Request) -> Call {
    let path = request.uri().path();
    let call = |service, protocol, name: &str, input| Call {
        service,
        protocol,
        name: name.to_owned(),
        input,
        s3: None,
        head: false,
    };
    let target = header(request, "x-amz-target");
    if let Some((prefix, name)) = target.rsplit_once('.') {
        let ten = header(request, "content-type").contains("1.0");
        let protocol = if ten { Protocol::Json10 } else { Protocol::Json11 };
        return call(by_target(prefix), protocol, name, json::read(request.body()));
    }
    if let Some((service, name)) = path.strip_prefix("/service/").and_then(|rest| rest.split_once("/operation/")) {
        return call(by_target(service), Protocol::Cbor, name, cbor::read(request.body()));
    }
    let form = header(request, "content-type").contains("x-www-form-urlencoded");
    let in_uri = request.uri().query().unwrap_or("");
    if form || in_uri.split('&').any(|pair| pair.starts_with("Action=")) {
        let body = if form { String::from_utf8_lossy(request.body()).into_owned() } else { in_uri.to_owned() };
        let pairs = query::pairs(&body);
        let find = |key: &str| pairs.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str());
        let rest: Vec<_> = pairs.iter().filter(|(k, _)| k != "Action" && k != "Version").cloned().collect();
        let service = by_form(scope(request), find("Version"), find("Action"));
        return call(service, Protocol::Query, find("Action"), Ok(query::read(&rest)));
    }
    let signed_for = scope(request);
    let service = find_service(|service| service.names().rest.is_some() && service.names().signing == signed_for);
    if let Some((service, route)) = service.and_then(|service| Some((service, service.names().rest?))) {
        let (name, input) = rest_json(route(request.method().as_str(), path), request);
        return call(Some(service), Protocol::RestJson, name, input);
    }
    let s3 = rest(request);
    let name = s3.operation().unwrap_or("").to_owned();
    let head = s3.method == "HEAD";
    Call { service: Some(Service::S3), protocol: Protocol::Rest, name, input: Ok(Value::Null), s3: Some(s3), head }
}

/// Returns the operation of a REST request, and its input: the body, the query, and the name in the path.
fn rest_json(
    route: Option<(&'static str, Option<String>)>,
    request: &Request,
) -> (&'static str, Result<Value, String>) {
    let Some((operation, name)) = route else { return ("", Ok(Value::empty())) };
    let body = if request.body().is_empty() { Ok(Value::empty()) } else { json::read(request.body()) };
    let pairs = query::pairs(request.uri().query().unwrap_or(""));
    let given = pairs.into_iter().chain(name.map(|name| ("Name".to_owned(), name)));
    (operation, body.map(|body| given.fold(body, |input, (key, value)| input.with(key, value))))
}

fn find_service(fits: impl Fn(Service) -> bool) -> Option<Service> {
    Service::ALL.iter().copied().find(|service| fits(*service))
}

fn by_target(prefix: &str) -> Option<Service> {
    let short = prefix.rsplit('.').next().filter(|name| !name.is_empty())?;
    find_service(|service| service.names().target == short)
}

/// Returns the service in the signature's scope: `…/region/service/aws4_request`.
fn scope(request: &Request) -> &str {
    let authorization = header(request, "authorization");
    let scope = authorization.split_once("Credential=").map_or("", |(_, rest)| rest.split(',').next().unwrap_or(""));
    scope.split('/').nth(3).unwrap_or("")
}

/// Finds the service of a form by its signature, by its version, or because only this service has such an action.
fn by_form(scope: &str, version: &str, action: &str) -> Option<Service> {
    let query = |service: Service| service.names().query;
    find_service(|service| query(service).is_some_and(|(own, _)| service.names().signing == scope || own == version))
        .or_else(|| find_service(|service| query(service).is_some() && service.changes(action).is_some()))
}

/// Parses an S3 request, in path style or with the bucket in the host name.
fn rest(request: &Request) -> s3::Request {
    let host = request.uri().host().unwrap_or_else(|| header(request, "host"));
    let named = host.split_once(".s3.").or_else(|| host.split_once(".s3-")).map(|(bucket, _)| bucket.to_owned());
    let path = request.uri().path().trim_start_matches('/');
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (bucket, key) = match named {
        Some(bucket) => (bucket, decode(path)),
        None => path.split_once('/').map_or_else(|| (decode(path), String::new()), |(b, k)| (decode(b), decode(k))),
    };
    let range = Some(header(request, "range")).filter(|text| !text.is_empty()).map(str::to_owned);
    let query = query::pairs(request.uri().query().unwrap_or(""));
    s3::Request { method: request.method().as_str().to_owned(), bucket, key, query, range }
}

impl Call {
    /// Makes this service's error for an unknown operation.
    pub(crate) fn unknown(&self) -> ServiceError {
        match self.protocol {
            Protocol::Query => ServiceError::new("InvalidAction", format!("Could not find operation {}", self.name)),
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson => {
                ServiceError::new("UnknownOperationException", "")
            }
            Protocol::Cbor => ServiceError::new("UnknownOperationException", "").status(404),
            Protocol::Rest => {
                ServiceError::new("MethodNotAllowed", "The specified method is not allowed against this resource.")
                    .status(405)
            }
        }
    }

    fn namespace(&self) -> &'static str {
        self.service.and_then(|service| service.names().query).map_or("", |(_, namespace)| namespace)
    }

    /// Writes the answer of an operation.
    pub(crate) fn write(&self, result: &Value, id: &str) -> Response {
        let empty = Value::empty();
        let tree = if result.is_null() { &empty } else { result };
        let mut headers = vec![("content-type", self.content_type()), ("x-amzn-requestid", id)];
        let body = match self.protocol {
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson => json::write(tree),
            Protocol::Cbor => {
                headers.push(("smithy-protocol", "rpc-v2-cbor"));
                cbor::write(tree)
            }
            Protocol::Query | Protocol::Rest => xml::reply(&self.name, self.namespace(), result, id).into_bytes(),
        };
        respond(200, &headers, body.into())
    }

    fn content_type(&self) -> &'static str {
        match self.protocol {
            Protocol::Json11 => "application/x-amz-json-1.1",
            Protocol::Json10 => "application/x-amz-json-1.0",
            Protocol::RestJson => "application/json",
            Protocol::Cbor => "application/cbor",
            Protocol::Query => "text/xml",
            Protocol::Rest => "application/xml",
        }
    }

    /// Writes an error in the form of the request's protocol.
    pub(crate) fn fail(&self, error: &ServiceError, id: &str) -> Response {
        let is_cloudwatch = self.service == Some(Service::CloudWatch);
        let namespace = if is_cloudwatch { "com.amazonaws.cloudwatch#" } else { "" };
        let tree = || tree! { "__type": format!("{namespace}{}", error.code), "message": &error.message };
        let query_error = format!("{};Sender", error.code);
        let mut headers = vec![("content-type", self.content_type()), ("x-amzn-requestid", id)];
        if is_cloudwatch {
            headers.push(("x-amzn-query-error", &query_error));
        }
        let body: Bytes = match self.protocol {
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson => {
                headers.push(("x-amzn-errortype", &error.code));
                json::write(&tree()).into()
            }
            Protocol::Cbor => {
                headers.push(("smithy-protocol", "rpc-v2-cbor"));
                cbor::write(&tree()).into()
            }
            Protocol::Query => xml::error(self.namespace(), &error.code, &error.message, id).into(),
            Protocol::Rest if self.head => Bytes::new(),
            Protocol::Rest => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message><RequestId>{id}</RequestId></Error>",
                xml::escape(&error.code),
                xml::escape(&error.message)
            )
            .into(),
        };
        respond(error.status, &headers, body)
    }
}
