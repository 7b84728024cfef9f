//! What reports are made of: one HTML file that holds everything worth seeing and needs nothing else.

mod axis;
mod chart;

use std::fmt::Write as _;

use data_encoding::BASE64;

pub use axis::label;
pub use chart::{Chart, Series};

const STYLE: &str = include_str!("style.css");

/// A whole file.
pub fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}

/// A heading with what belongs to it; nothing where there is nothing.
pub fn section(title: &str, class: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!("<h2>{title}</h2>\n<div class=\"{class}\">\n{content}</div>\n")
}

/// What to know first: terms with their values.
pub fn facts(facts: &[(String, String)]) -> String {
    let mut html = String::from("<dl class=\"facts\">");
    for (term, value) in facts {
        let _ = write!(
            html,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(term),
            escape(value)
        );
    }
    html + "</dl>\n"
}

/// A picture, given as the bytes of a PNG, with a caption.
pub fn picture(caption: &str, alt: &str, png: &[u8]) -> String {
    format!(
        "<figure><figcaption>{}</figcaption><img alt=\"{}\" src=\"data:image/png;base64,{}\"></figure>\n",
        escape(caption),
        escape(alt),
        BASE64.encode(png)
    )
}

/// A table whose first column says what the others are about; of those, whole numbers stand on the right.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut html = String::from("<table>\n<tr>");
    for heading in headings {
        let _ = write!(html, "<th>{}</th>", escape(heading));
    }
    html += "</tr>\n";
    for row in rows {
        html += "<tr>";
        for (place, cell) in row.iter().enumerate() {
            let is_number = !cell.is_empty() && cell.chars().all(|c| c.is_ascii_digit());
            let (tag, class) = match (place, is_number) {
                (0, _) => ("th", ""),
                (_, true) => ("td", " class=\"number\""),
                (_, false) => ("td", ""),
            };
            let _ = write!(html, "<{tag}{class}>{}</{tag}>", escape(cell));
        }
        html += "</tr>\n";
    }
    html + "</table>\n"
}

/// Sentences one below the other; nothing where there are none.
pub fn list(sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items = sentences
        .iter()
        .map(|s| format!("<li>{}</li>\n", escape(s)));
    format!("<ul>\n{}</ul>\n", items.collect::<String>())
}

/// Text that stands for itself in a page.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_command_no_page() {
        let name = "<script>\"a&b\"".to_owned();
        let rows = [vec![name.clone(), name.clone(), "7".into()]];
        let parts = [
            table(&["<b>", "", ""], &rows),
            list(std::slice::from_ref(&name)),
            facts(&[(name.clone(), name.clone())]),
            picture(&name, &name, b"png"),
        ];
        let page = whole(&name, &parts.concat());
        assert!(
            !page.contains("<script>") && !page.contains("<b>"),
            "{page}"
        );
        assert!(page.contains("<td class=\"number\">7</td>"), "{page}");
        assert_eq!(list(&[]) + &section("Notes", "", ""), "");
    }
}
