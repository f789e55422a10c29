"""The CBOR layer, asked by botocore's own CBOR client: what goes in comes out, errors have their names.

    python -m unittest discover -s tests/moto
"""

import json
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

SERVER = Path(__file__).with_name("server.py")


def cbor_client(url):
    """botocore prefers JSON where a service has both: only CBOR is left to it here."""
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def cbor_only(service_name, type_name, api_version=None):
        model = load(service_name, type_name, api_version)
        if (service_name, type_name) == ("cloudwatch", "service-2"):
            model["metadata"]["protocols"] = ["smithy-rpc-v2-cbor"]
        return model

    loader.load_service_model = cbor_only
    return session.create_client(
        "cloudwatch", region_name="eu-west-1", endpoint_url=url, aws_access_key_id="testing",
        aws_secret_access_key="testing", config=Config(retries={"total_max_attempts": 1}))


class Cbor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        command = [sys.executable, "-B", str(SERVER), "--until-stdin-ends"]
        cls.server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.client = cbor_client(json.loads(cls.server.stdout.readline())["url"])

    @classmethod
    def tearDownClass(cls):
        # The end of its standard input is the server's own end.
        cls.server.communicate(timeout=10)

    def test_it_is_cbor(self):
        self.assertEqual(self.client.meta.service_model.resolved_protocol, "smithy-rpc-v2-cbor")

    def test_an_alarm_comes_back_as_it_was_put(self):
        put = {"AlarmName": "ü-alarm", "Namespace": "N", "MetricName": "M", "Statistic": "Average", "Period": 60,
               "EvaluationPeriods": 3, "Threshold": -2.5, "ComparisonOperator": "GreaterThanThreshold",
               "Dimensions": [{"Name": "EndpointName", "Value": "e"}], "ActionsEnabled": False,
               "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:t"]}
        before = datetime.now(timezone.utc)
        self.client.put_metric_alarm(**put)
        self.client.set_alarm_state(AlarmName="ü-alarm", StateValue="ALARM", StateReason="why")
        got, = self.client.describe_alarms(AlarmNames=["ü-alarm"])["MetricAlarms"]
        self.assertEqual({name: got[name] for name in put}, put)
        self.assertEqual((got["StateValue"], got["StateReason"]), ("ALARM", "why"))
        self.assertLess(abs(got["StateUpdatedTimestamp"] - before), timedelta(minutes=1))

    def test_gzipped_data_and_times(self):
        at = datetime.now(timezone.utc).replace(second=0, microsecond=0) - timedelta(minutes=2)
        points = [{"MetricName": f"m{n}", "Value": n * 1.5, "Timestamp": at,
                   "Dimensions": [{"Name": "d", "Value": "x" * 60}]} for n in range(200)]
        self.client.put_metric_data(Namespace="N", MetricData=points)  # over 10 KB: botocore compresses it
        query = {"Id": "q", "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
            "Namespace": "N", "MetricName": "m3", "Dimensions": points[3]["Dimensions"]}}}
        got = self.client.get_metric_data(
            MetricDataQueries=[query], StartTime=at - timedelta(minutes=3), EndTime=at + timedelta(minutes=3))
        series, = got["MetricDataResults"]
        self.assertEqual((series["Timestamps"], series["Values"]), ([at], [4.5]))

    def test_errors_have_their_names(self):
        with self.assertRaises(ClientError) as caught:
            self.client.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="")
        self.assertEqual(caught.exception.response["Error"]["Code"], "ResourceNotFound")
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 404)


if __name__ == "__main__":
    unittest.main()
