//! The colours of both themes can be read: contrast ratios as WCAG 2.2 defines them.

use std::collections::HashMap;

const STYLES: &str = include_str!("../../../../assets/styles/page.css");

type Theme = HashMap<&'static str, [u8; 3]>;

/// The colours of the block that begins with this selector.
fn theme(selector: &str) -> Theme {
    let (_, rest) = STYLES.split_once(selector).expect("the selector is there");
    let (block, _) = rest.split_once('}').expect("the block ends");
    block
        .split(';')
        .filter_map(|line| {
            let (name, value) = line.trim().split_once(": #")?;
            Some((name, colour(value)?))
        })
        .collect()
}

fn colour(digits: &str) -> Option<[u8; 3]> {
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        6 => digits.to_owned(),
        _ => return None,
    };
    let value = u32::from_str_radix(&wide, 16).ok()?;
    Some([(value >> 16) as u8, (value >> 8) as u8, value as u8])
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = colour.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn ratio(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn ratios_are_those_of_the_definition() {
    assert!((ratio([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    // #777 on white is the well-known grey that just fails.
    assert!((ratio([0x77; 3], [255; 3]) - 4.478).abs() < 1e-3);
}

#[test]
fn words_can_be_read_in_both_themes() {
    for selector in [":root {", ":root[data-theme=\"light\"] {"] {
        let theme = theme(selector);
        let of = |front: &str, back: &str| {
            let ratio = ratio(theme[front], theme[back]);
            println!("{selector} {front} on {back}: {ratio:.2}");
            ratio
        };
        for back in ["--ground", "--panel"] {
            for front in ["--text", "--soft", "--accent", "--warn", "--bad", "--good"] {
                assert!(of(front, back) >= 4.5, "{selector} {front} on {back}");
            }
            assert!(of("--edge", back) >= 3.0, "{selector} --edge on {back}");
        }
        assert!(of("--on-accent", "--accent") >= 4.5, "{selector}");
    }
}

#[test]
fn who_follows_a_light_system_sees_the_light_theme() {
    assert_eq!(
        theme(":root[data-theme=\"light\"] {"),
        theme(":root[data-theme=\"auto\"] {")
    );
}
