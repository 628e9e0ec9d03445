//! Why recorded executions come out otherwise than recorded, case by case.

/// What a case has in common with the others of its cause.
pub struct Cause {
    pub why: &'static str,
    pub cases: &'static [&'static str],
}

pub const CAUSES: &[Cause] = &[
    Cause {
        why: "the recording does not hold what its Tasks answered",
        cases: &[
            "base_scenarios.lambda_service_invoke_sync_execution",
            "error_output.parallel_catch_error-PARALLEL_CATCH_ERROR_OUTPUT",
            "error_output.parallel_catch_error-PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING",
            "express_async.retry",
            "express_sync.retry",
        ],
    },
    Cause {
        why: "the recording has the output as a parsed array, and the judge holds its text against it",
        cases: &[
            "assign_reference_variables.reference_in_map_state-MAP_STATE_REFERENCE_IN_INTRINSIC_FUNCTION",
            "assign_reference_variables.reference_in_map_state-MAP_STATE_REFERENCE_IN_ITEM_SELECTOR",
            "assign_reference_variables.reference_in_map_state-MAP_STATE_REFERENCE_IN_TOLERATED_FAILURE_PATH",
        ],
    },
    Cause {
        why: "the recording stops while the execution was running",
        cases: &[
            "base_scenarios.max_concurrency_path_negative",
            "wait.timestamp_too_far_in_future_boundary-24855",
        ],
    },
    Cause {
        why: "the input of the first state lost its blanks, in this one recording of a Map with a \
              Label; all others with blanks keep them",
        cases: &["base_scenarios.map_state_label"],
    },
    Cause {
        why: "the activity was deleted before the execution began: a run has no activities to delete",
        cases: &["activities.activity_task_on_deleted"],
    },
    Cause {
        why: "the recorder masked the task token twice",
        cases: &["callback.sqs_wait_for_task_tok_with_heartbeat"],
    },
];

/// Why a case differs, if that is known.
pub fn of(case: &str) -> Option<&'static str> {
    let mut causes = CAUSES.iter();
    let found = causes.find(|cause| cause.cases.contains(&case));
    found.map(|cause| cause.why)
}
