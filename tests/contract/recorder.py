"""A proxy that writes down what a client sends, so that it can be held against the service models."""

import datetime
import http.client
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import botocore.session
from botocore.parsers import RpcV2CBORParser

from shapes import problems

TARGETS = {
    "SageMaker": "sagemaker",
    "GraniteServiceVersion20100801": "cloudwatch",
    "AWS242ServiceCatalogService": "servicecatalog",
    "AWSEvents": "events",
    "AWSGlue": "glue",
    "AnyScaleFrontendService": "application-autoscaling",
    "AmazonEC2ContainerRegistry_V20150921": "ecr",
    "CodePipeline_20150709": "codepipeline",
    "ServiceQuotasV20190624": "service-quotas",
    "StarlingDoveService": "config",
    "TrentService": "kms",
    "AWSHealth_20160804": "health",
    "AmazonSSM": "ssm",
    "AWSStepFunctions": "stepfunctions",
    "CloudTrail_20131101": "cloudtrail",
    "DynamoDB_20120810": "dynamodb",
    "Logs_20140328": "logs",
    "ResourceGroupsTaggingAPI_20170126": "resourcegroupstaggingapi",
}
FORMS = {"2010-03-31": "sns", "2011-06-15": "sts", "2010-08-01": "cloudwatch", "2010-05-08": "iam"}


class Recorder:
    """Stands between a client and the account; `requests` holds (path, headers, body)."""

    def __init__(self, url):
        target = urlsplit(url)
        self.requests = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                recorder.requests.append((self.path, dict(self.headers), body))
                upstream = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
                self.send_header("Content-Length", length or "0")
                self.end_headers()
                self.wfile.write(content)
                upstream.close()

            do_GET = do_POST = do_HEAD = do_PUT = forward

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def inputs(self):
        """Service, operation and input of each request whose protocol has a tree of values."""
        for path, headers, body in self.requests:
            headers = {name.lower(): value for name, value in headers.items()}
            if target := headers.get("x-amz-target"):
                prefix, operation = target.rsplit(".", 1)
                yield TARGETS[prefix.split(".")[-1]], operation, json.loads(body or b"{}")
            elif path.startswith("/service/"):
                _, _, prefix, _, operation = path.split("/")
                parser = RpcV2CBORParser()
                yield TARGETS[prefix], operation, parser.parse_data_item(_peekable(body)) if body else {}
            elif "x-www-form-urlencoded" in headers.get("content-type", ""):
                form = dict(parse_qsl(body.decode()))
                yield FORMS[form.pop("Version")], form.pop("Action"), None

    def objections(self):
        """A sentence for each place where a request is not what the service model allows."""
        session, found, seen = botocore.session.get_session(), set(), set()
        models = {}
        for service, operation, value in self.inputs():
            model = models.setdefault(service, session.get_service_model(service))
            seen.add(operation)
            if operation not in model.operation_names:
                found.add(f"{service} has no {operation}")
                continue
            shape = model.operation_model(operation).input_shape
            if value is not None and shape is not None:
                for sentence in problems(shape, timed(shape, value)):
                    found.add(f"{operation}{sentence}")
        return sorted(found), seen


def _peekable(body):
    return io.BufferedReader(io.BytesIO(body))


def timed(shape, value):
    """Numbers that stand for instants as instants, as answers have them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {k: timed(shape.members[k], v) if k in shape.members else v for k, v in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [timed(shape.member, item) for item in value]
    if shape.type_name == "timestamp" and isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    return value
