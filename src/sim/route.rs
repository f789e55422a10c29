//! From a request's bytes to an operation and back: which service, which protocol, which error form.

mod service;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::fault::Fault;
use super::operation::Operation;
use super::s3;
use super::wire::{Value, cbor, json, query, xml};
use super::{Request, Response, cloudwatch, delivery, events, logs, sagemaker, scaling, sns, sts, tagging, trail};

pub(crate) use service::Service;

/// A protocol: how a request was written, and how its answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Json11,
    Json10,
    Cbor,
    Query,
    Rest,
}

/// The services that are told by the target of a request.
const TARGETS: &[(&str, Service)] = &[
    ("SageMaker", Service::SageMaker),
    ("GraniteServiceVersion20100801", Service::CloudWatch),
    ("AWSEvents", Service::Events),
    ("AnyScaleFrontendService", Service::Scaling),
    ("CloudTrail_20131101", Service::Trail),
    ("Logs_20140328", Service::Logs),
    ("ResourceGroupsTaggingAPI_20170126", Service::Tagging),
    ("CodePipeline_20150709", Service::Delivery),
];

/// A request, understood as far as it can be without the account.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) protocol: Protocol,
    pub(crate) name: String,
    pub(crate) input: Result<Value, String>,
    pub(crate) s3: Option<s3::Asked>,
    /// A `HEAD` request's answer has no body.
    head: bool,
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Reads a request.
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
    let asked = request.uri().query().unwrap_or("");
    if form || asked.split('&').any(|pair| pair.starts_with("Action=")) {
        let body = if form { String::from_utf8_lossy(request.body()).into_owned() } else { asked.to_owned() };
        let pairs = query::pairs(&body);
        let find = |key: &str| pairs.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str());
        let rest: Vec<_> = pairs.iter().filter(|(k, _)| k != "Action" && k != "Version").cloned().collect();
        let service = by_form(scope(request), find("Version"), find("Action"));
        return call(service, Protocol::Query, find("Action"), Ok(query::read(&rest)));
    }
    let asked = rest(request);
    let name = asked.operation().unwrap_or("").to_owned();
    let head = asked.method == "HEAD";
    Call { service: Service::S3, protocol: Protocol::Rest, name, input: Ok(Value::Null), s3: Some(asked), head }
}

fn by_target(prefix: &str) -> Service {
    let short = prefix.rsplit('.').next().unwrap_or(prefix);
    TARGETS.iter().find(|(known, _)| *known == short).map_or(Service::Unknown, |(_, service)| *service)
}

/// The service in the signature's scope: `…/region/service/aws4_request`.
fn scope(request: &Request) -> &str {
    let authorization = header(request, "authorization");
    let scope = authorization.split_once("Credential=").map_or("", |(_, rest)| rest.split(',').next().unwrap_or(""));
    scope.split('/').nth(3).unwrap_or("")
}

fn by_form(scope: &str, version: &str, action: &str) -> Service {
    match (scope, version) {
        ("sns", _) | (_, "2010-03-31") => Service::Sns,
        ("sts", _) | (_, "2011-06-15") => Service::Sts,
        ("monitoring", _) | (_, "2010-08-01") => Service::CloudWatch,
        _ if sts::find(action).is_some() => Service::Sts,
        _ if sns::find(action).is_some() => Service::Sns,
        _ if cloudwatch::find(action).is_some() => Service::CloudWatch,
        _ => Service::Unknown,
    }
}

/// An S3 request, path-style or with the bucket in the host's name.
fn rest(request: &Request) -> s3::Asked {
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
    s3::Asked { method: request.method().as_str().to_owned(), bucket, key, query, range }
}

