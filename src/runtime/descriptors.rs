//! File descriptors: commands, connections and threads of many children take many at once.

/// Raises the soft limit of this process to its hard limit. What the system refuses stays as it is:
/// whoever then needs more descriptors is told so.
#[cfg(unix)]
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let _ = setrlimit(Resource::Nofile, raised);
}

/// Nothing limits them elsewhere.
#[cfg(not(unix))]
pub fn raise_descriptor_limit() {}
