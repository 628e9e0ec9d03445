//! Randomness as a function of a key: the order in which an execution asks does not matter.

/// What an execution's random numbers are derived from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The draws that belong to one event.
    #[must_use]
    pub fn at(self, event: super::EventId) -> Keyed {
        Keyed {
            key: mix(self.0 ^ mix(event.0)),
            draws: 0,
        }
    }

    /// The seed of the n-th execution that an event began.
    #[must_use]
    pub fn nth(self, event: super::EventId, n: u64) -> Self {
        Self(mix(self.0 ^ mix(event.0 ^ mix(n.wrapping_add(1)))))
    }

    /// The draws that belong to a text, such as an execution's name.
    #[must_use]
    pub fn named(self, name: &str) -> Keyed {
        let key = name
            .bytes()
            .fold(self.0, |hash, byte| mix(hash ^ u64::from(byte)));
        Keyed {
            key: mix(key),
            draws: 0,
        }
    }
}

/// A sequence of draws for one key.
#[derive(Clone, Debug)]
pub struct Keyed {
    key: u64,
    draws: u64,
}

impl Keyed {
    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.draws += 1;
        mix(self
            .key
            .wrapping_add(self.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// The next number in `[0, 1)`.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are exactly what a double holds"
    )]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next version 4 UUID.
    pub fn uuid(&mut self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let high = self.bits() & !0xf000 | 0x4000;
        let low = self.bits() & !(0b11 << 62) | 0b10 << 62;
        let bits = u128::from(high) << 64 | u128::from(low);
        let mut uuid = String::with_capacity(36);
        // Digit by digit: `format!` costs more than a whole small execution's other names.
        for digit in 0..32 {
            if matches!(digit, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            let value = (bits >> (124 - 4 * digit)) & 0xf;
            uuid.push(char::from(DIGITS[value as usize]));
        }
        uuid
    }
}

/// The finaliser of SplitMix64.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::EventId;
    use super::*;

    #[test]
    fn draws_depend_on_the_key_alone() {
        let first = Seed(7).at(EventId(3)).bits();
        assert_eq!(first, Seed(7).at(EventId(3)).bits());
        assert_ne!(first, Seed(7).at(EventId(4)).bits());
        assert_ne!(first, Seed(8).at(EventId(3)).bits());
    }

    #[test]
    fn a_uuid_has_version_and_variant() {
        let uuid = Seed(1).at(EventId(1)).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    }
}
