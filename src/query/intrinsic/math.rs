//! Functions on numbers.

use crate::data::Json;

use super::{Answer, Call};

pub(super) fn add(call: &mut Call<'_>) -> Answer {
    Ok(Json::from(
        i64::from(java_int(call, 0)?) + i64::from(java_int(call, 1)?),
    ))
}

/// From the start up to but not including the end.
pub(super) fn random(call: &mut Call<'_>) -> Answer {
    let (start, end) = (i64::from(java_int(call, 0)?), i64::from(java_int(call, 1)?));
    if start >= end {
        return Err("The start must be less than the end".to_owned());
    }
    let span = end - start;
    let offset = match call.arguments.len() {
        2 => below(call.random.bits(), span),
        _ => JavaRandom::seeded(call.integer(2)?).below(span),
    };
    Ok(Json::from(start + offset))
}

fn java_int(call: &Call<'_>, at: usize) -> Result<i32, String> {
    i32::try_from(call.integer(at)?).map_err(|_| {
        let (least, most) = (i32::MIN, i32::MAX);
        format!("Argument {} must be between {least} and {most}", at + 1)
    })
}

/// 64 random bits scaled to a number from 0 to before `span`, which is positive.
fn below(bits: u64, span: i64) -> i64 {
    let scaled = (u128::from(bits) * u128::from(span.unsigned_abs())) >> 64;
    i64::try_from(scaled).unwrap_or(0)
}

/// `java.util.Random`, which a seed is given to on AWS (an emulator's authors say so).
struct JavaRandom(u64);

impl JavaRandom {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;

    fn seeded(seed: i64) -> Self {
        Self((seed.cast_unsigned() ^ Self::MULTIPLIER) & Self::MASK)
    }

    fn bits(&mut self, count: u32) -> i64 {
        self.0 = self.0.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xB) & Self::MASK;
        (self.0 >> (48 - count)).cast_signed()
    }

    /// `nextInt(bound)`; a span of more than an `int` scales 62 bits.
    fn below(&mut self, span: i64) -> i64 {
        if span > i64::from(i32::MAX) {
            let bits = (self.bits(31) << 31) | self.bits(31);
            return bits % span;
        }
        if span & (span - 1) == 0 {
            return (span * self.bits(31)) >> 31;
        }
        loop {
            let bits = self.bits(31);
            let value = bits % span;
            if bits - value + (span - 1) <= i64::from(i32::MAX) {
                return value;
            }
        }
    }
}
