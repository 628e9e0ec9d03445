//! Which command of the AWS CLI is which service, and what a service is called in errors.

/// A service as an SDK call names it.
pub(super) struct Sdk {
    /// The command of the AWS CLI.
    pub(super) command: &'static str,
    /// What its errors begin with, when that is not its name with a capital.
    pub(super) errors: Option<&'static str>,
}

/// Services whose names are not one word everywhere.
const TABLE: &str = include_str!("services.tsv");

/// The service of this name in `aws-sdk:NAME:…`; one that the table lacks is called the same.
pub(super) fn sdk(name: &str) -> Option<Sdk> {
    let mut rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.find_map(|row| {
        let mut cells = row.split('\t');
        (cells.next() == Some(name)).then_some(())?;
        Some(Sdk {
            command: cells.next()?,
            errors: cells.next(),
        })
    })
}

/// An optimized integration. Its names in errors are those of AWS's first SDK for Java.
pub(super) struct Optimized {
    /// Its name in a `Resource`.
    pub(super) id: &'static str,
    /// The command of the AWS CLI.
    pub(super) command: &'static str,
    /// What its errors begin with.
    pub(super) errors: &'static str,
    /// What it is called in causes, and where errors have no name of their own.
    pub(super) service: &'static str,
}

/// Sources: 08 §8.4 and §8.6, recorded for `DynamoDB`, `EventBridge`, SNS, SQS and Step Functions.
/// The others are by analogy.
pub(super) const OPTIMIZED: [Optimized; 18] = [
    optimized("athena", "athena", "Athena", "AmazonAthena"),
    optimized("batch", "batch", "Batch", "AWSBatch"),
    optimized("bedrock", "bedrock", "Bedrock", "AmazonBedrock"),
    optimized("codebuild", "codebuild", "CodeBuild", "AWSCodeBuild"),
    optimized("databrew", "databrew", "DataBrew", "AWSGlueDataBrew"),
    optimized("dynamodb", "dynamodb", "DynamoDB", "AmazonDynamoDB"),
    optimized("ecs", "ecs", "ECS", "AmazonECS"),
    optimized("eks", "eks", "EKS", "AmazonEKS"),
    optimized(
        "emr-containers",
        "emr-containers",
        "EMRContainers",
        "AmazonEMRContainers",
    ),
    optimized(
        "emr-serverless",
        "emr-serverless",
        "EMRServerless",
        "AWSEMRServerless",
    ),
    optimized("events", "events", "EventBridge", "AmazonEventBridge"),
    optimized("glue", "glue", "Glue", "AWSGlue"),
    optimized("lambda", "lambda", "Lambda", "AWSLambda"),
    optimized(
        "mediaconvert",
        "mediaconvert",
        "MediaConvert",
        "AWSMediaConvert",
    ),
    optimized("sagemaker", "sagemaker", "SageMaker", "AmazonSageMaker"),
    optimized("sns", "sns", "SNS", "AmazonSNS"),
    optimized("sqs", "sqs", "SQS", "AmazonSQS"),
    optimized(
        "states",
        "stepfunctions",
        "StepFunctions",
        "AWSStepFunctions",
    ),
];

const fn optimized(
    id: &'static str,
    command: &'static str,
    errors: &'static str,
    service: &'static str,
) -> Optimized {
    Optimized {
        id,
        command,
        errors,
        service,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_found_under_the_names_of_the_sdk() {
        let check = |name: &str, expected: Option<(&str, Option<&str>)>| {
            let found = sdk(name).map(|it| (it.command, it.errors));
            assert_eq!(found, expected, "{name}");
        };
        check("sfn", Some(("stepfunctions", Some("Sfn"))));
        check("dynamodb", Some(("dynamodb", Some("DynamoDb"))));
        check("cloudwatchlogs", Some(("logs", Some("CloudWatchLogs"))));
        check("s3", Some(("s3api", Some("S3"))));
        check("acmpca", Some(("acm-pca", Some("AcmPca"))));
        check("sqs", None);
        check("# service of an SDK call, command of the AWS CLI", None);
    }

    #[test]
    fn the_table_has_three_cells_in_each_row_and_is_sorted() {
        let rows: Vec<&str> = TABLE.lines().filter(|it| !it.starts_with('#')).collect();
        assert!(rows.is_sorted_by_key(|row| row.split('\t').next()));
        assert!(rows.iter().all(|row| row.split('\t').count() == 3));
    }
}
