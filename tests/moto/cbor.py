"""CloudWatch as its newest clients speak it: Smithy RPC v2 CBOR, in front of moto.

moto serves CloudWatch as JSON 1.0 only. This layer turns a CBOR request into the JSON one,
and the JSON answer into CBOR, with the shapes that botocore ships, so that it invents nothing.
"""

import base64
import gzip
import io
import json
import re
from datetime import datetime

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import JSONParser, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

PATH = re.compile(r"^/service/GraniteServiceVersion20100801/operation/(\w+)$")
MODEL = ServiceModel(Loader().load_service_model("cloudwatch", "service-2"), "cloudwatch")


class CborLayer:
    """A WSGI application in front of another one."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        found = PATH.match(environ.get("PATH_INFO", ""))
        if not found or environ.get("HTTP_SMITHY_PROTOCOL") != "rpc-v2-cbor":
            return self.app(environ, start_response)
        operation = found.group(1)
        status, headers, body = ask(self.app, as_json_request(environ, operation))
        if not status.startswith("200") and not is_json_error(body):
            # moto's HTML page for what it cannot do: a client must cope with such an answer.
            start_response(status, headers)
            return [body]
        answer = encode(operation, status, headers, body)
        kept = [(k, v) for k, v in headers if k.lower() in ("x-amzn-requestid", "x-amzn-query-error")]
        start_response(status, kept + [
            ("smithy-protocol", "rpc-v2-cbor"),
            ("content-type", "application/cbor"),
            ("content-length", str(len(answer))),
        ])
        return [answer]


def ask(app, environ):
    """One call to a WSGI application: status, headers, whole body."""
    seen = {}

    def start_response(status, headers, _exc_info=None):
        seen["status"], seen["headers"] = status, headers

    parts = app(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return seen["status"], seen["headers"], body


def as_json_request(environ, operation):
    """The same request as JSON 1.0, which moto knows."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        body = gzip.decompress(body)
    text = json.dumps(plain(decode(body))).encode()
    changed = dict(environ)
    changed.pop("HTTP_CONTENT_ENCODING", None)
    changed.pop("HTTP_SMITHY_PROTOCOL", None)
    changed.update({
        "PATH_INFO": "/",
        "REQUEST_URI": "/",
        "RAW_URI": "/",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "CONTENT_LENGTH": str(len(text)),
        "HTTP_X_AMZ_TARGET": f"{MODEL.metadata['targetPrefix']}.{operation}",
        "wsgi.input": io.BytesIO(text),
    })
    return changed


def decode(body):
    """One CBOR item; an empty body is an empty input."""
    if not body:
        return {}
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))


def plain(value):
    """What JSON can hold: times as seconds, bytes as base64."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def is_json_error(body):
    try:
        return "__type" in json.loads(body)
    except (ValueError, TypeError):
        return False


def encode(operation, status, headers, body):
    """The answer as CBOR: by the operation's output shape, or an error's two fields."""
    encoder, shape = RpcV2CBORSerializer(), MODEL.operation_model(operation).output_shape
    if not status.startswith("200"):
        error = json.loads(body)
        message = error.get("message", error.get("Message", ""))
        return pairs(encoder, {"__type": error["__type"], "message": message})
    if shape is None:
        return b"\xa0"
    answer = JSONParser().parse({"status_code": 200, "headers": dict(headers), "body": body}, shape)
    answer.pop("ResponseMetadata", None)
    out = bytearray()
    encoder._serialize_data_item(out, answer, shape)
    return bytes(out)


def pairs(encoder, fields):
    """A map of text to text."""
    out = bytearray([0xA0 + len(fields)])
    for field in (text for pair in fields.items() for text in pair):
        encoder._serialize_type_string(out, field, None, None)
    return bytes(out)
