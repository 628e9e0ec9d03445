//! Functions on arrays.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;

use crate::data::{Json, limits};

use super::{Answer, Call, count};

/// The most items that `States.ArrayRange` gives.
const MAX_RANGE: i128 = 1000;

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions share one signature"
)]
pub(super) fn array(call: &mut Call<'_>) -> Answer {
    Ok(Json::array(call.arguments.to_vec()))
}

/// Equality is structural (recorded); that `1` equals `1.0` is unconfirmed.
pub(super) fn contains(call: &mut Call<'_>) -> Answer {
    let wanted = call.any(1);
    Ok(Json::Bool(call.array(0)?.contains(wanted)))
}

pub(super) fn get_item(call: &mut Call<'_>) -> Answer {
    let (items, index) = (call.array(0)?, call.integer(1)?);
    let item = usize::try_from(index).ok().and_then(|at| items.get(at));
    item.cloned()
        .ok_or_else(|| format!("There is no item {index} in an array of {}", items.len()))
}

pub(super) fn length(call: &mut Call<'_>) -> Answer {
    Ok(count(call.array(0)?.len()))
}

/// The limit of the array is documented, its words are ours.
pub(super) fn partition(call: &mut Call<'_>) -> Answer {
    let (items, size) = (call.array(0)?, call.integer(1)?);
    if call.any(0).size() > limits::MAX_PAYLOAD {
        return Err(format!(
            "Argument 1 must have at most {} bytes",
            limits::MAX_PAYLOAD
        ));
    }
    match usize::try_from(size) {
        Ok(size) if size > 0 => {
            let chunks = items.chunks(size);
            Ok(chunks.map(|chunk| Json::array(chunk.to_vec())).collect())
        }
        _ => Err("The chunk size must be greater than 0".to_owned()),
    }
}

/// The end belongs to the range when the steps hit it. That steps away from the end give an empty
/// array, and negative steps work, is unconfirmed.
pub(super) fn range(call: &mut Call<'_>) -> Answer {
    let (start, end, step) = (call.integer(0)?, call.integer(1)?, call.integer(2)?);
    if step == 0 {
        return Err("The step must not be 0".to_owned());
    }
    let steps = (i128::from(end) - i128::from(start)) / i128::from(step);
    let away = (i128::from(end) - i128::from(start)).signum() * i128::from(step.signum()) < 0;
    if away {
        return Ok(Json::array(Vec::new()));
    }
    if steps >= MAX_RANGE {
        return Err(format!("The range has more than {MAX_RANGE} items"));
    }
    let mut items = Vec::new();
    let mut item = start;
    for _ in 0..steps {
        items.push(Json::from(item));
        item = item.saturating_add(step);
    }
    items.push(Json::from(item));
    Ok(Json::array(items))
}

/// The first of equal items stays; that arrays and objects are compared by what is in them is
/// unconfirmed. Candidates are found by hash, so that a long array takes no
/// quadratic time.
pub(super) fn unique(call: &mut Call<'_>) -> Answer {
    let mut kept: Vec<Json> = Vec::new();
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for item in call.array(0)? {
        let alike = seen.entry(hash_of(item)).or_default();
        if !alike.iter().any(|at| kept[*at] == *item) {
            alike.push(kept.len());
            kept.push(item.clone());
        }
    }
    Ok(Json::array(kept))
}

fn hash_of(value: &Json) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hash(value, &mut hasher);
    hasher.finish()
}

// Equal values hash alike: numbers whatever their form, objects whatever their order.
// Documents nest within `MAX_DEPTH`, so this recursion is bounded.
fn hash(value: &Json, hasher: &mut impl Hasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Json::Null => {}
        Json::Bool(value) => value.hash(hasher),
        // Adding zero turns -0.0, which equals 0, into 0.
        Json::Number(number) => (number.as_f64() + 0.0).to_bits().hash(hasher),
        Json::String(text) => text.hash(hasher),
        Json::Array(array) => array.items().iter().for_each(|item| hash(item, hasher)),
        Json::Object(object) => {
            let fields = object.iter();
            let mixed = fields.fold(0_u64, |sum, (key, value)| {
                let mut field = FixedState::default().build_hasher();
                key.hash(&mut field);
                hash(value, &mut field);
                sum.wrapping_add(field.finish())
            });
            mixed.hash(hasher);
        }
    }
}
