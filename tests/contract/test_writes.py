"""What the console changes, and what the account makes of it. The account should run fast (`--speed 20`)."""

import json
import time
import unittest
import uuid

from botocore.exceptions import ClientError

from served import Contract


def until(seconds, holds):
    """Waits until something holds; false when it did not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.2)
    return False


class Writes(Contract):
    def refused(self, code, text, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        self.assertEqual(code, error["Code"])
        self.assertIn(text, error["Message"])
        self.assertLess(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 500)

    def test_roll_back(self):
        sm = self.account.client("sagemaker")
        name = "fraud-screening-prod"
        before = sm.describe_endpoint(EndpointName=name)
        configs = sm.list_endpoint_configs(NameContains=name, SortBy="CreationTime", SortOrder="Descending")
        target = next(c["EndpointConfigName"] for c in configs["EndpointConfigs"] if c["EndpointConfigName"] != before["EndpointConfigName"])
        sm.update_endpoint(EndpointName=name, EndpointConfigName=target, RetainAllVariantProperties=True)
        during = sm.describe_endpoint(EndpointName=name)
        self.assertEqual("Updating", during["EndpointStatus"])
        self.assertEqual(before["EndpointConfigName"], during["EndpointConfigName"])
        pending = during["PendingDeploymentSummary"]
        self.assertEqual(target, pending["EndpointConfigName"])
        self.assertIn(pending["ProductionVariants"][0]["VariantStatus"][0]["Status"], ("Creating", "ActivatingTraffic", "Baking"))
        self.refused(
            "ValidationException", "Cannot update in-progress endpoint", sm.update_endpoint, EndpointName=name, EndpointConfigName=target
        )
        sm.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        after = sm.describe_endpoint(EndpointName=name)
        self.assertEqual(target, after["EndpointConfigName"])
        self.assertNotIn("PendingDeploymentSummary", after)
        counts = [v["ProductionVariants"][0]["DesiredInstanceCount"] for v in (before, after)]
        self.assertEqual(counts[0], counts[1])

    def test_rebuild_from_the_registry(self):
        sm = self.account.client("sagemaker")
        tail = uuid.uuid4().hex[:8]
        versions = sm.list_model_packages(ModelPackageGroupName="price-elasticity", ModelApprovalStatus="Approved")
        package = versions["ModelPackageSummaryList"][0]["ModelPackageArn"]
        endpoint = sm.describe_endpoint(EndpointName="price-elasticity-prod")
        config = sm.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        model = sm.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
        name = f"price-elasticity-v1-{tail}"
        sm.create_model(ModelName=name, ExecutionRoleArn=model["ExecutionRoleArn"], Containers=[{"ModelPackageName": package}])
        variants = [dict(variant, ModelName=name) for variant in config["ProductionVariants"]]
        tags = [{"Key": "sagetop:intent", "Value": tail}]
        sm.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, Tags=tags)
        made = sm.describe_endpoint_config(EndpointConfigName=name)
        self.assertEqual(variants, made["ProductionVariants"])
        self.assertEqual(tags, sm.list_tags(ResourceArn=made["EndpointConfigArn"])["Tags"])
        self.refused("ValidationException", "already existing", sm.create_model, ModelName=name, ExecutionRoleArn=model["ExecutionRoleArn"], Containers=[{"ModelPackageName": package}])
        sm.update_endpoint(EndpointName="price-elasticity-prod", EndpointConfigName=name)
        self.assertTrue(until(20, lambda: sm.describe_endpoint(EndpointName="price-elasticity-prod")["EndpointConfigName"] == name))

    def test_weights_and_capacities(self):
        sm = self.account.client("sagemaker")
        name = "demand-forecasting-staging"
        variant = sm.describe_endpoint(EndpointName=name)["ProductionVariants"][0]
        wanted = [{"VariantName": variant["VariantName"], "DesiredInstanceCount": 3}]
        sm.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
        sm.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        after = sm.describe_endpoint(EndpointName=name)["ProductionVariants"][0]
        self.assertEqual((3, variant["CurrentWeight"]), (after["CurrentInstanceCount"], after["CurrentWeight"]))

    def test_approval(self):
        sm = self.account.client("sagemaker")
        versions = sm.list_model_packages(ModelPackageGroupName="price-elasticity")["ModelPackageSummaryList"]
        arn = next(v["ModelPackageArn"] for v in versions if v["ModelApprovalStatus"] == "Rejected")
        before = sm.describe_model_package(ModelPackageName=arn)
        sm.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="by a test")
        after = sm.describe_model_package(ModelPackageName=arn)
        self.assertEqual(("Approved", "by a test"), (after["ModelApprovalStatus"], after["ApprovalDescription"]))
        self.assertEqual(before["CustomerMetadataProperties"], after["CustomerMetadataProperties"])
        self.assertGreater(after["LastModifiedTime"], before["LastModifiedTime"])
        sm.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")

    def test_retrain(self):
        sm = self.account.client("sagemaker")
        token = uuid.uuid4().hex
        order = {"PipelineName": "price-elasticity-build", "ClientRequestToken": token}
        arn = sm.start_pipeline_execution(**order)["PipelineExecutionArn"]
        self.assertEqual(arn, sm.start_pipeline_execution(**order)["PipelineExecutionArn"], "one token, one execution")
        self.refused(
            "ConflictException", "", sm.start_pipeline_execution, **order, PipelineParameters=[{"Name": "MaxDepth", "Value": "7"}]
        )
        versions = lambda: len(sm.list_model_packages(ModelPackageGroupName="price-elasticity", MaxResults=100)["ModelPackageSummaryList"])
        before = versions()
        status = lambda: sm.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
        self.assertTrue(until(30, lambda: status() != "Executing"))
        self.assertEqual("Succeeded", status())
        steps = sm.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")["PipelineExecutionSteps"]
        self.assertEqual(["Preprocess", "Train", "Evaluate", "CheckQuality", "Register-RegisterModel"], [s["StepName"] for s in steps])
        package = sm.describe_model_package(ModelPackageName=steps[-1]["Metadata"]["RegisterModel"]["Arn"])
        self.assertEqual("PendingManualApproval", package["ModelApprovalStatus"])
        self.assertEqual(arn, package["MetadataProperties"]["GeneratedBy"])
        job = sm.describe_training_job(TrainingJobName=steps[1]["Metadata"]["TrainingJob"]["Arn"].split("/")[-1])
        artifact = job["ModelArtifacts"]["S3ModelArtifacts"]
        self.assertEqual(artifact, package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])
        s3 = self.account.client("s3")
        bucket, key = artifact.removeprefix("s3://").split("/", 1)
        self.assertGreater(s3.head_object(Bucket=bucket, Key=key)["ContentLength"], 0)
        bucket, key = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"].removeprefix("s3://").split("/", 1)
        report = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        self.assertIn("rmse", report["regression_metrics"])
        self.assertEqual(before + 1, versions())

    def test_a_gate_that_is_too_strict_registers_nothing(self):
        sm = self.account.client("sagemaker")
        parameters = [{"Name": "MaxRmse", "Value": "0.001"}]
        arn = sm.start_pipeline_execution(PipelineName="price-elasticity-build", PipelineParameters=parameters)["PipelineExecutionArn"]
        status = lambda: sm.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
        self.assertTrue(until(30, lambda: status() == "Succeeded"))
        steps = sm.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")["PipelineExecutionSteps"]
        self.assertEqual("False", steps[-1]["Metadata"]["Condition"]["Outcome"])
        self.assertEqual(4, len(steps))

    def test_stop_and_retry(self):
        sm = self.account.client("sagemaker")
        arn = sm.start_pipeline_execution(PipelineName="fraud-screening-build")["PipelineExecutionArn"]
        sm.stop_pipeline_execution(PipelineExecutionArn=arn)
        status = lambda: sm.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
        self.assertIn(status(), ("Stopping", "Stopped"))
        self.assertTrue(until(20, lambda: status() == "Stopped"))
        sm.retry_pipeline_execution(PipelineExecutionArn=arn)
        self.assertTrue(until(30, lambda: status() == "Succeeded"))

    def test_alarm_state(self):
        cw = self.account.client("cloudwatch")
        name = "P2-price-elasticity-5xx"
        cw.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="testing the chain")
        self.assertEqual("ALARM", cw.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])
        state = lambda: cw.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]
        self.assertTrue(until(20, lambda: state() == "OK"), "it returns at its next evaluation")
        items = cw.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
        self.assertTrue(items)


if __name__ == "__main__":
    unittest.main()
