//! The 62 types of history event: their names, the member that holds their details, its shape.
//! Source: the Step Functions API model (`HistoryEventType` and `HistoryEvent`).

use std::fmt;
use std::str::FromStr;

/// Which members the details of an event have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No details at all.
    None,
    /// `name`, `input`
    StateEntered,
    /// `name`, `output`, `assignedVariables`
    StateExited,
    /// `input`, `roleArn`
    ExecutionStarted,
    /// `output`
    Output,
    /// `error`, `cause`
    Failure,
    /// `resource`, `input`, time-outs
    FunctionScheduled,
    /// `workerName`
    ActivityStarted,
    /// `resourceType`, `resource`, `region`, `parameters`, time-outs
    TaskScheduled,
    /// `resourceType`, `resource`
    TaskStarted,
    /// `resourceType`, `resource`, `output`
    TaskOutput,
    /// `resourceType`, `resource`, `error`, `cause`
    TaskFailure,
    /// `name`, `index`
    MapIteration,
    /// `length`
    MapStarted,
    /// `mapRunArn`
    MapRunStarted,
    /// `redriveCount`, and for a Map Run `mapRunArn`
    Redriven,
    /// `error`, `cause`, `location`, `state`
    Evaluation,
}

/// Declares the types from one row each: variant, details member, shape.
macro_rules! event_types {
    ($($variant:ident $member:literal $shape:ident;)*) => {
        /// The type of a history event, named as AWS names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum HistoryEventType {
            $(#[doc = concat!("`", stringify!($variant), "`")] $variant,)*
        }

        impl HistoryEventType {
            /// Every type, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// AWS's name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// The member of the event that holds its details; empty when it has none.
            #[must_use]
            pub fn details_member(self) -> &'static str {
                match self { $(Self::$variant => $member,)* }
            }

            /// Which members the details have.
            #[must_use]
            pub fn shape(self) -> Shape {
                match self { $(Self::$variant => Shape::$shape,)* }
            }
        }
    };
}

event_types! {
    ActivityFailed "activityFailedEventDetails" Failure;
    ActivityScheduleFailed "activityScheduleFailedEventDetails" Failure;
    ActivityScheduled "activityScheduledEventDetails" FunctionScheduled;
    ActivityStarted "activityStartedEventDetails" ActivityStarted;
    ActivitySucceeded "activitySucceededEventDetails" Output;
    ActivityTimedOut "activityTimedOutEventDetails" Failure;
    ChoiceStateEntered "stateEnteredEventDetails" StateEntered;
    ChoiceStateExited "stateExitedEventDetails" StateExited;
    EvaluationFailed "evaluationFailedEventDetails" Evaluation;
    ExecutionAborted "executionAbortedEventDetails" Failure;
    ExecutionFailed "executionFailedEventDetails" Failure;
    ExecutionRedriven "executionRedrivenEventDetails" Redriven;
    ExecutionStarted "executionStartedEventDetails" ExecutionStarted;
    ExecutionSucceeded "executionSucceededEventDetails" Output;
    ExecutionTimedOut "executionTimedOutEventDetails" Failure;
    FailStateEntered "stateEnteredEventDetails" StateEntered;
    LambdaFunctionFailed "lambdaFunctionFailedEventDetails" Failure;
    LambdaFunctionScheduleFailed "lambdaFunctionScheduleFailedEventDetails" Failure;
    LambdaFunctionScheduled "lambdaFunctionScheduledEventDetails" FunctionScheduled;
    LambdaFunctionStartFailed "lambdaFunctionStartFailedEventDetails" Failure;
    LambdaFunctionStarted "" None;
    LambdaFunctionSucceeded "lambdaFunctionSucceededEventDetails" Output;
    LambdaFunctionTimedOut "lambdaFunctionTimedOutEventDetails" Failure;
    MapIterationAborted "mapIterationAbortedEventDetails" MapIteration;
    MapIterationFailed "mapIterationFailedEventDetails" MapIteration;
    MapIterationStarted "mapIterationStartedEventDetails" MapIteration;
    MapIterationSucceeded "mapIterationSucceededEventDetails" MapIteration;
    MapRunAborted "" None;
    MapRunFailed "mapRunFailedEventDetails" Failure;
    MapRunRedriven "mapRunRedrivenEventDetails" Redriven;
    MapRunStarted "mapRunStartedEventDetails" MapRunStarted;
    MapRunSucceeded "" None;
    MapStateAborted "" None;
    MapStateEntered "stateEnteredEventDetails" StateEntered;
    MapStateExited "stateExitedEventDetails" StateExited;
    MapStateFailed "" None;
    MapStateStarted "mapStateStartedEventDetails" MapStarted;
    MapStateSucceeded "" None;
    ParallelStateAborted "" None;
    ParallelStateEntered "stateEnteredEventDetails" StateEntered;
    ParallelStateExited "stateExitedEventDetails" StateExited;
    ParallelStateFailed "" None;
    ParallelStateStarted "" None;
    ParallelStateSucceeded "" None;
    PassStateEntered "stateEnteredEventDetails" StateEntered;
    PassStateExited "stateExitedEventDetails" StateExited;
    SucceedStateEntered "stateEnteredEventDetails" StateEntered;
    SucceedStateExited "stateExitedEventDetails" StateExited;
    TaskFailed "taskFailedEventDetails" TaskFailure;
    TaskScheduled "taskScheduledEventDetails" TaskScheduled;
    TaskStartFailed "taskStartFailedEventDetails" TaskFailure;
    TaskStarted "taskStartedEventDetails" TaskStarted;
    TaskStateAborted "" None;
    TaskStateEntered "stateEnteredEventDetails" StateEntered;
    TaskStateExited "stateExitedEventDetails" StateExited;
    TaskSubmitFailed "taskSubmitFailedEventDetails" TaskFailure;
    TaskSubmitted "taskSubmittedEventDetails" TaskOutput;
    TaskSucceeded "taskSucceededEventDetails" TaskOutput;
    TaskTimedOut "taskTimedOutEventDetails" TaskFailure;
    WaitStateAborted "" None;
    WaitStateEntered "stateEnteredEventDetails" StateEntered;
    WaitStateExited "stateExitedEventDetails" StateExited;
}

impl HistoryEventType {
    /// Whether a state of any type begins with this event.
    #[must_use]
    pub fn is_state_entered(self) -> bool {
        self.shape() == Shape::StateEntered
    }

    /// Whether a state of any type ends with this event.
    #[must_use]
    pub fn is_state_exited(self) -> bool {
        self.shape() == Shape::StateExited
    }

    /// Whether the execution ends with this event.
    #[must_use]
    pub fn ends_execution(self) -> bool {
        matches!(
            self,
            Self::ExecutionAborted
                | Self::ExecutionFailed
                | Self::ExecutionSucceeded
                | Self::ExecutionTimedOut
        )
    }
}

impl fmt::Display for HistoryEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HistoryEventType {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .binary_search_by(|candidate| candidate.as_str().cmp(name))
            .map(|at| Self::ALL[at])
            .map_err(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_62_types_and_their_names_read_back() {
        assert_eq!(HistoryEventType::ALL.len(), 62);
        for kind in HistoryEventType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("ExecutionPaused".parse::<HistoryEventType>(), Err(()));
    }
}
