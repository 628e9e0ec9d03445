//! Did you mean: the name nearest to one that does not exist.

/// Longer names are not compared, so that no text makes the comparison slow.
const LONGEST: usize = 128;

/// The candidate nearest to `name`, within edit distance 2; the first of equally near ones.
///
/// Case does not count, and short names must be nearer: of three letters, two may not differ.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (mut wanted, mut other, mut rows) = (Vec::new(), Vec::new(), Rows::default());
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Most candidates need not be compared.
        if name.len().max(candidate.len()) > LONGEST || is_far(name, candidate) {
            continue;
        }
        if wanted.is_empty() {
            fold(name, &mut wanted);
        }
        fold(candidate, &mut other);
        let most = allowed(wanted.len());
        let limit = best.map_or(most, |(distance, _)| distance.saturating_sub(1));
        if wanted.len().abs_diff(other.len()) > limit {
            continue;
        }
        let distance = rows.distance(&wanted, &other);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether two names of ASCII are too far apart for certain: by their lengths, or because an edit
/// changes at most two of the letters that they are made of.
fn is_far(name: &str, candidate: &str) -> bool {
    if !name.is_ascii() || !candidate.is_ascii() {
        return false;
    }
    let most = allowed(name.len());
    let differing = || (letters(name) ^ letters(candidate)).count_ones() as usize;
    name.len().abs_diff(candidate.len()) > most || differing() > 2 * most
}

/// The characters that a name is made of, each a bit; some share one, as cases do.
fn letters(name: &str) -> u32 {
    let bits = name.bytes().map(|byte| 1 << (byte & 0x1f));
    bits.fold(0, |all, bit| all | bit)
}

fn allowed(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

fn fold(name: &str, into: &mut Vec<char>) {
    into.clear();
    into.extend(name.chars().flat_map(char::to_lowercase));
}

/// Three rows of the table of distances, kept from one comparison to the next.
#[derive(Default)]
struct Rows {
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours.
    fn distance(&mut self, a: &[char], b: &[char]) -> usize {
        let Self { before, last, row } = self;
        last.clear();
        last.extend(0..=b.len());
        for (i, &x) in a.iter().enumerate() {
            row.clear();
            row.push(i + 1);
            for (j, &y) in b.iter().enumerate() {
                let replaced = last[j] + usize::from(x != y);
                let mut cheapest = replaced.min(last[j + 1] + 1).min(row[j] + 1);
                if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                    cheapest = cheapest.min(before[j - 1] + 1);
                }
                row.push(cheapest);
            }
            std::mem::swap(before, last);
            std::mem::swap(last, row);
        }
        last[b.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(
            nearest(name, candidates.iter().copied()),
            expected,
            "{name}"
        );
    }

    #[test]
    fn the_nearest_name_within_two_edits_is_found() {
        check(
            "ProcesPayment",
            &["Ship", "ProcessPayment"],
            Some("ProcessPayment"),
        );
        check("Proccess", &["Processes", "Process"], Some("Process"));
        check("Retruned", &["Returned"], Some("Returned"));
        check("next", &["Type", "Next"], Some("Next"));
        check("Approval", &["Refusal"], None);
    }

    #[test]
    fn short_names_are_not_guessed() {
        check("A", &["B"], None);
        check("a", &["A"], Some("A"));
        check("Fail", &["Wait"], None);
        check("Fial", &["Wait", "Fail"], Some("Fail"));
        check("", &["A"], None);
    }

    #[test]
    fn of_equally_near_names_the_first_is_taken() {
        check("Step3", &["Step1", "Step2"], Some("Step1"));
    }
}
