//! Did you mean: the name nearest to one that does not exist.

/// Longer names are not compared, so that no text makes the comparison slow.
const LONGEST: usize = 128;

/// The candidate nearest to `name`, within edit distance 2; the first of equally near ones.
///
/// Case does not count, and short names must be nearer: of three letters, two may not differ.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = folded(name)?;
    let most = allowed(name.len());
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let Some(other) = folded(candidate) else {
            continue;
        };
        let limit = best.map_or(most, |(distance, _)| distance.saturating_sub(1));
        if name.len().abs_diff(other.len()) > limit {
            continue;
        }
        let distance = distance(&name, &other);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn allowed(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

fn folded(name: &str) -> Option<Vec<char>> {
    (name.len() <= LONGEST).then(|| name.chars().flat_map(char::to_lowercase).collect())
}

/// Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut cheapest = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                cheapest = cheapest.min(before[j - 1] + 1);
            }
            row.push(cheapest);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
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
