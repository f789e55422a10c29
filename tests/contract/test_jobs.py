"""Jobs of every kind are listed and described as the service models say."""

import json
import unittest

from account import pages
from served import Contract


class EveryJob(Contract):
    story = "every-job"

    def test_jobs(self):
        sm = self.account.client("sagemaker")
        for operation, member, describe, argument in (
            ("list_transform_jobs", "TransformJobSummaries", sm.describe_transform_job, "TransformJobName"),
            (
                "list_hyper_parameter_tuning_jobs",
                "HyperParameterTuningJobSummaries",
                sm.describe_hyper_parameter_tuning_job,
                "HyperParameterTuningJobName",
            ),
            ("list_auto_ml_jobs", "AutoMLJobSummaries", sm.describe_auto_ml_job_v2, "AutoMLJobName"),
            ("list_processing_jobs", "ProcessingJobSummaries", sm.describe_processing_job, "ProcessingJobName"),
        ):
            listed = [job for page in pages(sm, operation) for job in page[member]]
            self.assertTrue(listed, operation)
            for job in listed[:5]:
                describe(**{argument: job[argument]})
        spot = sm.describe_training_job(TrainingJobName="churn-on-spot")
        self.assertEqual(1800, spot["ResourceConfig"]["KeepAlivePeriodInSeconds"])
        self.assertLess(spot["BillableTimeInSeconds"], spot["TrainingTimeInSeconds"])

    def test_checks(self):
        sm, s3 = self.account.client("sagemaker"), self.account.client("s3")
        runs = [run for page in pages(sm, "list_pipeline_executions", PipelineName="churn-build") for run in page["PipelineExecutionSummaries"]]
        done = next(run for run in runs if run["PipelineExecutionStatus"] == "Succeeded")
        steps = sm.list_pipeline_execution_steps(PipelineExecutionArn=done["PipelineExecutionArn"])["PipelineExecutionSteps"]
        found = {step["StepName"]: step["Metadata"] for step in steps}
        self.assertNotIn("ViolationReport", found["CheckData"]["QualityCheck"])
        check = found["CheckBias"]["ClarifyCheck"]
        job = sm.describe_processing_job(ProcessingJobName=check["CheckJobArn"].rsplit("/", 1)[-1])
        self.assertIn("sagemaker-clarify-processing", job["AppSpecification"]["ImageUri"])
        folder = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        for uri in (check["ViolationReport"], f"{folder}/analysis.json"):
            bucket, key = uri.removeprefix("s3://").split("/", 1)
            json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


if __name__ == "__main__":
    unittest.main()
