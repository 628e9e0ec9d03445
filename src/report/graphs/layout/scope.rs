//! One scope: its states and transitions as a net, and what came of placing that.

use std::collections::HashMap;
use std::sync::Arc;

use super::compose::Composer;
use super::layered::{self, Block, Extent, Net, Plan, Spot, Way};
use super::medium::Distances;
use super::{Label, Layout, Line, Point, Rect, Shape, Step, What};
use crate::graph::{Edge, EdgeKind, Node, Scope, Vertex};
use crate::report::graphs::ends_well;
use crate::report::graphs::face::{Face, Pill};

/// What stands at the start and end of a scope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ends {
    /// The machine's Start and End.
    Terminals,
    /// The dots of the container.
    Dots(Vertex),
    /// Nothing: lines go on to the dots of the Parallel.
    Open,
}

impl Ends {
    fn shapes(self) -> Option<(What, What)> {
        match self {
            Self::Terminals => Some((What::Start, What::End)),
            Self::Dots(vertex) => Some((What::Fork(vertex), What::Join(vertex))),
            Self::Open => None,
        }
    }
}

/// A part of the picture that is laid out, from 0, 0.
pub(super) struct Group {
    pub(super) layout: Layout,
    /// Where its first line begins.
    pub(super) entry: Point,
    /// Where its last lines end, when any do.
    pub(super) exit: Option<Point>,
    /// What these lines stand for.
    pub(super) ends: Vec<Step>,
}

/// What becomes of a vertex in its scope's net.
pub(super) enum Content {
    Face(Face),
    Group(Layout, Face),
}

/// A scope before it is placed. The first block is the start, then come the states and what is
/// missing, and last the end, when anything leads there.
struct Draft {
    net: Net,
    contents: Vec<(Vertex, Content)>,
    wires: Vec<Wire>,
    terminals: Vec<Vertex>,
}

/// What a way of the net stands for.
struct Wire {
    step: Step,
    pill: Option<Pill>,
    is_catch: bool,
    is_default: bool,
    is_wrong: bool,
}

