//! Tables for a terminal.

/// Which side the cells of a column stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows with columns as wide as their widest cell, two spaces between; control characters, which
/// could command the terminal, become spaces.
pub fn table<const N: usize>(sides: [Side; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|c| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0));
    let cell = |column: usize, text: &str| {
        let text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let width = widths[column];
        match sides[column] {
            Side::Left => format!("{text:<width$}"),
            Side::Right => format!("{text:>width$}"),
        }
    };
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(c, text)| cell(c, text))
            .collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{Side, table};

    #[test]
    fn columns_stand_in_line_and_command_no_terminal() {
        let rows = [["a", "1"], ["b\u{1b}c", "100"]].map(|r| r.map(String::from));
        assert_eq!(
            table([Side::Left, Side::Right], &rows),
            "a      1\nb c  100\n"
        );
    }
}
