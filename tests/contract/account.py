"""Clients for the served account, whose every answer is checked on its way in."""

import datetime
import urllib.request

import boto3
from botocore.config import Config

from shapes import problems


class Account:
    """boto3 clients for one endpoint; collects what the service models object to."""

    def __init__(self, url, region="eu-west-1"):
        self.url = url
        self.region = region
        self.faults = []
        self.seen = set()
        self.session = boto3.Session(
            aws_access_key_id="simulated", aws_secret_access_key="simulated", region_name=region
        )

    def client(self, service, **extra):
        config = Config(
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=20,
            **extra,
        )
        client = self.session.client(service, endpoint_url=self.url, config=config)
        client.meta.events.register("after-call.*", self.check)
        return client

    def check(self, http_response, parsed, model, **_):
        self.seen.add((model.service_model.service_name, model.name))
        if http_response.status_code >= 500:
            self.faults.append(f"{model.name}: HTTP {http_response.status_code}")
        if http_response.status_code >= 300 or model.output_shape is None:
            return
        answer = {key: value for key, value in parsed.items() if key != "ResponseMetadata"}
        for sentence in problems(model.output_shape, answer):
            self.faults.append(f"{model.name}{sentence}")

    def raw(self, path="/", headers=None, body=b"", method="POST"):
        """One request by hand; gives status and body, also of errors."""
        request = urllib.request.Request(self.url + path, data=body, headers=headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


def pages(client, operation, limit=500, **arguments):
    """All pages of an operation that botocore can page; fails when they do not end."""
    paginator = client.get_paginator(operation)
    found = []
    for page in paginator.paginate(**arguments):
        found.append(page)
        assert len(found) < limit, f"{operation} does not end"
    return found
