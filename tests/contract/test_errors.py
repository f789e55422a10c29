"""Wrong input gets AWS's own errors: never a 500, never a hang."""

import json
import unittest
from datetime import timedelta

from botocore.exceptions import ClientError

from account import utc_now
from served import Contract

SAGEMAKER = {"Content-Type": "application/x-amz-json-1.1"}


class Errors(Contract):
    def refused(self, code, call, text="", status=400, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        found = caught.exception.response
        self.assertEqual(code, found["Error"]["Code"])
        self.assertIn(text, found["Error"].get("Message", ""))
        self.assertEqual(status, found["ResponseMetadata"]["HTTPStatusCode"])

    def test_nothing_of_that_name(self):
        sm = self.account.client("sagemaker")
        for call, member, text in (
            (sm.describe_endpoint, "EndpointName", "Could not find endpoint"),
            (sm.describe_endpoint_config, "EndpointConfigName", "Could not find endpoint configuration"),
            (sm.describe_model, "ModelName", "Could not find model"),
            (sm.describe_training_job, "TrainingJobName", "Requested resource not found"),
            (sm.describe_processing_job, "ProcessingJobName", "Could not find requested job"),
            (sm.describe_model_package_group, "ModelPackageGroupName", "does not exist"),
            (sm.describe_model_package, "ModelPackageName", "does not exist"),
        ):
            self.refused("ValidationException", call, text, **{member: "nothing-here"})
        execution = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/nothing/execution/aaaaaaaaaaaa"
        self.refused("ResourceNotFound", sm.describe_pipeline, PipelineName="nothing")
        self.refused("ResourceNotFound", sm.describe_feature_group, FeatureGroupName="nothing")
        self.refused("ResourceNotFound", sm.describe_pipeline_execution, PipelineExecutionArn=execution)
        self.refused("ResourceNotFound", sm.stop_pipeline_execution, PipelineExecutionArn=execution)
        sns = self.account.client("sns")
        self.refused("NotFound", sns.get_topic_attributes, status=404, TopicArn="arn:aws:sns:eu-west-1:123456789012:nothing")
        s3 = self.account.client("s3")
        self.refused("NoSuchBucket", s3.list_objects_v2, status=404, Bucket="nothing")
        self.refused("NoSuchKey", s3.get_object, status=404, Bucket="retail-data-lake", Key="nothing")
        self.refused("404", s3.head_object, status=404, Bucket="retail-data-lake", Key="nothing")
        cw = self.account.client("cloudwatch")
        with self.assertRaises(cw.exceptions.ResourceNotFound):
            cw.set_alarm_state(AlarmName="nothing", StateValue="OK", StateReason="x")

    def test_wrong_values(self):
        sm = self.account.client("sagemaker", parameter_validation=False)
        for arguments in (
            {"SortBy": "Colour"},
            {"SortOrder": "Upwards"},
            {"StatusEquals": "Sleeping"},
            {"MaxResults": 0},
            {"MaxResults": 101},
            {"NextToken": "rubbish"},
        ):
            self.refused("ValidationException", sm.list_endpoints, **arguments)
        self.refused("ValidationException", sm.describe_endpoint, "Member must not be null")
        self.refused("ValidationException", sm.list_model_packages, ModelPackageType="Some")
        self.refused("ValidationException", sm.search, Resource="Nonsense")
        self.refused("ValidationException", sm.update_endpoint, EndpointName="recommendation-prod", EndpointConfigName="nothing")
        self.refused("ValidationException", sm.start_pipeline_execution, "do not exist", PipelineName="price-elasticity-build", PipelineParameters=[{"Name": "Nope", "Value": "1"}])
        self.refused("ValidationException", sm.start_pipeline_execution, "not of type", PipelineName="price-elasticity-build", PipelineParameters=[{"Name": "MaxDepth", "Value": "deep"}])
        cw = self.account.client("cloudwatch", parameter_validation=False)
        end = utc_now()
        self.refused("InvalidParameterValue", cw.describe_alarms, StateValue="Green")
        self.refused("ValidationError", cw.get_metric_data, StartTime=end, EndTime=end - timedelta(hours=1), MetricDataQueries=[])
        self.refused("InvalidNextToken", cw.describe_alarms, NextToken="rubbish")

    def test_a_token_belongs_to_its_request(self):
        sm = self.account.client("sagemaker")
        token = sm.list_training_jobs(MaxResults=2)["NextToken"]
        self.refused("ValidationException", sm.list_training_jobs, NextToken=token, NameContains="other")
        self.assertTrue(sm.list_training_jobs(MaxResults=5, NextToken=token)["TrainingJobSummaries"], "the page size may change")

    def test_unknown_operations(self):
        for headers, body, code in (
            ({**SAGEMAKER, "X-Amz-Target": "SageMaker.ListDreams"}, b"{}", b"UnknownOperationException"),
            ({**SAGEMAKER, "X-Amz-Target": "Nothing_2020.ListDreams"}, b"{}", b"UnknownOperationException"),
            ({"Content-Type": "application/x-www-form-urlencoded"}, b"Action=ListDreams&Version=2010-03-31", b"InvalidAction"),
        ):
            status, answer = self.account.raw(headers=headers, body=body)
            self.assertEqual(400, status)
            self.assertIn(code, answer)

    def test_broken_bytes(self):
        headers = {**SAGEMAKER, "X-Amz-Target": "SageMaker.ListEndpoints"}
        deep = b'{"a":' * 3000 + b"1" + b"}" * 3000
        for body in (b"{", b"[1,2", b"\xff\xfe", b'{"MaxResults":"many"}', b'{"NameContains":5}', b'{"CreationTimeAfter":{}}', deep):
            status, answer = self.account.raw(headers=headers, body=body)
            self.assertEqual(400, status, body[:40])
            self.assertIn(json.loads(answer)["__type"], ("SerializationException", "ValidationException"))
        path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms"
        for body in (b"\xff", b"\xbf", b"\x9f" * 5000, b"\xa1\x61"):
            status, _ = self.account.raw(path, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, body)
            self.assertEqual(400, status, body[:10])
        for path in ("/%00/%ff?list-type=2&max-keys=x", "/retail-data-lake?list-type=2&max-keys=-1", "/retail-data-lake/a%00b", "//", "/?x=%zz"):
            status, _ = self.account.raw(path, method="GET")
            self.assertLess(status, 500, path)

    def test_query_and_json_speak_of_the_same_alarms(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self.account.raw(headers=form, body=b"Action=DescribeAlarms&Version=2010-08-01&AlarmTypes.member.1=CompositeAlarm")
        self.assertEqual(200, status)
        self.assertIn(b"<CompositeAlarms><member>", answer)
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.DescribeAlarms"}
        status, answer = self.account.raw(headers=headers, body=b'{"AlarmTypes":["CompositeAlarm"]}')
        self.assertEqual(200, status)
        self.assertTrue(json.loads(answer)["CompositeAlarms"])


if __name__ == "__main__":
    unittest.main()
