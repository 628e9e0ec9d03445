//! What AWS did at a time. Its behaviour has changed twice in what histories show, and a recording
//! can only be held against what was true on its day.

use crate::data::Timestamp;

/// The behaviour of the service on some day; the default is today's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// The context object has `Execution.RedriveCount`.
    pub(super) tells_redrive_count: bool,
    /// `MapStateExited` of a distributed Map points at `MapRunStarted`, not at its end.
    pub(super) leaves_map_from_run_start: bool,
}

impl Era {
    /// The service as `TestState` shows it: its context object never says how often it was redriven
    /// (11 §11.3, recorded).
    pub(super) const TEST_STATE: Self = Self {
        tells_redrive_count: false,
        leaves_map_from_run_start: true,
    };

    /// The era of a day.
    #[must_use]
    pub fn of(day: Timestamp) -> Self {
        Self {
            // Redrive came in November 2023 (12); every recording before lacks the member.
            tells_redrive_count: day >= Self::NOVEMBER_2023,
            // 36 recordings until 19 August 2024 point at the end of the Map Run, all 15 since
            // 13 November 2024 at its start (07 §7.8).
            leaves_map_from_run_start: day >= Self::NOVEMBER_2024,
        }
    }

    const NOVEMBER_2023: Timestamp = Timestamp(1_698_796_800_000);
    const NOVEMBER_2024: Timestamp = Timestamp(1_730_419_200_000);
}

impl Default for Era {
    /// Today's.
    fn default() -> Self {
        Self {
            tells_redrive_count: true,
            leaves_map_from_run_start: true,
        }
    }
}
