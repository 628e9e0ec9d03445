//! The limits of the service and of this implementation.

/// How deep a document may nest. Jackson, which AWS parses with, stops at 1000 levels; a document
/// within it can be walked by recursion on the smallest thread stack we run on.
pub const MAX_DEPTH: u16 = 500;

/// The largest input, output or result of a state, in bytes of UTF-8 JSON text.
pub const MAX_PAYLOAD: usize = 262_144;

/// All variables of an execution together, in bytes of JSON text: 10 MiB (01-fields §1.6).
pub const MAX_VARIABLES: usize = 10 << 20;

/// The longest cause of a failure, in characters: the API's `SensitiveCause`.
pub const MAX_CAUSE: usize = 32_768;

/// How many events a Standard execution may have.
pub const MAX_EVENTS: u64 = 25_000;

/// How many iterations of an inline Map run at once when `MaxConcurrency` is 0 or absent.
pub const INLINE_MAP_CONCURRENCY: u32 = 40;

/// The longest state name, in characters.
pub const MAX_STATE_NAME: usize = 80;

/// The longest delay of a Wait state, in seconds: 24,855 days.
pub const MAX_WAIT_SECONDS: i64 = 2_147_483_647;

/// How long a Standard execution may run without `TimeoutSeconds`, in seconds: one year.
pub const STANDARD_TIMEOUT_SECONDS: i64 = 31_536_000;

/// How long an Express execution may run, in seconds: five minutes.
pub const EXPRESS_TIMEOUT_SECONDS: i64 = 300;
