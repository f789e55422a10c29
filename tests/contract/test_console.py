"""What the console itself sends, recorded on its way, is valid input of the service models."""

import os
import subprocess
import unittest

from recorder import Recorder
from served import Contract, binary, url


class Console(Contract):
    def setUp(self):
        super().setUp()
        self.recorder = Recorder(url())
        self.addCleanup(self.recorder.close)

    def console(self, *words):
        keys = {"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated", "AWS_REGION": "eu-west-1"}
        command = [binary(), *words, "--endpoint-url", self.recorder.url]
        return subprocess.run(command, env=os.environ | keys, capture_output=True, text=True, timeout=180, check=False)

    def test_reading(self):
        done = self.console("dump")
        self.assertEqual(0, done.returncode, done.stderr)
        objections, seen = self.recorder.objections()
        self.assertEqual([], objections)
        for operation in ("ListEndpoints", "DescribeEndpoint", "DescribeAlarms", "ListTopics", "GetCallerIdentity"):
            self.assertIn(operation, seen)

    def test_changing(self):
        arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/price-elasticity/2"
        steps = (
            (("approve", arn, "--reason", "a test", "--yes", "price-elasticity/2"), "UpdateModelPackage"),
            (("reject", arn, "--reason", "a test", "--yes", "price-elasticity/2"), "UpdateModelPackage"),
            (("retrain", "price-elasticity-build", "--yes", "price-elasticity-build"), "StartPipelineExecution"),
            (("rollback", "customer-segmentation-prod", "--yes", "customer-segmentation-prod"), "UpdateEndpoint"),
        )
        for words, operation in steps:
            done = self.console(*words)
            objections, seen = self.recorder.objections()
            self.assertEqual([], objections)
            self.assertIn(operation, seen, done.stdout + done.stderr)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
