"""A second AWS for the tests: moto on loopback, with CloudWatch in CBOR and a list of what it was asked.

    python server.py [--port N] [--until-stdin-ends] [--die-at OPERATION] [--fail OPERATION=CODE]

Prints one line when it listens: {"url": "http://127.0.0.1:PORT"}.
GET /moto-api/calls?region=R gives the names of the operations asked in a region, oldest first.
"""

import argparse
import io
import json
import logging
import os
import sys
import threading
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

import cbor


class Calls:
    """Notes the name of every operation; a write that a client kept quiet about would be in the list."""

    def __init__(self, app, die_at, failures):
        self.app = app
        self.die_at = die_at
        self.failures = dict(failure.split("=", 1) for failure in failures)
        self.by_region = {}

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO") == "/moto-api/calls":
            region = parse_qs(environ.get("QUERY_STRING", ""))["region"][0]
            return said(start_response, "200 OK", self.by_region.get(region, []))
        name = operation(environ)
        self.by_region.setdefault(region_of(environ), []).append(name)
        if name == self.die_at:
            # Not even a goodbye: the client sees its connection cut in the middle of a call.
            os._exit(1)
        if name in self.failures:
            # As SageMaker says it; moto itself can neither throttle nor deny in JSON.
            error = {"__type": self.failures[name], "message": "said the test"}
            return said(start_response, "400 Bad Request", error)
        return self.app(environ, start_response)


def said(start_response, status, value):
    """A whole answer in JSON."""
    body = json.dumps(value).encode()
    start_response(status, [("content-type", "application/x-amz-json-1.1"), ("content-length", str(len(body)))])
    return [body]


def region_of(environ):
    """The region that a request was signed for: `… Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`."""
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    return scope[2] if len(scope) > 3 else ""


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
    options.add_argument("--fail", action="append", default=[], help="SageMaker operation and the code it fails with")
    options = options.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = Calls(cbor.CborLayer(DomainDispatcherApplication(create_backend_app)), options.die_at, options.fail)
    server = make_server("127.0.0.1", options.port, app, threaded=True)
    # moto asks itself over HTTP for a few things and takes its port from here.
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    if options.until_stdin_ends:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
