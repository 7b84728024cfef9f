//! The tables of a report.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::{Configuration, Record};
use crate::page::escape;

/// Where the time of a training went.
pub fn timings(record: &Record, seconds: f64) -> String {
    let t = &record.timings;
    let rows = [
        ("steps", t.stepping),
        ("waiting for batches", t.waiting),
        ("validation", t.validation),
        ("sample sheets and reports", t.sheets),
        ("writing checkpoints", t.checkpoints),
        ("in all, with what is not listed", seconds),
        ("making batches, on a thread beside the steps", t.loading),
    ];
    let mut html = String::from("<table>\n");
    for (name, value) in rows {
        let share = 100.0 * value / seconds.max(1e-9);
        let _ = writeln!(
            html,
            "<tr><th>{name}</th><td class=\"number\">{value:.1} s</td><td class=\"number\">{share:.0} %</td></tr>"
        );
    }
    html + "</table>\n"
}

/// Every value of the configuration.
pub fn configuration(configuration: &Configuration) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    flatten("", &serde_json::to_value(configuration)?, &mut rows);
    // What decides most comes first, the many values of study and recipe last.
    rows.sort_by_key(|(name, _)| name.starts_with("study.") || name.starts_with("recipe."));
    let mut html = String::from("<table>\n");
    for (name, value) in rows {
        let _ = writeln!(
            html,
            "<tr><th>{}</th><td>{}</td></tr>",
            escape(&name),
            escape(&value)
        );
    }
    Ok(html + "</table>\n")
}

/// `{"a": {"b": 1}}` as ("a.b", "1").
fn flatten(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let below = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(&below(name), value, rows);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (number, value) in items.iter().enumerate() {
                flatten(&below(&number.to_string()), value, rows);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            rows.push((path.into(), items.join(", ")));
        }
        other => rows.push((path.into(), plain(other))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".into(),
        other => other.to_string(),
    }
}

/// The processes that worked on the run.
pub fn sittings(record: &Record) -> String {
    if record.sittings.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<table>\n<tr><th>from step</th><th>device</th><th>scanweave</th><th>burn</th><th>began (UTC)</th></tr>\n",
    );
    for sitting in &record.sittings {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            sitting.from,
            escape(&sitting.device),
            escape(&sitting.version),
            escape(&sitting.burn),
            date(sitting.began)
        );
    }
    html + "</table>\n"
}

/// Seconds since 1970 as `2026-01-31 09:05` (civil calendar after Hinnant, "chrono-compatible
/// low-level date algorithms").
fn date(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (date, month) = (
        of_year - (153 * shifted + 2) / 5 + 1,
        (shifted + 2) % 12 + 1,
    );
    let year = year + era * 400 + u64::from(month <= 2);
    let minutes = seconds % 86_400 / 60;
    format!(
        "{year}-{month:02}-{date:02} {:02}:{:02}",
        minutes / 60,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00");
        assert_eq!(date(951_827_696), "2000-02-29 12:34");
        assert_eq!(date(1_767_225_599), "2025-12-31 23:59");
    }

    #[test]
    fn nested_values_become_rows() {
        let mut rows = Vec::new();
        let value = serde_json::json!({"a": {"b": 1}, "c": [1, 2], "d": [{"e": null}]});
        flatten("", &value, &mut rows);
        let text: Vec<String> = rows.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(text, ["a.b=1", "c=1, 2", "d.0.e=none"]);
    }
}
