//! Tables of people, as the trainer reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave_fuzz::data::datasets::table::{Table, number};
use scanweave_fuzz::in_file;
use serde::Deserialize;

/// Columns of every type that tables of data sets have.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read")]
struct Fields {
    file: String,
    slice: Option<usize>,
    x0: Option<f64>,
}

const COLUMNS: [&str; 2] = ["file", "slice"];

fuzz_target!(|data: &[u8]| {
    let needed = &COLUMNS[..data.len() % 3];
    let Ok(table) = Table::read(in_file(data), needed, "file,slice") else {
        return;
    };
    for column in needed {
        assert!(table.column(column).is_some(), "it was found");
    }
    for row in table.rows() {
        assert!(table.place(row).contains("line"));
        let _ = table.fields::<Fields>(row);
        for column in 0..=table.headings().len() {
            let _ = number(row.cell(column));
        }
    }
});
