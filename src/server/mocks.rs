//! The mocks file of a server: `…#TestCase` behind a machine's ARN takes the answers of Tasks from
//! there, as Step Functions Local does (11 §11.1).

use std::sync::Arc;

use crate::runtime::handlers::mocks::{Choice, bind};
use crate::runtime::handlers::{TaskPattern, Unmocked};
use crate::runtime::{Handlers, Host};
use crate::syntax::{Diagnostic, Tree};

/// AWS's `MockConfigFile.json`.
pub struct Mocks(Tree);

impl Mocks {
    /// Takes a file.
    ///
    /// # Errors
    /// With what is wrong with it: every case of every machine is tried.
    pub fn read(tree: Tree) -> Result<Self, Diagnostic> {
        let root = tree.root();
        let Some(machines) = root.get("StateMachines") else {
            let message = "a server takes mocks from AWS's MockConfigFile.json: \
                           `StateMachines` is missing";
            return Err(Diagnostic::error("invalid-mocks", message).label(root.span(), ""));
        };
        for machine in machines.entries() {
            let cases = tree.node(machine.value).get("TestCases");
            let cases = cases.map_or(&[][..], |cases| cases.entries());
            for case in cases {
                let choice = Choice {
                    machine: &machine.key,
                    case: Some(&case.key),
                };
                bind(&mut Handlers::default(), &tree, choice)?;
            }
        }
        Ok(Self(tree))
    }

    /// Who does the work in a case: states that it does not name are for those who do it
    /// otherwise.
    pub(super) fn host(
        &self,
        others: &Handlers,
        machine: &str,
        case: &str,
    ) -> Result<Host, String> {
        let mut handlers = Handlers::default();
        let choice = Choice {
            machine,
            case: Some(case),
        };
        bind(&mut handlers, &self.0, choice).map_err(|finding| finding.message)?;
        handlers.bind_all(others);
        Ok(Host::with(handlers))
    }
}

/// Nobody does the work of an execution whose case is not there any more.
pub(super) fn nobody() -> Host {
    let mut handlers = Handlers::default();
    handlers.bind(TaskPattern::Resource("*".to_owned()), Arc::new(Unmocked));
    Host::with(handlers)
}
