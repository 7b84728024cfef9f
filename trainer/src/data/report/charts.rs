//! What a data set looks like in numbers: its greys, and the sizes of its lesions.

use crate::data::Split;
use crate::data::prepared::{Header, Item, Prepared};
use crate::data::split::spread;
use crate::page::{Chart, Series, label};
use scanweave::image::{Image, Plane};

/// Greys of a histogram.
const BINS: usize = 64;
/// Items of a split that a histogram is taken of.
const ITEMS: usize = 500;

/// Per modality how common each grey, 0..=1, is inside the organ; a line per split.
pub fn greys(prepared: &Prepared) -> String {
    let modalities = prepared.header.modalities.iter().enumerate();
    let charts = modalities.map(|(place, modality)| {
        let line = |split: Split| {
            let points = histogram(prepared, place, split)?;
            let name = split.name().to_owned();
            Some(Series { name, points })
        };
        let chart = Chart {
            title: format!("{}, % of the pixels", modality.name),
            series: Split::ALL.into_iter().filter_map(line).collect(),
            mark: None,
        };
        (!chart.series.is_empty()).then(|| chart.html())
    });
    charts.flatten().collect()
}

/// Percent of the organ's pixels per grey; `None` where no item of the split has the modality.
fn histogram(prepared: &Prepared, place: usize, split: Split) -> Option<Vec<(f64, f64)>> {
    let items = prepared.items.iter();
    let of: Vec<&Item> = items
        .filter(|item| item.split == split && item.has(place))
        .collect();
    let mut counts = [0_u64; BINS];
    for item in spread(&of, ITEMS) {
        let Some(plane) = plane(item, place, &prepared.header) else {
            continue;
        };
        let inside = plane.values().iter().zip(&item.mask);
        for (value, _) in inside.filter(|(_, background)| **background == 0) {
            counts[((value * BINS as f32) as usize).min(BINS - 1)] += 1;
        }
    }
    let all = counts.iter().sum::<u64>().max(1) as f64;
    let points = counts.iter().enumerate().map(|(bin, count)| {
        let grey = (bin as f64 + 0.5) / BINS as f64;
        (grey, 100.0 * *count as f64 / all)
    });
    (!of.is_empty()).then(|| points.collect())
}

fn plane(item: &Item, place: usize, header: &Header) -> Option<Plane> {
    let bytes = item.images[place].as_deref()?;
    let image = Image::of_u8(header.size, header.size, bytes).ok()?;
    Some(header.modalities[place].channels.grey(&image))
}

/// Per class the areas of its lesions in all items that have one, percent of the picture, smallest first; nothing of a
/// study whose labels lie nowhere.
fn areas(prepared: &Prepared) -> Vec<(String, Vec<f64>)> {
    let header = &prepared.header;
    if !header.label.is_placed() {
        return Vec::new();
    }
    let names = header.label.classes();
    let mut found = vec![Vec::new(); names.len()];
    for item in prepared.items.iter().filter(|item| !item.label.is_empty()) {
        let Some(map) = item.label.class_map(header.size) else {
            continue;
        };
        let mut counts = vec![0_usize; names.len()];
        for value in map.values().iter().filter(|value| **value > 0) {
            if let Some(count) = counts.get_mut(usize::from(*value) - 1) {
                *count += 1;
            }
        }
        let all = map.values().len() as f64;
        for (found, count) in found.iter_mut().zip(counts).filter(|(_, count)| *count > 0) {
            found.push(100.0 * count as f64 / all);
        }
    }
    for areas in &mut found {
        areas.sort_by(f64::total_cmp);
    }
    names.iter().cloned().zip(found).collect()
}

/// Per class a curve from the smallest lesion to the largest, over the share of the items that have one.
pub fn sizes(prepared: &Prepared) -> String {
    let curve = |(name, areas): (String, Vec<f64>)| {
        let last = areas.len() as f64;
        let place = |at: usize| (at as f64 + 1.0) / last;
        let points = areas.iter().enumerate();
        let points = points.map(|(at, area)| (place(at), *area)).collect();
        let title = format!("{name}, % of the picture");
        let name = title.clone();
        Chart {
            title,
            series: vec![Series { name, points }],
            mark: None,
        }
        .html()
    };
    let there = areas(prepared).into_iter().filter(|(_, a)| !a.is_empty());
    there.map(curve).collect()
}

