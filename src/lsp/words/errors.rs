//! Error names that `ErrorEquals` may hold (05-retry-catch).

use super::Word;

/// Those of the language, then those of Lambda.
pub(in crate::lsp) const ERRORS: &[Word] = &[
    (
        "States.ALL",
        "Every error but `States.DataLimitExceeded` and `States.Runtime`; alone, and in the last entry.",
    ),
    ("States.TaskFailed", "Every error of a Task but a time-out."),
    (
        "States.Timeout",
        "A Task took longer than `TimeoutSeconds`, or a heartbeat was late.",
    ),
    (
        "States.HeartbeatTimeout",
        "A heartbeat came later than `HeartbeatSeconds`.",
    ),
    (
        "States.Permissions",
        "The role may not do what the Task asks for.",
    ),
    (
        "States.QueryEvaluationError",
        "A JSONata expression failed, or gave what its field cannot take.",
    ),
    (
        "States.DataLimitExceeded",
        "A payload is larger than 256 KiB.",
    ),
    ("States.BranchFailed", "A branch of a Parallel failed."),
    (
        "States.ExceedToleratedFailureThreshold",
        "More items of a Map failed than are tolerated.",
    ),
    ("States.ItemReaderFailed", "A Map could not read its items."),
    (
        "States.ResultWriterFailed",
        "A Map could not write its results.",
    ),
    (
        "States.Http.Socket",
        "An HTTP Task got no answer within 60 seconds.",
    ),
    (
        "States.ReferencePathConflict",
        "A `ResultPath` or `ItemsPath` does not fit the input.",
    ),
    (
        "States.NoChoiceMatched",
        "No rule of a Choice holds, and it has no `Default`.",
    ),
    (
        "States.ParameterPathFailure",
        "A path in a template leads nowhere.",
    ),
    (
        "States.ResultPathMatchFailure",
        "A `ResultPath` cannot be written.",
    ),
    ("States.IntrinsicFailure", "An intrinsic function failed."),
    (
        "States.Runtime",
        "The definition does not fit its data; never retried and never caught.",
    ),
    (
        "Lambda.ServiceException",
        "Lambda failed inside; worth a retry.",
    ),
    (
        "Lambda.AWSLambdaException",
        "Lambda failed inside; worth a retry.",
    ),
    (
        "Lambda.SdkClientException",
        "Lambda could not be reached; worth a retry.",
    ),
    (
        "Lambda.TooManyRequestsException",
        "Lambda is throttled; worth a retry.",
    ),
    (
        "Lambda.ClientExecutionTimeoutException",
        "Lambda did not answer in time.",
    ),
    (
        "Lambda.Unknown",
        "The function ended without an answer, for example out of memory.",
    ),
];
