"""Uses a server of the Step Functions API with AWS's SDK for Python, as an application does:

    client.py ENDPOINT

Nothing is changed for it but the endpoint; it prints what it got, one JSON value a line.
"""

import json
import sys
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# The SDK would put `sync-` before the name of the host, which no name server knows here.
CONFIG = Config(inject_host_prefix=False, retries={"max_attempts": 0})
ROLE = "arn:aws:iam::123456789012:role/r"


def say(value):
    print(json.dumps(value, default=str), flush=True)


def worker(sfn, activity):
    """Takes one task of an activity and answers it."""
    task = sfn.get_activity_task(activityArn=activity, workerName="worker")
    sfn.send_task_heartbeat(taskToken=task["taskToken"])
    answer = {"approved": json.loads(task["input"])["n"] > 1}
    sfn.send_task_success(taskToken=task["taskToken"], output=json.dumps(answer))


def ended(sfn, execution):
    while True:
        described = sfn.describe_execution(executionArn=execution)
        if described["status"] != "RUNNING":
            return described


def main(endpoint):
    sfn = boto3.client(
        "stepfunctions",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=CONFIG,
    )
    activity = sfn.create_activity(name="approve")["activityArn"]
    definition = {
        "StartAt": "Ask",
        "States": {"Ask": {"Type": "Task", "Resource": activity, "End": True}},
    }
    machine = sfn.create_state_machine(
        name="order", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    thread = threading.Thread(target=worker, args=(sfn, activity))
    thread.start()
    execution = sfn.start_execution(stateMachineArn=machine, name="first", input='{"n": 2}')
    described = ended(sfn, execution["executionArn"])
    thread.join()
    say([described["status"], json.loads(described["output"])])

    pages = sfn.get_paginator("get_execution_history").paginate(
        executionArn=execution["executionArn"], PaginationConfig={"PageSize": 2}
    )
    say([event["type"] for page in pages for event in page["events"]])
    listed = sfn.get_paginator("list_executions").paginate(stateMachineArn=machine)
    say([execution["name"] for page in listed for execution in page["executions"]])

    try:
        sfn.start_execution(stateMachineArn=machine, name="first")
    except sfn.exceptions.ExecutionAlreadyExists as error:
        say(type(error).__name__)
    try:
        sfn.describe_state_machine(stateMachineArn="not an arn")
    except ClientError as error:
        say(error.response["Error"])

    definition["States"]["Ask"] = {"Type": "Pass", "Result": {"ok": True}, "End": True}
    express = sfn.create_state_machine(
        name="quick", type="EXPRESS", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    answer = sfn.start_sync_execution(stateMachineArn=express, input="{}")
    say([answer["status"], answer["output"]])


main(sys.argv[1])
