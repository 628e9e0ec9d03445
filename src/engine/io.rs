//! The data flow of a state: which field sees what, in the order of the specification.
//!
//! `JSONPath`: `InputPath` → `Parameters` → work → `ResultSelector` → `ResultPath` (into the raw
//! input) → `OutputPath`. JSONata: `Arguments` → work → `Output`. `Assign` beside the output.

use std::sync::Arc;

use super::failure::Failure;
use super::program::{Catcher, Io, PathField, ResultPath, State, Template};
use super::scope::View;
use super::test_state::Step;
use crate::data::{Json, Keyed, limits};
use crate::query::failure;

/// What a state's exit needs: its output, and the variables in alphabetical order.
pub(super) type Leaving = (Json, Vec<(Arc<str>, Json)>);

/// The input after `InputPath`.
pub(super) fn input(state: &State, view: &View<'_>) -> Result<Json, Failure> {
    match &state.io {
        Io::JsonPath(io) => {
            let input = apply(&io.input_path, view)?;
            view.saw(Step::AfterInputPath, &input);
            Ok(input)
        }
        Io::Jsonata(_) => Ok(view.input.clone()),
    }
}

/// The effective input: after `Parameters`, or `Arguments`.
pub(super) fn effective(
    state: &State,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Json, Failure> {
    let (step, effective) = match &state.io {
        Io::JsonPath(io) => {
            let effective = match &io.parameters {
                Some(_) if matches!(view.input, Json::Null) => {
                    return Err(failure::null_input().into());
                }
                Some(template) => template.evaluate(view, random)?,
                None => view.input.clone(),
            };
            (Step::AfterParameters, effective)
        }
        Io::Jsonata(io) => {
            let effective = match &io.arguments {
                Some(template) => {
                    view.jsonata(|scope| template.evaluate("Arguments", scope, random))?
                }
                None => view.input.clone(),
            };
            (Step::AfterArguments, effective)
        }
    };
    view.saw(step, &effective);
    Ok(effective)
}

/// The way out after work that gave a result. `effective` is what the work got.
pub(super) fn leave(
    state: &State,
    view: &View<'_>,
    result: &Json,
    random: &mut Keyed,
) -> Result<Leaving, Failure> {
    view.saw(Step::Result, result);
    match &state.io {
        Io::JsonPath(io) => {
            let selected = match &io.result_selector {
                Some(selector) => selector.evaluate(&view.of(result), random)?,
                None => result.clone(),
            };
            view.saw(Step::AfterResultSelector, &selected);
            let written = write_result(&io.result_path, view.thread.raw.clone(), selected)?;
            view.saw(Step::AfterResultPath, &written);
            let output = apply(&io.output_path, &view.of(&written))?;
            Ok((output, own_assign(state, &view.of(result), random)?))
        }
        Io::Jsonata(io) => {
            let view = view.with_result(result);
            let assigned = own_assign(state, &view, random)?;
            let output = match &io.output {
                Some(output) => view.jsonata(|scope| output.evaluate("Output", scope, random))?,
                None => result.clone(),
            };
            Ok((output, assigned))
        }
    }
}

/// The way out of a state that does no work: Choice, Wait, Succeed, a JSONata Pass.
pub(super) fn pass_on(
    state: &State,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Leaving, Failure> {
    match &state.io {
        Io::JsonPath(io) => {
            let assigned = own_assign(state, view, random)?;
            Ok((apply(&io.output_path, view)?, assigned))
        }
        Io::Jsonata(io) => {
            let assigned = own_assign(state, view, random)?;
            let output = match &io.output {
                Some(output) => view.jsonata(|scope| output.evaluate("Output", scope, random))?,
                None => view.input.clone(),
            };
            Ok((output, assigned))
        }
    }
}

/// What `OutputPath` leaves of the effective input.
pub(super) fn output_path(state: &State, view: &View<'_>) -> Result<Json, Failure> {
    match &state.io {
        Io::JsonPath(io) => apply(&io.output_path, view),
        Io::Jsonata(_) => Ok(view.input.clone()),
    }
}

/// The way out by the catcher of this index.
pub(super) fn catch(
    catcher: &Catcher,
    index: usize,
    view: &View<'_>,
    error_output: &Json,
    random: &mut Keyed,
) -> Result<Leaving, Failure> {
    let output = match &catcher.output {
        Some(output) => {
            let field = format!("Catch[{index}]/Output");
            view.jsonata(|scope| output.evaluate(&field, scope, random))?
        }
        None => write_result(
            &catcher.result_path,
            view.thread.raw.clone(),
            error_output.clone(),
        )?,
    };
    let seen = match &catcher.assign {
        Some(Template::JsonPath(_)) => error_output,
        Some(Template::Jsonata(_)) | None => view.input,
    };
    let field = || format!("Catch[{index}]/Assign");
    let assigned = assign(catcher.assign.as_ref(), &field, &view.of(seen), random)?;
    Ok((output, assigned))
}

/// The variables that an `Assign` sets, in alphabetical order as histories show them.
pub(super) fn assign(
    assign: Option<&Template>,
    field: &dyn Fn() -> String,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Vec<(Arc<str>, Json)>, Failure> {
    let Some(template) = assign else {
        return Ok(Vec::new());
    };
    let values = made(template, &field(), view, random)?;
    // One Assign may set 256 KiB (01 §1.6).
    check_size(view.state, &values)?;
    let fields = values
        .as_object()
        .into_iter()
        .flat_map(crate::data::Object::iter);
    let mut assigned: Vec<_> = fields
        .map(|(name, value)| (name.clone(), value.compacted()))
        .collect();
    assigned.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(assigned)
}

fn own_assign(
    state: &State,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Vec<(Arc<str>, Json)>, Failure> {
    assign(state.assign.as_ref(), &|| "Assign".to_owned(), view, random)
}

/// A document on its way may have 256 KiB (02 §2.8); whether exactly as many are still accepted is
/// unconfirmed.
pub(super) fn check_size(state: &State, document: &Json) -> Result<(), Failure> {
    if document.size() > limits::MAX_PAYLOAD {
        return Err(Failure::data_limit(&state.name));
    }
    Ok(())
}

fn apply(field: &PathField, view: &View<'_>) -> Result<Json, Failure> {
    match field {
        PathField::Whole => Ok(view.input.clone()),
        PathField::Nothing => Ok(Json::empty_object()),
        PathField::Path(_) if matches!(view.input, Json::Null) => Err(failure::null_input().into()),
        PathField::Path(path) => path
            .evaluate(view)
            .map_err(|error| failure::invalid_path(path, &error).into()),
    }
}

fn write_result(at: &ResultPath, raw: Json, result: Json) -> Result<Json, Failure> {
    match at {
        ResultPath::Whole => Ok(result),
        ResultPath::Discard => Ok(raw),
        ResultPath::At(path) => Ok(path.write(raw, result)?),
    }
}

/// What a template makes of the view; `field` is what messages call it.
pub(super) fn made(
    template: &Template,
    field: &str,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Json, Failure> {
    match template {
        Template::JsonPath(template) => Ok(template.evaluate(view, random)?),
        Template::Jsonata(template) => {
            Ok(view.jsonata(|scope| template.evaluate(field, scope, random))?)
        }
    }
}
