use super::*;
use crate::model::testing::{Scene, coin, spend};

fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.connect(1).connect(2).deliver(1, &spend(&[coin(1)], &[50_000])).pass(3);
    scene
}

fn written(format: Format) -> String {
    let scene = scene();
    report(&scene.model, scene.now, format)
}

#[test]
fn json_has_a_table_for_each_part_with_typed_figures() {
    let json: serde_json::Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!(json["mempool"][0]["transactions"], 1);
    assert_eq!(json["peers"].as_array().unwrap().len(), 2);
    assert_eq!(json["summary"][0]["network"], "regtest");
    assert!(json["summary"][0]["tip_height"].is_null(), "unknown is null: {json}");
    let names = ["summary", "mempool", "estimates", "fee_histogram", "projected_blocks", "blocks", "peers"];
    assert!(names.iter().all(|name| json[name].is_array()), "{json}");
}

#[test]
fn markdown_has_a_heading_and_rows_of_one_width_for_each_table() {
    let text = written(Format::Markdown);
    assert!(text.contains("\n## Fee histogram\n") && text.contains("| transactions | 1 |"), "{text}");
    for section in text.split("\n## ").skip(1) {
        let bars = |line: &str| line.matches('|').count();
        let widths: Vec<usize> = section.lines().filter(|line| line.starts_with('|')).map(bars).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{section}");
    }
}

#[test]
fn csv_has_one_figure_in_a_line() {
    let text = written(Format::Csv);
    assert!(text.starts_with("table,row,column,value\n"), "{text}");
    assert!(text.contains("\nmempool,1,transactions,1\n"), "{text}");
    assert!(text.lines().all(|line| line.split(',').count() >= 4), "{text}");
}