/// Rows of a table of the same: class, items, and the smallest, median and largest area.
pub fn size_rows(prepared: &Prepared) -> Vec<Vec<String>> {
    let row = |(name, areas): (String, Vec<f64>)| {
        let at = |place: usize| {
            areas
                .get(place)
                .map_or(String::new(), |area| label(*area) + " %")
        };
        let last = areas.len().saturating_sub(1);
        vec![name, areas.len().to_string(), at(0), at(last / 2), at(last)]
    };
    areas(prepared).into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::label::{ClassMap, Label, LabelBox, LabelKind};
    use scanweave::study::Study;

    /// Four pixels a side, of which the left half is background; grey 51 of 255 inside, 255 outside.
    fn data(kind: LabelKind, labels: Vec<Label>) -> Prepared {
        let study = Study::named("phantom-thorax").expect("built in");
        let header = Header {
            study: study.name.clone(),
            size: 4,
            modalities: study.modalities.clone(),
            label: kind,
            extraction: study.extraction_at(64),
            mask: study.mask_at(64),
        };
        let half = |left: u8, right: u8| (0..16).map(move |i| if i % 4 < 2 { left } else { right });
        let item = |(at, label): (usize, Label)| Item {
            subject: at.to_string(),
            split: if at == 0 { Split::Test } else { Split::Train },
            source: at.to_string(),
            images: vec![Some(half(255, 51).collect())],
            structure: vec![0; 16],
            mask: half(1, 0).collect(),
            label,
        };
        let items = labels.into_iter().enumerate().map(item).collect();
        Prepared::new(header, items)
    }

    fn mask(ones: usize, twos: usize) -> Label {
        let classes = (0..16).map(|i| match i {
            i if i < ones => 1,
            i if i < ones + twos => 2,
            _ => 0,
        });
        Label::Mask(ClassMap::new(4, 4, classes.collect()).expect("16 pixels"))
    }

    #[test]
    fn histograms_are_of_the_organ_and_per_split() {
        let data = data(LabelKind::None, vec![Label::None; 3]);
        let of = |split| histogram(&data, 0, split);
        let points = of(Split::Train).expect("two items");
        let high: Vec<_> = points.iter().filter(|p| p.1 > 0.0).collect();
        assert_eq!(points.len(), BINS);
        // 51 of 255 is a fifth: the thirteenth of 64.
        assert_eq!(high, [&(12.5 / 64.0, 100.0)]);
        assert!(of(Split::Test).is_some() && of(Split::Validation).is_none());
        let html = greys(&data);
        assert!(html.contains("xray") && html.contains("train") && html.contains("test"));
    }

    #[test]
    fn areas_are_percent_of_the_picture_per_class() {
        let kind = LabelKind::Mask(vec!["core".into(), "rim".into(), "other".into()]);
        let labels = vec![mask(8, 0), mask(0, 0), mask(2, 4), mask(4, 0)];
        let data = data(kind, labels);
        let found = areas(&data);
        let core = vec![12.5, 25.0, 50.0];
        let expected = [("core", core), ("rim", vec![25.0]), ("other", vec![])];
        assert_eq!(
            found,
            expected.map(|(name, areas)| (name.to_owned(), areas))
        );
        let rows = size_rows(&data);
        assert_eq!(rows[0], ["core", "3", "12.5 %", "25 %", "50 %"]);
        assert_eq!(rows[2], ["other", "0", "", "", ""]);
        let html = sizes(&data);
        assert!(html.contains("rim") && !html.contains("other") && !html.contains("NaN"));
    }

    #[test]
    fn boxes_have_areas_and_classes_of_whole_images_none() {
        let one = LabelBox {
            class: 0,
            left: 0.0,
            top: 0.0,
            right: 2.0,
            bottom: 1.0,
        };
        let boxes = data(
            LabelKind::Boxes(vec!["nodule".into()]),
            vec![Label::Boxes(vec![one]), Label::Boxes(Vec::new())],
        );
        assert_eq!(areas(&boxes), [("nodule".to_owned(), vec![12.5])]);
        let kind = LabelKind::Class(vec!["normal".into()]);
        assert!(areas(&data(kind, vec![Label::Class(0)])).is_empty());
    }
}
