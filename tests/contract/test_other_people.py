"""Somebody else creates resources, and deletes them again."""

import json
import unittest
import uuid

from botocore.exceptions import ClientError

from account import pages
from served import Contract

ROLE = "arn:aws:iam::123456789012:role/colleague"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/colleague:1"


class OtherPeople(Contract):
    def test_from_nothing_to_an_endpoint(self):
        sm, name = self.account.client("sagemaker"), f"colleague-{uuid.uuid4().hex[:8]}"
        sm.create_model_package_group(ModelPackageGroupName=name, ModelPackageGroupDescription="by a colleague")
        container = {"Image": IMAGE, "ModelDataUrl": "s3://retail-ml-artifacts/x/model.tar.gz"}
        spec = {"Containers": [container], "SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
        package = sm.create_model_package(ModelPackageGroupName=name, InferenceSpecification=spec)["ModelPackageArn"]
        self.assertEqual("PendingManualApproval", sm.describe_model_package(ModelPackageName=package)["ModelApprovalStatus"])
        model = {"ModelName": name, "ExecutionRoleArn": ROLE, "Containers": [{"ModelPackageName": package}]}
        with self.assertRaises(ClientError):
            sm.create_model(**model)
        sm.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
        sm.create_model(**model)
        variant = {"VariantName": "main", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
        sm.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sm.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=[{"Key": "a", "Value": "b"}])
        self.assertEqual("Creating", sm.describe_endpoint(EndpointName=name)["EndpointStatus"])
        sm.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        found = sm.describe_endpoint(EndpointName=name)
        self.assertEqual(1, found["ProductionVariants"][0]["CurrentInstanceCount"])
        sm.delete_endpoint(EndpointName=name)
        sm.delete_endpoint_config(EndpointConfigName=name)
        sm.delete_model(ModelName=name)
        with self.assertRaises(ClientError):
            sm.describe_endpoint(EndpointName=name)

    def test_a_pipeline_of_ones_own(self):
        sm, name = self.account.client("sagemaker"), f"colleague-{uuid.uuid4().hex[:8]}"
        step = {"Name": "Think", "Type": "Lambda", "Arguments": {}}
        definition = {"Version": "2020-12-01", "Parameters": [{"Name": "N", "Type": "Integer", "DefaultValue": 3}], "Steps": [step]}
        token = uuid.uuid4().hex
        order = {"PipelineName": name, "ClientRequestToken": token, "RoleArn": ROLE}
        with self.assertRaises(ClientError):
            sm.create_pipeline(**order, PipelineDefinition="{nonsense")
        sm.create_pipeline(**order, PipelineDefinition=json.dumps(definition))
        arn = sm.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        parameters = sm.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
        self.assertEqual([{"Name": "N", "Value": "3"}], parameters)
        found = [p["PipelineName"] for page in pages(sm, "list_pipelines", PipelineNamePrefix="colleague") for p in page["PipelineSummaries"]]
        self.assertIn(name, found)

    def test_alarms_of_ones_own(self):
        cw, name = self.account.client("cloudwatch"), f"colleague-{uuid.uuid4().hex[:8]}"
        watch = {"Namespace": "Retail/Models", "MetricName": "Silhouette", "Dimensions": [{"Name": "Model", "Value": "customer-segmentation"}]}
        rest = {"Statistic": "Average", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold"}
        cw.put_metric_alarm(AlarmName=name, **watch, **rest)
        first = cw.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        self.assertIn(first["StateValue"], ("INSUFFICIENT_DATA", "ALARM"))
        cw.put_composite_alarm(AlarmName=f"{name}-all", AlarmRule=f'ALARM("{name}")')
        with self.assertRaises(ClientError):
            cw.put_composite_alarm(AlarmName=f"{name}-bad", AlarmRule="ALARM(")
        own = cw.describe_alarms_for_metric(**watch)["MetricAlarms"]
        self.assertIn(name, [alarm["AlarmName"] for alarm in own])
        cw.delete_alarms(AlarmNames=[name, f"{name}-all"])
        with self.assertRaises(ClientError):
            cw.delete_alarms(AlarmNames=[name])

    def test_empty_kinds(self):
        sm = self.account.client("sagemaker")
        for call in (
            sm.list_monitoring_schedules,
            sm.list_monitoring_executions,
            sm.list_projects,
            sm.list_model_cards,
            sm.list_notebook_instances,
        ):
            self.assertNotIn("NextToken", call())


if __name__ == "__main__":
    unittest.main()
