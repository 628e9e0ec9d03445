//! The order in which a Java `HashMap` gives its keys, which AWS's templates and
//! `States.JsonMerge` show (reference 02 §2.3: 41 of 41 recorded templates).

/// Puts entries into the order of a `HashMap` that they were put into one by one.
///
/// Keys of one bucket keep their order: resizing splits a bucket without reordering it.
pub fn hash_order<T>(entries: &mut [T], key: impl Fn(&T) -> &str) {
    let buckets = table_size(entries.len());
    entries.sort_by_cached_key(|entry| spread_hash(key(entry)) & (buckets - 1));
}

/// 16 buckets, doubled while more than three quarters full.
fn table_size(entries: usize) -> u32 {
    let mut size = 16_u32;
    while entries as u64 > u64::from(size) / 4 * 3 {
        size *= 2;
    }
    size
}

/// `String.hashCode`, with its upper half folded in as `HashMap.hash` does.
fn spread_hash(key: &str) -> u32 {
    let hash = key.encode_utf16().fold(0_u32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(u32::from(unit))
    });
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_the_recorded_order() {
        let mut keys = ["StateMachineArn", "Input", "Name"];
        hash_order(&mut keys, |key| key);
        assert_eq!(keys, ["Input", "StateMachineArn", "Name"]);
    }

    #[test]
    fn a_bucket_keeps_its_order() {
        // "Aa" and "BB" have the same hash code.
        let mut keys = ["BB", "Aa"];
        hash_order(&mut keys, |key| key);
        assert_eq!(keys, ["BB", "Aa"]);
    }

    #[test]
    fn the_table_grows_past_three_quarters() {
        assert_eq!(table_size(12), 16);
        assert_eq!(table_size(13), 32);
        assert_eq!(table_size(25), 64);
    }
}