impl<'m> Composer<'_, 'm> {
    /// Recursion is bounded by the depth of a definition.
    pub(super) fn scope(&self, scope: Scope<'_, 'm>, ends: Ends) -> Group {
        let draft = self.draft(scope, ends);
        let plan = layered::place(&draft.net);
        let size = self.axis.point(Spot {
            across: plan.extent.across,
            along: plan.extent.along,
        });
        let mut layout = Layout {
            width: size.x,
            height: size.y,
            ..Layout::default()
        };
        let end = (!draft.terminals.is_empty()).then(|| plan.blocks.len() - 1);
        if let Some((first, last)) = ends.shapes() {
            self.shape(first, 0, &plan, &mut layout);
            if let Some(end) = end {
                self.shape(last, end, &plan, &mut layout);
            }
        }
        let middle = |block: usize| self.rect(block, &plan).middle();
        let (entry, exit) = (middle(0), end.map(middle));
        self.labels(&draft.wires, &plan, &mut layout);
        self.lines(&draft.wires, &plan, ends, &mut layout);
        self.contents(draft.contents, &plan, &mut layout);
        Group {
            layout,
            entry,
            exit,
            ends: draft.terminals.into_iter().map(Step::End).collect(),
        }
    }

    fn draft(&self, scope: Scope<'_, 'm>, ends: Ends) -> Draft {
        let graph = self.picture.graph;
        let (start, end) = self.ends(ends);
        let terminals = scope.states().filter(|(_, state)| ends_well(state));
        let mut draft = Draft {
            net: Net {
                distances: self.distances,
                ..Net::default()
            },
            contents: Vec::new(),
            wires: Vec::new(),
            terminals: terminals.map(|(vertex, _)| vertex).collect(),
        };
        for (vertex, state) in scope.states() {
            let content = if self.picture.options.opens(graph, vertex) {
                self.container(vertex, state)
            } else {
                Content::Face(self.medium.card(vertex, state))
            };
            draft.contents.push((vertex, content));
        }
        for (vertex, missing) in scope.missing() {
            let ghost = Content::Face(self.medium.ghost(missing));
            draft.contents.push((vertex, ghost));
        }
        let mut numbers = HashMap::from([(scope.start(), 0)]);
        draft.net.blocks.push(start);
        for (vertex, content) in &draft.contents {
            numbers.insert(*vertex, draft.net.blocks.len());
            draft.net.blocks.push(self.block(content));
        }
        for edge in scope.edges() {
            self.wire(edge, &numbers, &mut draft);
        }
        if !draft.terminals.is_empty() {
            let to = draft.net.blocks.len();
            draft.net.blocks.push(end);
            for vertex in &draft.terminals {
                draft.net.ways.push(Way {
                    from: numbers[vertex],
                    to,
                    is_catch: false,
                    label: None,
                });
                draft.wires.push(Wire {
                    step: Step::End(*vertex),
                    pill: None,
                    is_catch: false,
                    is_default: false,
                    is_wrong: false,
                });
            }
        }
        draft
    }

    fn wire(&self, edge: &Edge<'_>, numbers: &HashMap<Vertex, usize>, draft: &mut Draft) {
        let pill = self.medium.pill(edge);
        let extent = |pill: &Pill| self.axis.extent(pill.width, pill.height);
        draft.net.ways.push(Way {
            from: numbers[&edge.from],
            to: numbers[&edge.to],
            is_catch: edge.kind.is_catch(),
            label: pill.as_ref().map(extent),
        });
        draft.wires.push(Wire {
            step: Step::Edge(edge.number),
            pill,
            is_catch: edge.kind.is_catch(),
            is_default: matches!(edge.kind, EdgeKind::Default),
            is_wrong: matches!(self.picture.graph.node(edge.to), Node::Missing(_)),
        });
    }

    /// The start of a scope and its end.
    fn ends(&self, ends: Ends) -> (Block, Block) {
        let Distances {
            start,
            end,
            fork,
            join,
            across,
            ..
        } = self.distances;
        let block = |extent| Block {
            extent,
            is_wide: false,
        };
        let dot = |(width, height)| block(self.axis.extent(width, height));
        match ends {
            Ends::Terminals => (dot(start), dot(end)),
            Ends::Dots(_) => (dot((fork, fork)), dot((join, join))),
            Ends::Open => {
                let open = block(Extent {
                    across: across.open,
                    along: 0.0,
                });
                (open, open)
            }
        }
    }

    fn block(&self, content: &Content) -> Block {
        match content {
            Content::Face(face) => Block {
                extent: self.axis.extent(face.width, face.height),
                is_wide: false,
            },
            Content::Group(layout, _) => Block {
                extent: self.axis.extent(layout.width, layout.height),
                is_wide: true,
            },
        }
    }

    fn rect(&self, block: usize, plan: &Plan) -> Rect {
        let placed = plan.blocks[block];
        self.axis.rect(placed.at, placed.extent)
    }

    fn shape(&self, what: What, block: usize, plan: &Plan, layout: &mut Layout) {
        let rect = self.rect(block, plan);
        layout.shapes.push(Shape {
            what,
            rect,
            level: 0,
        });
    }

    fn contents(&self, contents: Vec<(Vertex, Content)>, plan: &Plan, layout: &mut Layout) {
        for (index, (vertex, content)) in contents.into_iter().enumerate() {
            let block = index + 1;
            match content {
                Content::Face(face) => {
                    self.shape(What::Node(vertex, Box::new(face)), block, plan, layout);
                }
                Content::Group(inner, face) => {
                    self.shape(What::Container(vertex, Box::new(face)), block, plan, layout);
                    let rect = self.rect(block, plan);
                    layout.absorb(inner, rect.x, rect.y);
                }
            }
        }
    }

    fn labels(&self, wires: &[Wire], plan: &Plan, layout: &mut Layout) {
        for (wire, placed) in wires.iter().zip(&plan.labels) {
            if let (Some(pill), Some(placed), Step::Edge(edge)) = (&wire.pill, placed, wire.step) {
                layout.labels.push(Label {
                    edge,
                    is_catch: wire.is_catch,
                    is_default: wire.is_default,
                    pill: pill.clone(),
                    rect: self.axis.rect(placed.at, placed.extent),
                });
            }
        }
    }

    fn lines(&self, wires: &[Wire], plan: &Plan, ends: Ends, layout: &mut Layout) {
        // The pieces of a lane share the list of the ways along it.
        let mut shared: HashMap<*const usize, Arc<[Step]>> = HashMap::new();
        for track in &plan.tracks {
            let all = track.carried.all();
            let steps = shared
                .entry(all.as_ptr())
                .or_insert_with(|| all.iter().map(|way| wires[*way].step).collect());
            let first = &wires[all[0]];
            // What ends an open scope goes on in the Parallel around it.
            let goes_on = ends == Ends::Open && matches!(first.step, Step::End(_));
            let points = track.points.iter().map(|spot| self.axis.point(*spot));
            layout.lines.push(Line {
                points: points.collect(),
                has_head: track.has_head && !goes_on,
                is_catch: first.is_catch,
                is_wrong: first.is_wrong,
                count: track.carried.ways().len(),
                steps: Arc::clone(steps),
            });
        }
    }
}
