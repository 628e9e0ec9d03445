//! `${NAME}` in a handlers file: a variable of the environment.

/// A text with its variables filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// What came from the environment.
    pub(super) values: Vec<String>,
}

/// Why a text cannot be filled in, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfilled {
    pub(super) message: String,
    pub(super) help: String,
}

/// Fills in the variables; `$${` stands for a plain `${`.
pub(super) fn fill(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Filled, Unfilled> {
    let mut filled = Filled {
        text: String::with_capacity(text.len()),
        values: Vec::new(),
    };
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            filled.text.push_str(before);
            filled.text.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        filled.text.push_str(&rest[..at]);
        let (name, behind) = name(&rest[at + 2..])?;
        let value = variable(name).ok_or_else(|| Unfilled {
            message: format!("the environment has no variable {name:?}"),
            help: format!("set it before the run: {name}=… asl run …"),
        })?;
        filled.text.push_str(&value);
        filled.values.push(value);
        rest = behind;
    }
    filled.text.push_str(rest);
    Ok(filled)
}

/// The name that ends at the next brace, and what stands behind it.
fn name(text: &str) -> Result<(&str, &str), Unfilled> {
    let found = text.split_once('}').filter(|(name, _)| is_name(name));
    found.ok_or_else(|| Unfilled {
        message: "`${` begins the name of a variable, and there is none".to_owned(),
        help: "write `${NAME}`, or `$${` for a plain `${`".to_owned(),
    })
}

/// Whether a variable can be called this.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, String> {
        let variable = |name: &str| match name {
            "TOKEN" => Some("t0ken".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let filled = fill(text, &variable);
        filled.map(|it| it.text).map_err(|it| it.message)
    }

    #[test]
    fn variables_are_filled_in() {
        let check = |text: &str, expected: &str| assert_eq!(filled(text).as_deref(), Ok(expected));
        check("Bearer ${TOKEN}", "Bearer t0ken");
        check("${TOKEN}${EMPTY}${TOKEN}", "t0kent0ken");
        check("$TOKEN {TOKEN} $", "$TOKEN {TOKEN} $");
        check("$${TOKEN} costs $5", "${TOKEN} costs $5");
        check("", "");
    }

    #[test]
    fn what_cannot_be_filled_in_is_told() {
        let check = |text: &str, part: &str| {
            let error = filled(text).expect_err("it cannot be filled in");
            assert!(error.contains(part), "{error}");
        };
        check("${ABSENT}", "no variable \"ABSENT\"");
        check("a ${TOKEN", "there is none");
        check("${}", "there is none");
        check("${A B}", "there is none");
        check("${1A}", "there is none");
    }
}
