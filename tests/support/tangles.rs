//! Definitions that no person writes: long chains with ways from anywhere to anywhere.

use serde_json::{Map, Value, json};

/// A machine of some states, the same one each time: a quarter are Choices that lead to places
/// near them, and a fifth of the others catch to places that may be far away.
pub fn tangle(count: usize) -> String {
    let mut dice = Dice(count as u64);
    let name = |index: usize| format!("S{}", index.min(count - 1));
    let mut states = Map::new();
    for index in 0..count - 1 {
        let near = |dice: &mut Dice| index.saturating_sub(20) + dice.below(60);
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"});
        match dice.below(5) {
            0 => {
                let rule = |at| json!({"Variable": "$.a", "NumericEquals": at, "Next": name(near(&mut dice))});
                let rules: Vec<Value> = (0..3).map(rule).collect();
                state = json!({"Type": "Choice", "Choices": rules, "Default": name(index + 1)});
            }
            1 => {
                let next = name(dice.below(count));
                state["Catch"] = json!([{"ErrorEquals": ["Late"], "Next": next}]);
                state["Next"] = json!(name(index + 1));
            }
            _ => state["Next"] = json!(name(index + 1)),
        }
        states.insert(name(index), state);
    }
    states.insert(name(count), json!({"Type": "Succeed"}));
    json!({"StartAt": "S0", "States": states}).to_string()
}

/// Numbers that look like chance, after Knuth's MMIX.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }
}
