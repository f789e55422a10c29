"""Monitors, model cards and what governs a version are what the service models say."""

import json
import unittest
import uuid

from account import pages
from served import Contract


class Governed(Contract):
    story = "governed"

    def test_monitors(self):
        sm, s3 = self.account.client("sagemaker"), self.account.client("s3")
        schedules = [row for page in pages(sm, "list_monitoring_schedules") for row in page["MonitoringScheduleSummaries"]]
        self.assertEqual(5, len(schedules))
        for schedule in schedules:
            sm.describe_monitoring_schedule(MonitoringScheduleName=schedule["MonitoringScheduleName"])
        found = sm.list_monitoring_executions(
            MonitoringScheduleName="fraud-screening-data", SortBy="ScheduledTime", SortOrder="Descending", MaxResults=100
        )["MonitoringExecutionSummaries"]
        self.assertEqual("CompletedWithViolations", found[0]["MonitoringExecutionStatus"])
        self.assertEqual("Completed", found[-1]["MonitoringExecutionStatus"])
        job = sm.describe_processing_job(ProcessingJobName=found[0]["ProcessingJobArn"].rsplit("/", 1)[-1])
        folder = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        bucket, key = folder.removeprefix("s3://").split("/", 1)
        body = s3.get_object(Bucket=bucket, Key=f"{key}/constraint_violations.json")["Body"].read()
        self.assertEqual("basket_value", json.loads(body)["violations"][0]["feature_name"])

    def test_cards(self):
        sm = self.account.client("sagemaker")
        cards = [row for page in pages(sm, "list_model_cards") for row in page["ModelCardSummaries"]]
        self.assertEqual(2, len(cards))
        for card in cards:
            described = sm.describe_model_card(ModelCardName=card["ModelCardName"])
            self.assertIn("risk_rating", json.loads(described["Content"])["intended_uses"])

    def test_versions(self):
        sm = self.account.client("sagemaker")
        listed = sm.list_model_packages(ModelPackageGroupName="fraud-screening", MaxResults=100)
        arns = [row["ModelPackageArn"] for row in listed["ModelPackageSummaryList"]]
        newest = sm.describe_model_package(ModelPackageName=next(arn for arn in arns if arn.endswith("/4")))
        self.assertEqual("Production", newest["ModelLifeCycle"]["Stage"])
        self.assertIn("Bias", newest["ModelMetrics"])

    def test_images_and_quotas(self):
        ecr, quotas = self.account.client("ecr"), self.account.client("service-quotas")
        found = ecr.describe_images(repositoryName="fraud-screening", imageIds=[{"imageTag": "3.1.0"}])
        self.assertEqual("ACTIVE", found["imageDetails"][0]["imageStatus"])
        listed = [row for page in pages(quotas, "list_service_quotas", ServiceCode="sagemaker") for row in page["Quotas"]]
        self.assertIn("ml.g5.2xlarge for training job usage", [row["QuotaName"] for row in listed])

    def test_lineage_and_recommendations(self):
        sm = self.account.client("sagemaker")
        arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/fraud-screening/4"
        artifact = sm.list_artifacts(SourceUri=arn)["ArtifactSummaries"][0]["ArtifactArn"]
        vertices = sm.query_lineage(StartArns=[artifact], Direction="Ascendants")["Vertices"]
        self.assertEqual({"Artifact", "TrialComponent"}, {vertex["LineageType"] for vertex in vertices})
        for vertex in vertices:
            if vertex["LineageType"] == "Artifact":
                sm.describe_artifact(ArtifactArn=vertex["Arn"])
            else:
                sm.describe_trial_component(TrialComponentName=vertex["Arn"].rsplit("/", 1)[-1])
        jobs = sm.list_inference_recommendations_jobs(ModelPackageVersionArnEquals=arn)["InferenceRecommendationsJobs"]
        self.assertEqual(1, len(jobs))
        for job in jobs:
            sm.describe_inference_recommendations_job(JobName=job["JobName"])

    def test_workbenches(self):
        sm = self.account.client("sagemaker")
        self.assertEqual(1, len(sm.list_notebook_instances()["NotebookInstances"]))
        self.assertEqual(1, len(sm.list_apps()["Apps"]))
        self.assertEqual(1, len(sm.list_mlflow_tracking_servers()["TrackingServerSummaries"]))

    def test_buckets(self):
        s3 = self.account.client("s3")
        s3.get_bucket_replication(Bucket="retail-data-lake")
        s3.get_bucket_encryption(Bucket="retail-data-lake")
        with self.assertRaisesRegex(s3.exceptions.ClientError, "ReplicationConfigurationNotFoundError"):
            s3.get_bucket_replication(Bucket="retail-ml-scratch")

    def test_items(self):
        tables = self.account.client("dynamodb")
        key = {"model": {"S": "recommendation"}, "version": {"N": "14"}}
        item = tables.get_item(TableName="ml-models", Key=key)["Item"]
        self.assertEqual({"S": "ana"}, item["owner"])
        self.assertEqual({"N": "0.1"}, item["thresholds"]["M"]["min_score"])
        self.assertNotIn("Item", tables.get_item(TableName="ml-models", Key=key | {"version": {"N": "999"}}))
        for table, wrong in (("ml-models", {"model": key["model"]}), ("ml-models", key | {"version": {"S": "14"}})):
            with self.assertRaisesRegex(tables.exceptions.ClientError, "does not match the schema"):
                tables.get_item(TableName=table, Key=wrong)
        with self.assertRaises(tables.exceptions.ResourceNotFoundException):
            tables.get_item(TableName="nothing", Key=key)

    def test_compliance(self):
        config, sm = self.account.client("config"), self.account.client("sagemaker")
        serving = sm.describe_endpoint(EndpointName="fraud-screening-prod")["EndpointConfigName"]
        thing = {"ResourceType": "AWS::SageMaker::EndpointConfig"}
        found = config.get_compliance_details_by_resource(**thing, ResourceId=serving)["EvaluationResults"]
        self.assertEqual(["COMPLIANT", "NON_COMPLIANT"], sorted(result["ComplianceType"] for result in found))
        self.assertEqual([], config.get_compliance_details_by_resource(**thing, ResourceId="x")["EvaluationResults"])

    def test_schemas(self):
        glue = self.account.client("glue")
        schema = {"RegistryName": "retail", "SchemaName": "customers"}
        self.assertEqual("NONE", glue.get_schema(SchemaId=schema)["Compatibility"])
        version = glue.get_schema_version(SchemaId=schema, SchemaVersionNumber={"LatestVersion": True})
        self.assertEqual((12, "FAILURE"), (version["VersionNumber"], version["Status"]))
        with self.assertRaises(glue.exceptions.EntityNotFoundException):
            glue.get_schema(SchemaId=schema | {"SchemaName": "x"})

    def test_projects(self):
        sm, catalog = self.account.client("sagemaker"), self.account.client("servicecatalog")
        project = sm.describe_project(ProjectName="fraud-screening")
        id = project["ServiceCatalogProvisionedProductDetails"]["ProvisionedProductId"]
        made = catalog.describe_provisioned_product(Id=id)["ProvisionedProductDetail"]
        self.assertEqual("TAINTED", made["Status"])
        product = catalog.describe_product(Id=made["ProductId"])
        names = {artifact["Id"]: artifact["Name"] for artifact in product["ProvisioningArtifacts"]}
        self.assertEqual("v1.1", names[made["ProvisioningArtifactId"]])
        with self.assertRaises(catalog.exceptions.ResourceNotFoundException):
            catalog.describe_provisioned_product(Id="pp-0")
        with self.assertRaisesRegex(sm.exceptions.ClientError, "does not exist"):
            sm.describe_project(ProjectName="x")

    def test_keys_and_insights(self):
        kms, guru = self.account.client("kms"), self.account.client("devops-guru")
        self.assertEqual("Enabled", kms.describe_key(KeyId="0a0a0a0a-0000-4000-8000-000000000000")["KeyMetadata"]["KeyState"])
        found = guru.list_insights(StatusFilter={"Ongoing": {"Type": "REACTIVE"}})
        self.assertEqual(1, len(found["ReactiveInsights"]))

    def test_health_events(self):
        health = self.account.client("health")
        events = health.describe_events(filter={"services": ["SAGEMAKER"], "eventStatusCodes": ["open", "upcoming"]})["events"]
        self.assertEqual({"open", "upcoming"}, {event["statusCode"] for event in events})
        arns = [event["arn"] for event in events]
        self.assertEqual(2, len(health.describe_event_details(eventArns=arns)["successfulSet"]))
        self.assertEqual(1, len(health.describe_affected_entities(filter={"eventArns": arns})["entities"]))

    def test_systems_manager(self):
        ssm = self.account.client("ssm")
        closed = ssm.get_calendar_state(CalendarNames=["retail-changes"])
        self.assertEqual("CLOSED", closed["State"])
        self.assertIn("NextTransitionTime", closed)
        with self.assertRaises(ssm.exceptions.InvalidDocument):
            ssm.get_calendar_state(CalendarNames=["no-such-calendar"])
        document = ssm.describe_document(Name="Retail-RestartEndpoint")["Document"]
        self.assertEqual(("Active", "Automation", "3"), (document["Status"], document["DocumentType"], document["DocumentVersion"]))
        listed = ssm.describe_automation_executions(MaxResults=50)["AutomationExecutionMetadataList"]
        self.assertEqual(["Failed", "Success"], [row["AutomationExecutionStatus"] for row in listed])
        failed = ssm.get_automation_execution(AutomationExecutionId=listed[0]["AutomationExecutionId"])["AutomationExecution"]
        self.assertEqual(["Success", "Failed"], [step["StepStatus"] for step in failed["StepExecutions"]])
        self.assertEqual({"EndpointName": ["fraud-screening-prod"]}, failed["Parameters"])
        parameters, token = {"EndpointName": ["checkout-prod"], "Reason": ["memory"]}, str(uuid.uuid4())
        start = lambda parameters: ssm.start_automation_execution(
            DocumentName="Retail-RestartEndpoint", DocumentVersion="3", Parameters=parameters, ClientToken=token,
            Tags=[{"Key": "sagetop-intent", "Value": token}],
        )
        started = start(parameters)["AutomationExecutionId"]
        self.assertEqual(started, start(parameters)["AutomationExecutionId"])
        with self.assertRaises(ssm.exceptions.IdempotentParameterMismatch):
            start({"EndpointName": ["other"]})
        tags = ssm.list_tags_for_resource(ResourceType="Automation", ResourceId=started)["TagList"]
        self.assertEqual(token, tags[0]["Value"])
        with self.assertRaises(ssm.exceptions.AutomationDefinitionNotFoundException):
            ssm.start_automation_execution(DocumentName="no-such-runbook")

    def test_simulated_permissions(self):
        iam = self.account.client("iam")
        role = iam.get_role(RoleName="oncall")["Role"]["Arn"]
        actions = ["sagemaker:UpdateEndpoint", "iam:PassRole"]
        found = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=actions)["EvaluationResults"]
        self.assertEqual([(action, "allowed") for action in actions], [(it["EvalActionName"], it["EvalDecision"]) for it in found])


if __name__ == "__main__":
    unittest.main()