impl Call {
    /// The operation, if the account knows it.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        match self.service {
            Service::SageMaker => sagemaker::find(&self.name),
            Service::CloudWatch => cloudwatch::find(&self.name),
            Service::Sns => sns::find(&self.name),
            Service::Sts => sts::find(&self.name),
            Service::Events => events::find(&self.name),
            Service::Scaling => scaling::find(&self.name),
            Service::Trail => trail::find(&self.name),
            Service::Logs => logs::find(&self.name),
            Service::Tagging => tagging::find(&self.name),
            Service::Delivery => delivery::find(&self.name),
            Service::S3 | Service::Unknown => None,
        }
    }

    /// What this service says about an operation that it does not have.
    pub(crate) fn unknown(&self) -> Fault {
        match self.protocol {
            Protocol::Query => Fault::new("InvalidAction", format!("Could not find operation {}", self.name)),
            Protocol::Json10 | Protocol::Json11 => Fault::new("UnknownOperationException", ""),
            Protocol::Cbor => Fault::new("UnknownOperationException", "").status(404),
            Protocol::Rest => {
                Fault::new("MethodNotAllowed", "The specified method is not allowed against this resource.").status(405)
            }
        }
    }

    fn namespace(&self) -> &'static str {
        match self.service.signing() {
            "sns" => "http://sns.amazonaws.com/doc/2010-03-31/",
            "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
            "monitoring" => "http://monitoring.amazonaws.com/doc/2010-08-01/",
            _ => "",
        }
    }

    /// Writes an operation's answer.
    pub(crate) fn write(&self, result: &Value, id: &str) -> Response {
        match self.protocol {
            Protocol::Json10 | Protocol::Json11 => {
                let empty = Value::Map(Vec::new());
                let body = json::write(if result.is_null() { &empty } else { result });
                respond(200, &[("content-type", self.kind()), ("x-amzn-requestid", id)], body.into())
            }
            Protocol::Cbor => {
                let empty = Value::Map(Vec::new());
                let body = cbor::write(if result.is_null() { &empty } else { result });
                let headers =
                    [("content-type", self.kind()), ("smithy-protocol", "rpc-v2-cbor"), ("x-amzn-requestid", id)];
                respond(200, &headers, body.into())
            }
            Protocol::Query | Protocol::Rest => {
                let body = xml::reply(&self.name, self.namespace(), result, id);
                respond(200, &[("content-type", self.kind()), ("x-amzn-requestid", id)], body.into())
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self.protocol {
            Protocol::Json11 => "application/x-amz-json-1.1",
            Protocol::Json10 => "application/x-amz-json-1.0",
            Protocol::Cbor => "application/cbor",
            Protocol::Query => "text/xml",
            Protocol::Rest => "application/xml",
        }
    }

    /// Writes an error in the form of the request's protocol.
    pub(crate) fn fail(&self, fault: &Fault, id: &str) -> Response {
        let query_error = format!("{};Sender", fault.code);
        let shape = |name: &str| {
            if self.service == Service::CloudWatch {
                format!("com.amazonaws.cloudwatch#{name}")
            } else {
                name.to_owned()
            }
        };
        let tree = || {
            Value::Map(vec![
                ("__type".into(), shape(&fault.code).into()),
                ("message".into(), fault.message.as_str().into()),
            ])
        };
        let mut headers = vec![("content-type", self.kind()), ("x-amzn-requestid", id)];
        if self.service == Service::CloudWatch {
            headers.push(("x-amzn-query-error", &query_error));
        }
        let body: Bytes = match self.protocol {
            Protocol::Json10 | Protocol::Json11 => {
                headers.push(("x-amzn-errortype", &fault.code));
                json::write(&tree()).into()
            }
            Protocol::Cbor => {
                headers.push(("smithy-protocol", "rpc-v2-cbor"));
                cbor::write(&tree()).into()
            }
            Protocol::Query => xml::error(self.namespace(), &fault.code, &fault.message, id).into(),
            Protocol::Rest if self.head => Bytes::new(),
            Protocol::Rest => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message><RequestId>{id}</RequestId></Error>",
                xml::escape(&fault.code),
                xml::escape(&fault.message)
            )
            .into(),
        };
        respond(fault.status, &headers, body)
    }
}

/// Builds a response; headers that HTTP does not allow are left out.
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
