"""A served simulated account, and what it was asked."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

JSON = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Calls:
    """What the account was asked so far."""

    total: int
    failed: int
    bytes: int
    operations: dict[str, int]


class Account:
    """Serves from the moment it is made until `close`, or the end of a `with`."""

    def __init__(self, sagetop: str, *options: str, listen: str = "127.0.0.1:0") -> None:
        command = [sagetop, "simulate", "--listen", listen, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        if "http://" not in line:
            self.close()
            raise SystemExit(f"the account does not start: {' '.join(command)}")
        self.url = "http://" + line.split("http://")[1].split()[0]

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    def environment(self) -> dict[str, str]:
        """What any AWS client needs to find it."""
        credentials = {"AWS_ACCESS_KEY_ID": "DEMO", "AWS_SECRET_ACCESS_KEY": "DEMO"}
        return {**credentials, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": self.url}

    def calls(self) -> Calls:
        with urllib.request.urlopen(f"{self.url}/_sim/calls", timeout=30) as answer:
            return Calls(**json.load(answer))

    def ask(self, target: str, **request: Any) -> Any:
        """One call by its target, such as `SageMaker.ListEndpoints`."""
        headers = {"x-amz-target": target, "content-type": JSON}
        asked = urllib.request.Request(self.url, json.dumps(request).encode(), headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.load(answer)

    def pages(self, target: str, *members: str, **request: Any) -> Iterator[Any]:
        """All rows of a list, those of all its members."""
        while True:
            page = self.ask(target, **request)
            yield from (row for member in members for row in page[member])
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def count(self, resource: str, **filters: str) -> int:
        """How many records of a kind there are, by one search."""
        wanted = [{"Name": name, "Operator": "Equals", "Value": value} for name, value in filters.items()]
        expression = {"SearchExpression": {"Filters": wanted}} if wanted else {}
        found = self.ask("SageMaker.Search", Resource=resource, MaxResults=1, **expression)
        return int(found["TotalHits"]["Value"])
