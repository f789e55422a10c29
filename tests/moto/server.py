"""A second AWS for the tests: moto on loopback, with CloudWatch in CBOR and a list of what it was asked.

    python server.py [--port N] [--until-stdin-ends] [--die-at OPERATION] [--fail OPERATION=CODE] [--expired KEY]

Prints one line when it listens: {"url": "http://127.0.0.1:PORT"}.
GET /moto-api/calls?region=R gives the operations asked in a region and who signed each, oldest first: [["ListEndpoints",
"AKIA…"], …]. It is the portal of IAM Identity Center, too: whoever brings the token "valid" gets the keys of a role.
"""

import argparse
import io
import json
import logging
import os
import sys
import threading
import time
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sagemaker.models import SageMakerModelBackend
from werkzeug.serving import WSGIRequestHandler, make_server

import cbor


def merge_updates_of_versions():
    """Keeps what `UpdateModelPackage` does not name, as AWS does; moto erases it."""
    update = SageMakerModelBackend.update_model_package

    def merged(backend, model_package_arn, **given):
        name = backend.model_package_name_mapping.get(model_package_arn, model_package_arn)
        if (known := backend.model_packages.get(name)) is not None:
            for field in ("model_approval_status", "approval_description"):
                given[field] = given[field] or getattr(known, field)
            properties = "customer_metadata_properties"
            given[properties] = {**(getattr(known, properties) or {}), **(given[properties] or {})}
        return update(backend, model_package_arn, **given)

    SageMakerModelBackend.update_model_package = merged


class Calls:
    """Notes the name of every operation; a write that a client kept quiet about would be in the list."""

    def __init__(self, app, die_at, failures):
        self.app = app
        self.die_at = die_at
        self.failures = dict(failure.split("=", 1) for failure in failures)
        self.by_region = {}

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO") == "/moto-api/calls":
            region = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)["region"][0]
            return said(start_response, "200 OK", self.by_region.get(region, []))
        name, (key, region) = operation(environ), signer(environ)
        self.by_region.setdefault(region, []).append((name, key))
        if name == self.die_at:
            # Not even a goodbye: the client sees its connection cut in the middle of a call.
            os._exit(1)
        if name in self.failures:
            # moto itself can neither throttle nor deny in JSON, and denies in a shape that only EC2 has.
            return refused(environ, start_response, self.failures[name], f"said the test of {name}")
        if environ.get("PATH_INFO") == "/federation/credentials":
            return portal(environ, start_response)
        return self.app(environ, start_response)


class Expired:
    """Takes no request that one of these keys has signed, in words of the service that is asked."""

    MESSAGE = "The security token included in the request is expired"

    def __init__(self, app, keys):
        self.app = app
        self.keys = keys

    def __call__(self, environ, start_response):
        if signer(environ)[0] not in self.keys:
            return self.app(environ, start_response)
        code = "ExpiredTokenException" if "HTTP_X_AMZ_TARGET" in environ else "ExpiredToken"
        return refused(environ, start_response, code, self.MESSAGE)


class Handler(WSGIRequestHandler):
    """Keeps the header of the SSO portal, which werkzeug leaves out for the underscores in its name."""

    def make_environ(self):
        return {**super().make_environ(), "sso.token": self.headers.get("x-amz-sso_bearer_token")}


def portal(environ, start_response):
    """`GetRoleCredentials` of IAM Identity Center, which moto does not have."""
    if environ["sso.token"] != "valid":
        error = {"__type": "UnauthorizedException", "message": "Session token not found or invalid"}
        return said(start_response, "401 Unauthorized", error)
    wanted = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    return said(start_response, "200 OK", {"roleCredentials": {
        "accessKeyId": f"SSO-{wanted['account_id']}-{wanted['role_name']}", "secretAccessKey": "secret",
        "sessionToken": "session", "expiration": int((time.time() + 3600) * 1000)}})


def refused(environ, start_response, code, message):
    """An error as the service says it that is asked: in JSON, by the Query protocol, or as S3."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return said(start_response, "400 Bad Request", {"__type": code, "message": message})
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if environ["REQUEST_METHOD"] == "POST":
        error = f"<ErrorResponse>{error}</ErrorResponse>"
    start_response("403 Forbidden", [("content-type", "text/xml"), ("content-length", str(len(error)))])
    return [error.encode()]


def said(start_response, status, value):
    """A whole answer in JSON."""
    body = json.dumps(value).encode()
    start_response(status, [("content-type", "application/x-amz-json-1.1"), ("content-length", str(len(body)))])
    return [body]


def signer(environ):
    """Key and region that a request was signed with: `… Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`."""
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    return (scope[0], scope[2]) if len(scope) > 3 else ("", "")


def operation(environ):
    """`ListEndpoints`, `DescribeAlarms`, `ListTopics`; for S3 its method and path."""
    path = environ.get("PATH_INFO", "")
    found = cbor.PATH.match(path)
    if found:
        return found.group(1)
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.rsplit(".", 1)[-1]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if action := parse_qs(body.decode()).get("Action"):
            return action[0]
    return f"{environ['REQUEST_METHOD']} {path}"


def end_with_stdin():
    """Ends this process when whoever started it is gone, however it went."""
    sys.stdin.read()
    os._exit(0)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--until-stdin-ends", action="store_true", help="stop when standard input is closed")
    options.add_argument("--die-at", help="vanish when this operation is asked for")
    options.add_argument("--fail", action="append", default=[], help="operation and the code it fails with")
    options.add_argument("--expired", action="append", default=[], help="access key that is taken no more")
    options = options.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    merge_updates_of_versions()
    moto = Expired(DomainDispatcherApplication(create_backend_app), options.expired)
    app = Calls(cbor.CborLayer(moto), options.die_at, options.fail)
    server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=Handler)
    # moto asks itself over HTTP for a few things and takes its port from here.
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    if options.until_stdin_ends:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
