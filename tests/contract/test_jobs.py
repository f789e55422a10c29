"""Jobs of every kind are listed and described as the service models say."""

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


if __name__ == "__main__":
    unittest.main()
