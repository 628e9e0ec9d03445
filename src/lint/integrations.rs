//! What Step Functions can call: the optimized integrations with their patterns and arguments,
//! and the names of services in SDK calls.
//!
//! Sources: 08-tasks §8.1, §8.6 and §8.7; the arguments are those of the services' own APIs.

/// A service with an optimized integration.
pub(super) struct Service {
    /// Its name in a `Resource`.
    pub(super) id: &'static str,
    /// Its name in an SDK call, where that differs.
    sdk: &'static str,
    /// Whether the actions are all there are; of other services more may exist.
    pub(super) is_complete: bool,
    /// What it can be asked to do.
    pub(super) actions: &'static [Action],
}

/// What a service can be asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// Its name in a `Resource`.
    pub(super) name: &'static str,
    /// Whether a Task can wait for the end of the job: `.sync`.
    pub(super) runs_job: bool,
    /// Whether a Task can wait for its token: `.waitForTaskToken`.
    pub(super) takes_token: bool,
    /// The arguments it needs: one of each group.
    pub(super) required: &'static [&'static [&'static str]],
    /// The other arguments it can have; `None` where they are not listed here.
    pub(super) optional: Option<&'static [&'static str]>,
}

impl Service {
    /// Its name in an SDK call.
    pub(super) fn sdk_id(&self) -> &'static str {
        if self.sdk.is_empty() {
            self.id
        } else {
            self.sdk
        }
    }

    /// The action of this name.
    pub(super) fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|action| action.name == name)
    }
}

impl Action {
    /// Whether it can have an argument, as far as they are known.
    pub(super) fn has(&self, argument: &str) -> bool {
        let is_required = self.required.iter().any(|group| group.contains(&argument));
        is_required || self.optional.is_none_or(|all| all.contains(&argument))
    }

    /// Every argument it can have, when they are known.
    pub(super) fn arguments(&self) -> Option<impl Iterator<Item = &'static str> + Clone + use<>> {
        let required = self.required.iter().flat_map(|group| group.iter());
        Some(required.chain(self.optional?.iter()).copied())
    }
}

/// The service of this name.
pub(super) fn service(id: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.id == id)
}

/// What a service is called in SDK calls, when that is known: its own name, or the one that is
/// meant by another tool's name for it.
pub(super) fn sdk_id(name: &str) -> Option<&'static str> {
    let known = SDK_IDS.iter().copied().find(|id| *id == name);
    let misnamed = || SDK_MISNOMERS.iter().find(|(wrong, _)| *wrong == name);
    known.or_else(|| misnamed().map(|(_, right)| *right))
}

const PLAIN: Action = Action {
    name: "",
    runs_job: false,
    takes_token: false,
    required: &[],
    optional: None,
};

const fn plain(name: &'static str) -> Action {
    Action { name, ..PLAIN }
}

const fn job(name: &'static str) -> Action {
    Action {
        name,
        runs_job: true,
        ..PLAIN
    }
}

const fn callback(name: &'static str) -> Action {
    Action {
        name,
        takes_token: true,
        ..PLAIN
    }
}

impl Action {
    const fn needs(mut self, required: &'static [&'static [&'static str]]) -> Self {
        self.required = required;
        self
    }

    const fn takes(mut self, optional: &'static [&'static str]) -> Self {
        self.optional = Some(optional);
        self
    }

    const fn or_token(mut self) -> Self {
        self.takes_token = true;
        self
    }
}

const fn whole(id: &'static str, actions: &'static [Action]) -> Service {
    Service {
        id,
        sdk: "",
        is_complete: true,
        actions,
    }
}

const fn part(id: &'static str, actions: &'static [Action]) -> Service {
    Service {
        id,
        sdk: "",
        is_complete: false,
        actions,
    }
}

impl Service {
    const fn in_sdk(mut self, sdk: &'static str) -> Self {
        self.sdk = sdk;
        self
    }
}

