"""The services around the models: rules, scaling, who changed what, logs, tags, delivery."""

import datetime
import json
import time
import unittest

from botocore.exceptions import ClientError

from account import pages
from served import Contract


class Around(Contract):
    def test_rules(self):
        events = self.account.client("events")
        rules = [rule for page in pages(events, "list_rules") for rule in page["Rules"]]
        self.assertTrue(rules)
        for rule in rules:
            events.describe_rule(Name=rule["Name"])
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                self.assertIn(rule["Name"], events.list_rule_names_by_target(TargetArn=target["Arn"])["RuleNames"])
        name = rules[-1]["Name"]
        events.disable_rule(Name=name)
        self.assertEqual("DISABLED", events.describe_rule(Name=name)["State"])
        events.enable_rule(Name=name)
        self.assertEqual("ENABLED", events.describe_rule(Name=name)["State"])
        with self.assertRaises(events.exceptions.ResourceNotFoundException):
            events.describe_rule(Name="nothing")

    def test_schedules(self):
        scheduler = self.account.client("scheduler")
        schedules = [s for page in pages(scheduler, "list_schedules") for s in page["Schedules"]]
        self.assertTrue(schedules)
        for schedule in schedules:
            found = scheduler.get_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])
            self.assertEqual(schedule["Target"]["Arn"], found["Target"]["Arn"])
        name = schedules[0]["Name"]
        keep = {key: found[key] for key in ("ScheduleExpression", "FlexibleTimeWindow", "Target")}
        scheduler.update_schedule(Name=name, State="DISABLED", **keep)
        self.assertEqual("DISABLED", scheduler.get_schedule(Name=name)["State"])
        self.assertEqual([name], [s["Name"] for s in scheduler.list_schedules(State="DISABLED")["Schedules"]])
        scheduler.update_schedule(Name=name, State="ENABLED", **keep)
        with self.assertRaises(scheduler.exceptions.ResourceNotFoundException):
            scheduler.get_schedule(Name="nothing")

    def test_mute_rules(self):
        cw = self.account.client("cloudwatch")
        alarm = cw.describe_alarms()["MetricAlarms"][0]["AlarmName"]
        now = datetime.datetime.now(datetime.timezone.utc)
        schedule = {"Expression": now.strftime("at(%Y-%m-%dT%H:%M)"), "Duration": "PT2H", "Timezone": "UTC"}
        rule = {"Rule": {"Schedule": schedule}, "MuteTargets": {"AlarmNames": [alarm]}}
        cw.put_alarm_mute_rule(Name="release: 7", Description="by a colleague", **rule)
        found = cw.list_alarm_mute_rules(AlarmName=alarm, Statuses=["ACTIVE", "SCHEDULED"])["AlarmMuteRuleSummaries"]
        self.assertTrue(found[0]["AlarmMuteRuleArn"].endswith(":alarm-mute-rule:release: 7"))
        rule = cw.get_alarm_mute_rule(AlarmMuteRuleName="release: 7")
        self.assertEqual(([alarm], "ONE_TIME"), (rule["MuteTargets"]["AlarmNames"], rule["MuteType"]))
        cw.delete_alarm_mute_rule(AlarmMuteRuleName="release: 7")
        self.assertEqual([], cw.list_alarm_mute_rules(AlarmName=alarm)["AlarmMuteRuleSummaries"])
        with self.assertRaises(ClientError):
            cw.get_alarm_mute_rule(AlarmMuteRuleName="release: 7")

    def test_scaling(self):
        scaling = self.account.client("application-autoscaling")
        targets = [t for page in pages(scaling, "describe_scalable_targets", ServiceNamespace="sagemaker") for t in page["ScalableTargets"]]
        self.assertTrue(targets)
        own = {"ServiceNamespace": "sagemaker", "ResourceId": targets[0]["ResourceId"]}
        alarms = self.account.client("cloudwatch").describe_alarms()["MetricAlarms"]
        for policy in scaling.describe_scaling_policies(**own)["ScalingPolicies"]:
            for alarm in policy["Alarms"]:
                self.assertIn(alarm["AlarmName"], [a["AlarmName"] for a in alarms])
        for action in scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]:
            self.assertIn(action["ResourceId"], [t["ResourceId"] for t in targets])
        pages(scaling, "describe_scaling_activities", ServiceNamespace="sagemaker")
        scaling.describe_scaling_activities(**own, IncludeNotScaledActivities=True)
        dimension = "sagemaker:variant:DesiredInstanceCount"
        wanted = targets[0]["MaxCapacity"] + 1
        scaling.register_scalable_target(**own, ScalableDimension=dimension, MaxCapacity=wanted)
        found = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[own["ResourceId"]])
        self.assertEqual([wanted], [t["MaxCapacity"] for t in found["ScalableTargets"]])
        self.assertEqual([], scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"])
        suspended = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": True}
        scaling.register_scalable_target(**own, ScalableDimension=dimension, SuspendedState=suspended)
        found = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[own["ResourceId"]])
        self.assertTrue(found["ScalableTargets"][0]["SuspendedState"]["DynamicScalingOutSuspended"])

    def test_trail(self):
        trail = self.account.client("cloudtrail")
        by_name = [{"AttributeKey": "EventName", "AttributeValue": "UpdateEndpoint"}]
        events = [e for page in pages(trail, "lookup_events", LookupAttributes=by_name) for e in page["Events"]]
        self.assertTrue(events)
        times = [event["EventTime"] for event in events]
        self.assertEqual(sorted(times, reverse=True), times)
        sm = self.account.client("sagemaker")
        for event in events:
            request = json.loads(event["CloudTrailEvent"])["requestParameters"]
            sm.describe_endpoint(EndpointName=request["endpointName"])
            self.assertTrue(request["endpointConfigName"])
        with self.assertRaises(ClientError):
            trail.lookup_events(LookupAttributes=by_name * 2)

    def test_the_trail_is_late(self):
        trail, events = self.account.client("cloudtrail"), self.account.client("events")
        own = [{"AttributeKey": "EventName", "AttributeValue": "DisableRule"}]
        before = len(trail.lookup_events(LookupAttributes=own)["Events"])
        events.disable_rule(Name="recommendation-weekly")
        self.assertEqual(before, len(trail.lookup_events(LookupAttributes=own)["Events"]))
        events.enable_rule(Name="recommendation-weekly")

    def test_logs(self):
        logs = self.account.client("logs")
        groups = [g["logGroupName"] for page in pages(logs, "describe_log_groups") for g in page["logGroups"]]
        self.assertIn("/aws/sagemaker/TrainingJobs", groups)
        sm = self.account.client("sagemaker")
        failed = [j for page in pages(sm, "list_training_jobs", StatusEquals="Failed") for j in page["TrainingJobSummaries"]]
        job = failed[-1]["TrainingJobName"]
        group = "/aws/sagemaker/TrainingJobs"
        stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job)["logStreams"][0]
        lines = logs.filter_log_events(logGroupName=group, logStreamNamePrefix=job, startTime=0, filterPattern="ERROR")["events"]
        self.assertTrue(any("Error" in line["message"] for line in lines))
        name = stream["logStreamName"]
        tail = logs.get_log_events(logGroupName=group, logStreamName=name, startTime=0, limit=2)
        self.assertEqual(2, len(tail["events"]))
        end = logs.get_log_events(logGroupName=group, logStreamName=name, startTime=0, limit=2, nextToken=tail["nextForwardToken"])
        self.assertEqual(([], tail["nextForwardToken"]), (end["events"], end["nextForwardToken"]))
        for endpoint in [g for g in groups if "Endpoints" in g]:
            streams = logs.describe_log_streams(logGroupName=endpoint, orderBy="LastEventTime", descending=True)["logStreams"]
            now = int(time.time() * 1000)
            if streams:
                self.assertTrue(logs.filter_log_events(logGroupName=endpoint, startTime=now - 3_600_000)["events"])
        with self.assertRaises(logs.exceptions.ResourceNotFoundException):
            logs.filter_log_events(logGroupName="/nothing")

    def test_delivery(self):
        delivery = self.account.client("codepipeline")
        names = [p["name"] for page in pages(delivery, "list_pipelines") for p in page["pipelines"]]
        self.assertIn("fraud-screening-deploy", names)
        for name in names:
            delivery.get_pipeline_state(name=name)
            self.assertTrue(delivery.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"])
            delivery.list_action_executions(pipelineName=name)
        with self.assertRaises(delivery.exceptions.PipelineNotFoundException):
            delivery.get_pipeline_state(name="nothing")

    def test_a_delivery_is_defined(self):
        delivery = self.account.client("codepipeline")
        answer = delivery.get_pipeline(name="fraud-screening-deploy")
        actions = [action for stage in answer["pipeline"]["stages"] for action in stage["actions"]]
        self.assertIn("Approval", [action["actionTypeId"]["category"] for action in actions])
        overrides = [json.loads(a["configuration"]["ParameterOverrides"]) for a in actions if "ParameterOverrides" in a["configuration"]]
        self.assertIn("fraud-screening-prod", [parameters["EndpointName"] for parameters in overrides])
        delivery.list_tags_for_resource(resourceArn=answer["metadata"]["pipelineArn"])

    def test_a_person_agrees_to_a_delivery(self):
        delivery, name = self.account.client("codepipeline"), "fraud-screening-deploy"
        run = delivery.start_pipeline_execution(name=name)["pipelineExecutionId"]
        action = lambda: next(s for s in delivery.get_pipeline_state(name=name)["stageStates"] if s["stageName"] == "Approve")["actionStates"][0]
        end = time.monotonic() + 20
        while "token" not in action().get("latestExecution", {}) and time.monotonic() < end:
            time.sleep(0.2)
        token = action()["latestExecution"]["token"]
        answer = {"pipelineName": name, "stageName": "Approve", "actionName": "ApproveProduction"}
        result = {"summary": "looks good", "status": "Approved"}
        with self.assertRaises(delivery.exceptions.InvalidApprovalTokenException):
            delivery.put_approval_result(**answer, result=result, token=token[:-4] + "0000")
        delivery.put_approval_result(**answer, result=result, token=token)
        with self.assertRaises(delivery.exceptions.ApprovalAlreadyCompletedException):
            delivery.put_approval_result(**answer, result=result, token=token)
        status = lambda: delivery.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]
        end = time.monotonic() + 20
        while status()["status"] == "InProgress" and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual((run, "Succeeded"), (status()["pipelineExecutionId"], status()["status"]))

    def test_a_transition_is_disabled_for_a_time(self):
        delivery, name = self.account.client("codepipeline"), "recommendation-deploy"
        place = {"pipelineName": name, "stageName": "DeployProd", "transitionType": "Inbound"}
        state = lambda: delivery.get_pipeline_state(name=name)["stageStates"][-1]["inboundTransitionState"]
        delivery.disable_stage_transition(**place, reason="incident 4711")
        self.assertEqual((False, "incident 4711"), (state()["enabled"], state()["disabledReason"]))
        delivery.enable_stage_transition(**place)
        self.assertTrue(state()["enabled"])
        with self.assertRaises(delivery.exceptions.StageNotFoundException):
            delivery.enable_stage_transition(**dict(place, stageName="Nothing"))

    def test_a_schedule_is_replaced_as_a_whole(self):
        scheduler = self.account.client("scheduler")
        name = scheduler.list_schedules()["Schedules"][0]["Name"]
        before = scheduler.get_schedule(Name=name)
        self.assertTrue(before["Description"] and before["Target"]["RetryPolicy"])
        sent = ("ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target", "State")
        scheduler.update_schedule(Name=name, **{key: before[key] for key in sent})
        after = scheduler.get_schedule(Name=name)
        self.assertEqual([before[key] for key in sent], [after[key] for key in sent])
        self.assertNotIn("Description", after)
        scheduler.update_schedule(Name=name, Description=before["Description"], **{key: before[key] for key in sent})

    def test_state_machines(self):
        states = self.account.client("stepfunctions")
        machines = [m for page in pages(states, "list_state_machines") for m in page["stateMachines"]]
        self.assertTrue(machines)
        for machine in machines:
            arn = machine["stateMachineArn"]
            self.assertIn("States", json.loads(states.describe_state_machine(stateMachineArn=arn)["definition"]))
            for execution in states.list_executions(stateMachineArn=arn, maxResults=5)["executions"]:
                run = execution["executionArn"]
                self.assertEqual(execution["status"], states.describe_execution(executionArn=run)["status"])
                events = states.get_execution_history(executionArn=run, reverseOrder=True)["events"]
                self.assertEqual(sorted((e["id"] for e in events), reverse=True), [e["id"] for e in events])
        with self.assertRaises(states.exceptions.StateMachineDoesNotExist):
            states.describe_state_machine(stateMachineArn=machines[0]["stateMachineArn"] + "x")

    def test_tags(self):
        tagging = self.account.client("resourcegroupstaggingapi")
        found = [r for page in pages(tagging, "get_resources", ResourcesPerPage=5) for r in page["ResourceTagMappingList"]]
        self.assertEqual(len(found), len({r["ResourceARN"] for r in found}))
        stage = [{"Key": "sagemaker:deployment-stage", "Values": ["prod"]}]
        prod = tagging.get_resources(ResourceTypeFilters=["sagemaker:endpoint"], TagFilters=stage)["ResourceTagMappingList"]
        self.assertTrue(prod and all(":endpoint/" in r["ResourceARN"] for r in prod))


if __name__ == "__main__":
    unittest.main()
