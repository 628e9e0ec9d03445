"""Answers Tasks of a run through its callback port, as a worker on AWS does: with boto3.

worker.py ENDPOINT activity ARN COUNT          takes tasks of an activity
worker.py ENDPOINT queue URL QUEUE COUNT       takes task tokens from a queue at another endpoint

A task whose input has `fail` fails with that error; of every other one `done` is the input.
"""

import json
import sys

import boto3
from botocore.config import Config


def client(service, endpoint):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(read_timeout=70, retries={"total_max_attempts": 1}),
    )


def from_activity(states, arn, count):
    while count > 0:
        task = states.get_activity_task(activityArn=arn, workerName="boto3")
        if task.get("taskToken"):
            count -= 1
            yield task["taskToken"], json.loads(task["input"])


def from_queue(endpoint, url, count):
    queue = client("sqs", endpoint)
    while count > 0:
        answer = queue.receive_message(QueueUrl=url, WaitTimeSeconds=10)
        for message in answer.get("Messages", []):
            queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            count -= 1
            task = json.loads(message["Body"])
            yield task["token"], task["input"]


def main(endpoint, kind, *rest):
    states = client("stepfunctions", endpoint)
    try:
        states.send_task_success(taskToken="unknown", output="{}")
    except states.exceptions.InvalidToken as refused:
        print(refused.response["Error"]["Code"])
    count = int(rest[-1])
    tasks = from_activity(states, rest[0], count) if kind == "activity" else from_queue(*rest[:-1], count)
    for token, task in tasks:
        states.send_task_heartbeat(taskToken=token)
        if "fail" in task:
            states.send_task_failure(taskToken=token, error=task["fail"], cause="told by boto3")
        else:
            states.send_task_success(taskToken=token, output=json.dumps({"done": task}))

main(*sys.argv[1:])