/// Every service with an optimized integration, in the order of the alphabet.
pub(super) static SERVICES: &[Service] = &[
    whole(
        "apigateway",
        &[callback("invoke")
            .needs(&[&["ApiEndpoint"], &["Method"]])
            .takes(&[
                "AllowNullValues",
                "AuthType",
                "Headers",
                "Path",
                "QueryParameters",
                "RequestBody",
                "Stage",
            ])],
    ),
    part(
        "athena",
        &[
            plain("getQueryExecution").needs(&[&["QueryExecutionId"]]),
            plain("getQueryResults").needs(&[&["QueryExecutionId"]]),
            job("startQueryExecution").needs(&[&["QueryString"]]),
            plain("stopQueryExecution").needs(&[&["QueryExecutionId"]]),
        ],
    ),
    whole(
        "batch",
        &[job("submitJob").needs(&[&["JobName"], &["JobQueue"], &["JobDefinition"]])],
    ),
    part(
        "bedrock",
        &[
            job("createModelCustomizationJob").or_token(),
            callback("invokeModel").needs(&[&["ModelId"]]),
        ],
    ),
    part(
        "codebuild",
        &[
            plain("batchDeleteBuilds"),
            plain("batchGetReports"),
            plain("deleteBuildBatch"),
            job("retryBuildBatch"),
            job("startBuild").needs(&[&["ProjectName"]]),
            job("startBuildBatch").needs(&[&["ProjectName"]]),
            plain("stopBuild"),
            plain("stopBuildBatch"),
        ],
    ),
    whole("databrew", &[job("startJobRun")]),
    whole(
        "dynamodb",
        &[
            plain("deleteItem")
                .needs(&[&["TableName"], &["Key"]])
                .takes(&WRITES),
            plain("getItem").needs(&[&["TableName"], &["Key"]]).takes(&[
                "AttributesToGet",
                "ConsistentRead",
                "ExpressionAttributeNames",
                "ProjectionExpression",
                "ReturnConsumedCapacity",
            ]),
            plain("putItem")
                .needs(&[&["TableName"], &["Item"]])
                .takes(&WRITES),
            plain("updateItem")
                .needs(&[&["TableName"], &["Key"]])
                .takes(&UPDATES),
        ],
    ),
    whole(
        "ecs",
        &[job("runTask").or_token().needs(&[&["TaskDefinition"]])],
    ),
    part(
        "eks",
        &[
            plain("call"),
            job("createCluster"),
            job("createFargateProfile"),
            job("createNodegroup"),
            job("deleteCluster"),
            job("deleteFargateProfile"),
            job("deleteNodegroup"),
            job("runJob").or_token(),
        ],
    ),
    part(
        "elasticmapreduce",
        &[
            job("addStep"),
            plain("cancelStep"),
            job("createCluster"),
            plain("modifyInstanceFleetByName"),
            plain("modifyInstanceGroupByName"),
            plain("setClusterTerminationProtection"),
            job("terminateCluster"),
        ],
    )
    .in_sdk("emr"),
    part(
        "emr-containers",
        &[
            plain("createVirtualCluster"),
            job("deleteVirtualCluster"),
            job("startJobRun"),
        ],
    )
    .in_sdk("emrcontainers"),
    part(
        "emr-serverless",
        &[
            job("cancelJobRun"),
            job("createApplication"),
            job("deleteApplication"),
            job("startApplication"),
            job("startJobRun"),
            job("stopApplication"),
        ],
    )
    .in_sdk("emrserverless"),
    whole(
        "events",
        &[callback("putEvents")
            .needs(&[&["Entries"]])
            .takes(&["EndpointId"])],
    )
    .in_sdk("eventbridge"),
    whole("glue", &[job("startJobRun").needs(&[&["JobName"]])]),
    whole(
        "http",
        &[plain("invoke")
            .needs(&[
                &["ApiEndpoint"],
                &["Method"],
                &["Authentication", "InvocationConfig"],
            ])
            .takes(&["Headers", "QueryParameters", "RequestBody", "Transform"])],
    ),
    whole(
        "lambda",
        &[callback("invoke").needs(&[&["FunctionName"]]).takes(&[
            "ClientContext",
            "InvocationType",
            "LogType",
            "Payload",
            "Qualifier",
            "TenantId",
        ])],
    ),
    whole("mediaconvert", &[job("createJob")]),
    part(
        "sagemaker",
        &[
            plain("createEndpoint"),
            plain("createEndpointConfig"),
            job("createHyperParameterTuningJob"),
            job("createLabelingJob"),
            plain("createModel"),
            job("createProcessingJob"),
            job("createTrainingJob"),
            job("createTransformJob"),
            plain("updateEndpoint"),
        ],
    ),
    whole(
        "sns",
        &[callback("publish")
            .needs(&[&["TopicArn", "TargetArn", "PhoneNumber"], &["Message"]])
            .takes(&[
                "MessageAttributes",
                "MessageDeduplicationId",
                "MessageGroupId",
                "MessageStructure",
                "Subject",
            ])],
    ),
    whole(
        "sqs",
        &[callback("sendMessage")
            .needs(&[&["QueueUrl"], &["MessageBody"]])
            .takes(&[
                "DelaySeconds",
                "MessageAttributes",
                "MessageDeduplicationId",
                "MessageGroupId",
                "MessageSystemAttributes",
            ])],
    ),
    whole(
        "states",
        &[job("startExecution")
            .or_token()
            .needs(&[&["StateMachineArn"]])
            .takes(&["Input", "Name", "TraceHeader"])],
    )
    .in_sdk("sfn"),
];

