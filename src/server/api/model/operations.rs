//! The members of every operation, as the API's model of 2016-11-23 has them.

use super::{List, Member, Pattern, Shape};
use crate::data::limits;
use crate::server::names::is_alias_name;

const fn word(name: &'static str, words: &'static [&'static str]) -> Member {
    Member::new(name, Shape::Word(words))
}

const fn flag(name: &'static str) -> Member {
    Member::new(name, Shape::Flag)
}

const fn count(name: &'static str, most: i64) -> Member {
    Member::new(name, Shape::Integer(0, most))
}

const fn arn(name: &'static str) -> Member {
    Member::text(name, 1, 256)
}

const fn payload(name: &'static str) -> Member {
    Member::text(name, 0, limits::MAX_PAYLOAD).secret()
}

const MAX_DEFINITION: usize = 1_048_576;

const ACTIVITY_ARN: Member = arn("activityArn").needed();
const ALIAS_ARN: Member = arn("stateMachineAliasArn").needed();
const CAUSE: Member = Member::text("cause", 0, 32_768).secret();
const DEFINITION: Member = Member::text("definition", 1, MAX_DEFINITION).secret();
const DESCRIPTION: Member = Member::text("description", 0, 256).secret();
const ENCRYPTION: Member = Member::new(
    "encryptionConfiguration",
    Shape::Structure(&[
        Member::text("kmsKeyId", 1, 2048),
        Member::new("kmsDataKeyReusePeriodSeconds", Shape::Integer(60, 900)),
        word("type", &["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]).needed(),
    ]),
);
const ERROR: Member = Member::text("error", 0, 256).secret();
const EXECUTION_ARN: Member = arn("executionArn").needed();
const INCLUDED_DATA: Member = word("includedData", &["ALL_DATA", "METADATA_ONLY"]);
const INPUT: Member = payload("input");
const LOGGING: Member = Member::new(
    "loggingConfiguration",
    Shape::Structure(&[
        word("level", &["ALL", "ERROR", "FATAL", "OFF"]),
        flag("includeExecutionData"),
        Member::new(
            "destinations",
            Shape::List(&List {
                least: 0,
                most: usize::MAX,
                of: Shape::Structure(&[Member::new(
                    "cloudWatchLogsLogGroup",
                    Shape::Structure(&[arn("logGroupArn")]),
                )]),
            }),
        ),
    ]),
);
const MACHINE_ARN: Member = arn("stateMachineArn").needed();
const MAP_RUN_ARN: Member = Member::text("mapRunArn", 1, 2000);
const MAX_RESULTS: Member = count("maxResults", 1000);
const NAME: Member = Member::text("name", 1, 80);
const NEXT_TOKEN: Member = Member::text("nextToken", 1, 1024);
const PUBLISH: Member = flag("publish");
const RESOURCE_ARN: Member = arn("resourceArn").needed();
const ROLE_ARN: Member = arn("roleArn");
const ROUTING: Member = Member::new(
    "routingConfiguration",
    Shape::List(&List {
        least: 1,
        most: 2,
        of: Shape::Structure(&[
            arn("stateMachineVersionArn").needed(),
            count("weight", 100).needed(),
        ]),
    }),
);
const TAG_KEYS: Member = Member::new(
    "tagKeys",
    Shape::List(&List {
        least: 0,
        most: usize::MAX,
        of: Shape::text(1, 128),
    }),
);
const TAGS: Member = Member::new(
    "tags",
    Shape::List(&List {
        least: 0,
        most: usize::MAX,
        of: Shape::Structure(&[Member::text("key", 1, 128), Member::text("value", 0, 256)]),
    }),
);
const TASK_TOKEN: Member = Member::text("taskToken", 1, 2048).secret().needed();
const TRACE_HEADER: Member = Member::text("traceHeader", 0, 256).pattern(&ASCII);
const TRACING: Member = Member::new("tracingConfiguration", Shape::Structure(&[flag("enabled")]));
const TYPE: Member = word("type", &["STANDARD", "EXPRESS"]);
const VERSION_DESCRIPTION: Member = Member::text("versionDescription", 0, 256).secret();

const MOCK: Member = Member::new(
    "mock",
    Shape::Structure(&[
        payload("result"),
        Member::new("errorOutput", Shape::Structure(&[ERROR, CAUSE])),
        word("fieldValidationMode", &["STRICT", "PRESENT", "NONE"]),
    ]),
);
const STATE_CONFIGURATION: Member = Member::new(
    "stateConfiguration",
    Shape::Structure(&[
        count("retrierRetryCount", i64::MAX),
        Member::text("errorCausedByState", 1, 80).secret(),
        count("mapIterationFailureCount", i64::MAX),
        payload("mapItemReaderData"),
    ]),
);

const ALIAS_NAME: Pattern = Pattern {
    text: r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
    matches: is_alias_name,
};
const ASCII: Pattern = Pattern {
    text: r"\p{ASCII}*",
    matches: str::is_ascii,
};
const VISIBLE: Pattern = Pattern {
    text: "[!-~]+",
    matches: |text| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()),
};

/// In the order in which AWS lists them (recorded).
const STATUSES: &[&str] = &[
    "SUCCEEDED",
    "TIMED_OUT",
    "PENDING_REDRIVE",
    "ABORTED",
    "FAILED",
    "RUNNING",
];

/// The members of an operation; `None` when there is no such operation.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(in crate::server::api) fn members(operation: &str) -> Option<&'static [Member]> {
    Some(match operation {
        "CreateActivity" => const { &[NAME.needed(), TAGS, ENCRYPTION] },
        "CreateStateMachine" => {
            const {
                &[
                    NAME.needed(),
                    DEFINITION.needed(),
                    ROLE_ARN.needed(),
                    TYPE,
                    LOGGING,
                    TAGS,
                    TRACING,
                    PUBLISH,
                    VERSION_DESCRIPTION,
                    ENCRYPTION,
                ]
            }
        }
        "CreateStateMachineAlias" => {
            const {
                &[
                    DESCRIPTION,
                    NAME.needed().pattern(&ALIAS_NAME),
                    ROUTING.needed(),
                ]
            }
        }
        "DeleteActivity" | "DescribeActivity" => const { &[ACTIVITY_ARN] },
        "DeleteStateMachine" => const { &[MACHINE_ARN] },
        "DeleteStateMachineAlias" | "DescribeStateMachineAlias" => const { &[ALIAS_ARN] },
        "DeleteStateMachineVersion" => {
            const { &[Member::text("stateMachineVersionArn", 1, 2000).needed()] }
        }
        "DescribeExecution" | "DescribeStateMachineForExecution" => {
            const { &[EXECUTION_ARN, INCLUDED_DATA] }
        }
        "DescribeMapRun" => const { &[MAP_RUN_ARN.needed()] },
        "DescribeStateMachine" => const { &[MACHINE_ARN, INCLUDED_DATA] },
        "GetActivityTask" => const { &[ACTIVITY_ARN, Member::text("workerName", 1, 80)] },
        "GetExecutionHistory" => {
            const {
                &[
                    EXECUTION_ARN,
                    MAX_RESULTS,
                    flag("reverseOrder"),
                    NEXT_TOKEN,
                    flag("includeExecutionData"),
                ]
            }
        }
        "ListActivities" | "ListStateMachines" => const { &[MAX_RESULTS, NEXT_TOKEN] },
        "ListExecutions" => {
            const {
                &[
                    arn("stateMachineArn"),
                    word("statusFilter", STATUSES),
                    MAX_RESULTS,
                    Member::text("nextToken", 1, 3096),
                    MAP_RUN_ARN,
                    word("redriveFilter", &["REDRIVEN", "NOT_REDRIVEN"]),
                ]
            }
        }
        "ListMapRuns" => const { &[EXECUTION_ARN, MAX_RESULTS, NEXT_TOKEN] },
        "ListStateMachineAliases" | "ListStateMachineVersions" => {
            const { &[MACHINE_ARN, NEXT_TOKEN, MAX_RESULTS] }
        }
        "ListTagsForResource" => const { &[RESOURCE_ARN] },
        "PublishStateMachineVersion" => {
            const {
                &[
                    MACHINE_ARN,
                    Member::text("revisionId", 0, usize::MAX),
                    DESCRIPTION,
                ]
            }
        }
        "RedriveExecution" => {
            const {
                &[
                    EXECUTION_ARN,
                    Member::text("clientToken", 1, 64).pattern(&VISIBLE),
                ]
            }
        }
        "SendTaskFailure" => const { &[TASK_TOKEN, ERROR, CAUSE] },
        "SendTaskHeartbeat" => const { &[TASK_TOKEN] },
        "SendTaskSuccess" => const { &[TASK_TOKEN, payload("output").needed()] },
        "StartExecution" => const { &[MACHINE_ARN, NAME, INPUT, TRACE_HEADER] },
        "StartSyncExecution" => const { &[MACHINE_ARN, NAME, INPUT, TRACE_HEADER, INCLUDED_DATA] },
        "StopExecution" => const { &[EXECUTION_ARN, ERROR, CAUSE] },
        "TagResource" => const { &[RESOURCE_ARN, TAGS.needed()] },
        "TestState" => {
            const {
                &[
                    DEFINITION.needed(),
                    ROLE_ARN,
                    INPUT,
                    word("inspectionLevel", &["INFO", "DEBUG", "TRACE"]),
                    flag("revealSecrets"),
                    payload("variables"),
                    Member::text("stateName", 1, 80).secret(),
                    MOCK,
                    payload("context"),
                    STATE_CONFIGURATION,
                ]
            }
        }
        "UntagResource" => const { &[RESOURCE_ARN, TAG_KEYS.needed()] },
        "UpdateMapRun" => {
            const {
                &[
                    MAP_RUN_ARN.needed(),
                    count("maxConcurrency", i64::MAX),
                    Member::new("toleratedFailurePercentage", Shape::Float(0.0, 100.0)),
                    count("toleratedFailureCount", i64::MAX),
                ]
            }
        }
        "UpdateStateMachine" => {
            const {
                &[
                    MACHINE_ARN,
                    DEFINITION,
                    ROLE_ARN,
                    LOGGING,
                    TRACING,
                    PUBLISH,
                    VERSION_DESCRIPTION,
                    ENCRYPTION,
                ]
            }
        }
        "UpdateStateMachineAlias" => const { &[ALIAS_ARN, DESCRIPTION, ROUTING] },
        "ValidateStateMachineDefinition" => {
            const {
                &[
                    DEFINITION.needed(),
                    TYPE,
                    word("severity", &["ERROR", "WARNING"]),
                    count("maxResults", 100),
                ]
            }
        }
        _ => return None,
    })
}
