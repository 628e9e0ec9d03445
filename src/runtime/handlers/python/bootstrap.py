"""Calls a Python function as AWS Lambda does, once for each line that comes on stdin.

A line is {"event": ..., "context": {...}, "env": {...}}. Each is answered on what was stdout when
this began: "r" and the result as JSON, or "e" and the error as Lambda's runtime would report it.
Whatever the function prints, and whatever its own children print, goes to stderr.
"""

import importlib
import json
import os
import sys
import time
import traceback
from decimal import Decimal


class Context:
    """What Lambda tells a function about the call."""

    def __init__(self, call):
        self.aws_request_id = call["aws_request_id"]
        self.function_name = call["function_name"]
        self.invoked_function_arn = call["invoked_function_arn"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = "/aws/lambda/" + self.function_name
        self.log_stream_name = "local"
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + call["remaining"] / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message):
        print(message)


class LoadError(Exception):
    """The function is not there."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def load(handler):
    name, _, function = handler.rpartition(".")
    name = name.replace("/", ".")
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        message = f"Unable to import module '{name}': {error}"
        raise LoadError("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{name}': {error}"
        raise LoadError("Runtime.UserCodeSyntaxError", message) from error
    if not hasattr(module, function):
        message = f"Handler '{function}' missing on module '{name}'"
        raise LoadError("Runtime.HandlerNotFound", message)
    return getattr(module, function)


def plain(value):
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def failure(kind, message, request, trace):
    document = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request,
        "stackTrace": trace,
    }
    return "e" + json.dumps(document, ensure_ascii=False)


def raised(error, request):
    # The first frame is ours.
    frames = traceback.extract_tb(error.__traceback__)[1:]
    trace = traceback.format_list(frames)
    return failure(type(error).__name__, str(error), request, trace)


def answer(function, call):
    context = Context(call["context"])
    request = context.aws_request_id
    try:
        result = function(call["event"], context)
    except Exception as error:
        return raised(error, request)
    try:
        return "r" + json.dumps(result, ensure_ascii=False, default=plain)
    except (TypeError, ValueError, RecursionError) as error:
        message = f"Unable to marshal response: {error}"
        return failure("Runtime.MarshalError", message, request, [])


def take_over(calls, answers):
    """Leaves nothing of the way calls and answers take to the function and its children."""
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    sys.path[:] = [os.getcwd()] + [path for path in sys.path if path]
    return os.fdopen(calls, "rb"), os.fdopen(answers, "wb")


def serve():
    calls, answers = take_over(os.dup(0), os.dup(1))
    function = None
    for line in calls:
        call = json.loads(line)
        os.environ.update(call["env"])
        request = call["context"]["aws_request_id"]
        try:
            function = function or load(os.environ["_HANDLER"])
        except LoadError as error:
            text = failure(error.kind, str(error), request, [])
        except Exception as error:
            text = raised(error, request)
        else:
            text = answer(function, call)
        sys.stdout.flush()
        sys.stderr.flush()
        answers.write(text.encode("utf-8", "backslashreplace") + b"\n")
        answers.flush()


serve()
