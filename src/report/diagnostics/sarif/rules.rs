//! What a SARIF log says about the rules: the parts of their pages.

use serde::Serialize;

use super::{Message, level};
use crate::lint::Rule;

/// A `reportingDescriptor`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_code: Option<&'static str>,
    /// What services filter by.
    tags: [&'static str; 1],
}

impl Descriptor {
    pub(super) fn of(rule: &Rule) -> Self {
        let page = rule.page();
        let does = what_it_does(&page);
        let category = rule.category.as_str();
        Self {
            id: rule.name,
            short_description: Message::of(first_sentence(&does)),
            full_description: Message::of(&does),
            help: Help {
                text: page.clone(),
                markdown: page,
            },
            default_configuration: Configuration {
                enabled: rule.is_on,
                level: level(rule.severity),
            },
            properties: Properties {
                category,
                aws_code: rule.aws_code,
                tags: [category],
            },
        }
    }
}

/// The section of this name, as one line.
fn what_it_does(page: &str) -> String {
    let lines = page.lines().skip_while(|line| *line != "## What it does");
    let section: Vec<&str> = lines
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .flat_map(str::split_whitespace)
        .collect();
    section.join(" ")
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    &text[..end]
}
