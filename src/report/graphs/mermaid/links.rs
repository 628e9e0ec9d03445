//! Mermaid styles a link by its number, so that links are counted as they are written.

use std::collections::BTreeMap;

use super::palette;
use crate::report::graphs::Options;
use crate::report::graphs::coat::{Stroke, stroke};
use crate::report::graphs::overlay::Way;
use crate::report::graphs::palette::WRONG;

/// The links so far, and which of them have a style.
pub(super) struct Links {
    options: Options,
    count: usize,
    styles: BTreeMap<(Kind, String), Vec<usize>>,
}

/// In the order of the styles at the picture's end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Catch,
    Wrong,
    Usual,
}

impl Links {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            options: *options,
            count: 0,
            styles: BTreeMap::new(),
        }
    }

    /// The next link is a transition.
    pub(super) fn way(&mut self, way: Way) {
        self.add(Kind::Usual, way, palette().edge);
    }

    /// The next link is a catcher's.
    pub(super) fn catch(&mut self, way: Way) {
        self.add(Kind::Catch, way, palette().catch);
    }

    /// The next link leads to nothing.
    pub(super) fn wrong(&mut self, way: Way) {
        self.add(Kind::Wrong, way, WRONG);
    }

    /// Every style with the links that have it.
    pub(super) fn styles(&mut self) -> Vec<(String, Vec<usize>)> {
        let styles = std::mem::take(&mut self.styles).into_iter();
        styles.map(|((_, style), links)| (style, links)).collect()
    }

    fn add(&mut self, kind: Kind, way: Way, usual: &'static str) {
        let number = self.count;
        self.count += 1;
        if way == Way::Bare && kind == Kind::Usual {
            return;
        }
        let style = self.style(way, usual);
        self.styles.entry((kind, style)).or_default().push(number);
    }

    fn style(&self, way: Way, usual: &'static str) -> String {
        let Stroke {
            color,
            alpha,
            weight,
            is_dashed,
        } = stroke(way, usual, palette(), &self.options);
        let width = weight.map_or(1.5, |weight| 1.5 + 6.0 * weight);
        let dashes = if is_dashed {
            ",stroke-dasharray:4 3"
        } else {
            ""
        };
        format!("stroke:{color}{alpha},stroke-width:{width}px{dashes}")
    }
}
