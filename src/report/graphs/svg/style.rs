//! The style sheet: the palette as variables, for a light page, a dark one, or both.

use std::fmt::{self, Write};

use crate::language::StateKind;
use crate::report::graphs::measure::FAMILY;
use crate::report::graphs::overlay::Mark;
use crate::report::graphs::palette::{Palette, WRONG};
use crate::report::graphs::{Options, Theme};

const RULES: &str = "\
.asl .page{fill:var(--page)}
.asl text{font-size:10.5px}
.asl .n{font-size:13px;font-weight:700;fill:var(--ink)}
.asl .m,.asl .on-start,.asl .on-end{text-anchor:middle}
.asl .b{text-anchor:end;fill:var(--catch)}
.asl .a{fill:var(--a)}
.asl .o{fill:var(--sub)}
.asl .c{fill:var(--card);stroke:var(--line)}
.asl .bar{fill:var(--a)}
.asl .hexagon .c{stroke:var(--a);stroke-width:1.4}
.asl .pill .c{fill:var(--a);stroke:var(--a)}
.asl .pill text{fill:#fff}
.asl .ghost .c{fill:none;stroke:var(--wrong);stroke-dasharray:5 3}
.asl .ghost text{fill:var(--wrong)}
.asl .f{fill:var(--a);fill-opacity:.06;stroke:var(--a);stroke-width:1.4}
.asl .dashed .f{stroke-dasharray:7 4}
.asl .branch{fill:none;stroke:var(--frame);stroke-dasharray:4 4}
.asl .dot{fill:var(--a)}
.asl .ring{fill:var(--card);stroke:var(--a);stroke-width:1.4}
.asl .start{fill:var(--start)}
.asl .on-start{fill:var(--on-start)}
.asl .end{fill:var(--card);stroke:var(--edge);stroke-width:1.2}
.asl .on-end{fill:var(--ink)}
.asl .e{fill:none;stroke:var(--edge);stroke-width:1.4}
.asl .e.catch{stroke:var(--catch);stroke-dasharray:5 3}
.asl .e.wrong{stroke:var(--wrong)}
.asl .h.e{fill:var(--edge);stroke-width:1;stroke-linejoin:round;stroke-dasharray:none}
.asl .h.catch{fill:var(--page)}
.asl .h.wrong{fill:var(--wrong)}
.asl .l rect{fill:var(--page)}
.asl .l text{fill:var(--on-pill)}
.asl .l.catch text{fill:var(--catch)}
.asl .l.default text{font-style:italic}
.asl .painted .c{fill:var(--f);stroke:var(--l);stroke-width:2}
.asl .painted .f{fill:var(--l);fill-opacity:.07;stroke:var(--l);stroke-width:2}
.asl .painted .o{fill:var(--i)}
.asl .painted.pill text{fill:var(--ink)}
.asl .painted.pill .o{fill:var(--i)}
.asl .dot.painted{fill:var(--l)}
.asl .ring.painted{stroke:var(--l)}
.asl .removed .c,.asl .removed .f,.asl .e.removed{stroke-dasharray:5 3}
.asl .s.faint .c{fill:var(--card);stroke:var(--faint-line)}
.asl .s.faint text,.asl .l.faint text{fill:var(--faint)}
.asl .faint .bar{fill:var(--faint-line)}
.asl .faint .f{fill:none;stroke:var(--faint-line)}
.asl .dot.faint{fill:var(--faint-line)}
.asl .ring.faint{stroke:var(--faint-line)}
.asl .e.faint{stroke:var(--faint-line)}
.asl .h.faint:not(.catch){fill:var(--faint-line)}
.asl .e.taken{stroke:var(--l);stroke-width:2.4}
.asl .h.taken{fill:var(--l);stroke-width:1.4}
";

/// Writes the `<style>` element.
pub(super) fn sheet(options: &Options, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "<style>\n.asl{{font-family:{FAMILY}}}")?;
    match options.theme {
        Theme::Light => variables(Theme::Light, options, out)?,
        Theme::Dark => variables(Theme::Dark, options, out)?,
        Theme::Auto => {
            variables(Theme::Light, options, out)?;
            writeln!(out, "@media (prefers-color-scheme:dark){{")?;
            variables(Theme::Dark, options, out)?;
            writeln!(out, "}}")?;
        }
    }
    writeln!(out, "{RULES}</style>")
}

fn variables(theme: Theme, options: &Options, out: &mut dyn Write) -> fmt::Result {
    let palette = Palette::of(theme);
    let pairs = [
        ("page", palette.background),
        ("card", palette.card),
        ("ink", palette.ink),
        ("sub", palette.pill_ink),
        ("line", palette.line),
        ("edge", palette.edge),
        ("on-pill", palette.pill_ink),
        ("catch", palette.catch),
        ("frame", palette.frame),
        ("start", palette.start),
        ("on-start", palette.start_ink),
        ("faint", palette.faint.ink),
        ("faint-line", palette.faint.line),
        ("wrong", WRONG),
    ];
    write!(out, ".asl{{")?;
    for (name, color) in pairs {
        write!(out, "--{name}:{color};")?;
    }
    writeln!(out, "}}")?;
    for kind in StateKind::ALL {
        let color = palette.accent(Some(kind));
        write!(out, ".asl .{}{{--a:{color}}}", kind_class(kind))?;
    }
    writeln!(out, ".asl .unknown{{--a:{WRONG}}}")?;
    for mark in Mark::ALL {
        let status = palette.status(mark, options.palette);
        let class = mark_class(mark);
        writeln!(
            out,
            ".asl .{class}{{--l:{};--f:{};--i:{}}}.asl .e.{class}{{--l:{}}}",
            status.border,
            status.fill,
            status.ink,
            palette.way(mark, options.palette)
        )?;
    }
    Ok(())
}

/// The class of a type of state.
pub(super) fn kind_class(kind: StateKind) -> &'static str {
    match kind {
        StateKind::Task => "task",
        StateKind::Pass => "pass",
        StateKind::Choice => "choice",
        StateKind::Wait => "wait",
        StateKind::Succeed => "succeed",
        StateKind::Fail => "fail",
        StateKind::Parallel => "parallel",
        StateKind::Map => "map",
    }
}

/// The class of what happened.
pub(super) fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Succeeded => "succeeded",
        Mark::Caught => "caught",
        Mark::Failed => "failed",
        Mark::TimedOut => "timed-out",
        Mark::Aborted => "aborted",
        Mark::Running => "running",
        Mark::Added => "added",
        Mark::Removed => "removed",
        Mark::Changed => "changed",
    }
}
