"""Endpoints of every kind are described as the service models say."""

import unittest

from account import pages
from served import Contract


class EveryEndpoint(Contract):
    story = "every-endpoint"

    def test_descriptions(self):
        sm = self.account.client("sagemaker")
        names = [e["EndpointName"] for page in pages(sm, "list_endpoints") for e in page["Endpoints"]]
        found = {name: sm.describe_endpoint(EndpointName=name) for name in names}
        for endpoint in found.values():
            sm.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        self.assertEqual(2, len(found["search-split-prod"]["ProductionVariants"]))
        self.assertEqual(1, len(found["search-shadow-prod"]["ShadowProductionVariants"]))
        self.assertIn("AsyncInferenceConfig", found["search-batch-prod"])
        self.assertEqual("Started", found["search-managed-prod"]["DataCaptureConfig"]["CaptureStatus"])
        serverless = found["search-serverless-prod"]["ProductionVariants"][0]
        self.assertEqual(2048, serverless["CurrentServerlessConfig"]["MemorySizeInMB"])
        self.account.client("sagemaker").search(Resource="Endpoint")

    def test_components(self):
        sm = self.account.client("sagemaker")
        listed = [c for page in pages(sm, "list_inference_components") for c in page["InferenceComponents"]]
        self.assertEqual(2, len(listed))
        for component in listed:
            found = sm.describe_inference_component(InferenceComponentName=component["InferenceComponentName"])
            sm.describe_model(ModelName=found["Specification"]["ModelName"])
        other = sm.list_inference_components(EndpointNameEquals="search-split-prod")
        self.assertEqual([], other["InferenceComponents"])


if __name__ == "__main__":
    unittest.main()
