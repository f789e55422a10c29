"""boto3 against the second AWS.

    python aws.py URL REGION SERVICE METHOD [JSON [KEY]]     one call, its answer as JSON
"""

import json
import sys

import boto3
from botocore.config import Config

# One attempt: an answer that is an error is the answer. Plain bodies, as moto cannot read its JSON gzipped.
CONFIG = Config(retries={"total_max_attempts": 1}, disable_request_compression=True, s3={"addressing_style": "path"})


def client(url, service, region, key="testing"):
    return boto3.client(
        service, endpoint_url=url, region_name=region, config=CONFIG,
        aws_access_key_id=key, aws_secret_access_key="testing")


def main():
    url, region, service, method, *request = sys.argv[1:]
    arguments, *key = request or ["{}"]
    answer = getattr(client(url, service, region, *key), method)(**json.loads(arguments))
    answer.pop("ResponseMetadata", None)
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