const WRITES: [&str; 8] = [
    "ConditionExpression",
    "ConditionalOperator",
    "Expected",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "ReturnValues",
];

const UPDATES: [&str; 10] = [
    "AttributeUpdates",
    "ConditionExpression",
    "ConditionalOperator",
    "Expected",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "ReturnValues",
    "UpdateExpression",
];

/// Names that other tools give to services, and the ones SDK calls use.
const SDK_MISNOMERS: &[(&str, &str)] = &[
    ("application-autoscaling", "applicationautoscaling"),
    ("cognito-identity", "cognitoidentity"),
    ("cognito-idp", "cognitoidentityprovider"),
    ("elasticmapreduce", "emr"),
    ("email", "ses"),
    ("events", "eventbridge"),
    ("iot-data", "iotdataplane"),
    ("logs", "cloudwatchlogs"),
    ("monitoring", "cloudwatch"),
    ("redshift-data", "redshiftdata"),
    ("states", "sfn"),
    ("stepfunctions", "sfn"),
];

/// The services that are called most by the SDK: there are more than 200.
const SDK_IDS: &[&str] = &[
    "accessanalyzer",
    "acm",
    "apigateway",
    "apigatewayv2",
    "appconfig",
    "appflow",
    "applicationautoscaling",
    "appsync",
    "athena",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "bedrockagent",
    "bedrockagentruntime",
    "bedrockruntime",
    "cloudcontrol",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "cloudwatchlogs",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "cognitoidentity",
    "cognitoidentityprovider",
    "comprehend",
    "config",
    "connect",
    "costexplorer",
    "databasemigration",
    "databrew",
    "datasync",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticloadbalancing",
    "elasticloadbalancingv2",
    "emr",
    "emrcontainers",
    "emrserverless",
    "eventbridge",
    "firehose",
    "forecast",
    "fsx",
    "glacier",
    "glue",
    "guardduty",
    "iam",
    "inspector2",
    "iot",
    "iotdataplane",
    "kendra",
    "kinesis",
    "kms",
    "lakeformation",
    "lambda",
    "location",
    "mediaconvert",
    "neptune",
    "opensearch",
    "organizations",
    "personalize",
    "pinpoint",
    "pipes",
    "polly",
    "quicksight",
    "rds",
    "rdsdata",
    "redshift",
    "redshiftdata",
    "rekognition",
    "resourcegroupstaggingapi",
    "route53",
    "s3",
    "s3control",
    "sagemaker",
    "sagemakerruntime",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "servicecatalog",
    "servicediscovery",
    "ses",
    "sesv2",
    "sfn",
    "sns",
    "sqs",
    "ssm",
    "ssoadmin",
    "sts",
    "support",
    "textract",
    "timestreamquery",
    "timestreamwrite",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "xray",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_actions_are_in_the_order_of_the_alphabet() {
        assert!(SERVICES.is_sorted_by(|a, b| a.id < b.id));
        for service in SERVICES {
            assert!(
                service.actions.is_sorted_by(|a, b| a.name < b.name),
                "{}",
                service.id
            );
        }
        assert!(SDK_IDS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn services_are_known_by_both_names() {
        let states = service("states").expect("is listed");
        assert_eq!(states.sdk_id(), "sfn");
        assert_eq!(service("sqs").expect("is listed").sdk_id(), "sqs");
        assert_eq!(sdk_id("stepfunctions"), Some("sfn"));
        assert_eq!(sdk_id("s3"), Some("s3"));
        assert_eq!(sdk_id("foo"), None);
    }

    #[test]
    fn arguments_are_the_required_and_the_optional_ones() {
        let action = |id, name| service(id)?.action(name);
        let publish = action("sns", "publish").expect("is listed");
        let arguments: Vec<_> = publish.arguments().expect("are known").collect();
        assert!(arguments.contains(&"PhoneNumber") && arguments.contains(&"Subject"));
        let submit = action("batch", "submitJob").expect("is listed");
        assert!(submit.arguments().is_none());
    }
}
