//! Arrows between files: which file imports from which.

use super::source::{ModulePath, SourceFile};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One file imports from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// Index of the importing file.
    pub from: usize,
    /// Index of the file that defines what is imported.
    pub to: usize,
    pub line: usize,
}

/// Every import of every file, re-exports followed to the file that defines the item.
pub fn arrows(files: &[SourceFile]) -> Vec<Arrow> {
    let modules: BTreeMap<&[String], usize> =
        files.iter().enumerate().map(|(index, file)| (file.module.as_slice(), index)).collect();
    let mut arrows = BTreeSet::new();
    for (from, file) in files.iter().enumerate() {
        for mention in &file.mentions {
            for to in definitions(files, &modules, &mention.path, 0) {
                if to != from {
                    arrows.insert(Arrow { from, to, line: mention.line });
                }
            }
        }
    }
    arrows.into_iter().collect()
}

/// The files that `path` may lead to: one, or several behind a glob of re-exports.
fn definitions(
    files: &[SourceFile],
    modules: &BTreeMap<&[String], usize>,
    path: &[String],
    depth: usize,
) -> Vec<usize> {
    assert!(depth < 20, "re-exports of {} run in a circle", path.join("::"));
    let Some(length) = (0..=path.len()).rev().find(|&length| modules.contains_key(&path[..length])) else {
        return vec![];
    };
    let index = modules[&path[..length]];
    let Some(name) = path.get(length) else { return vec![index] };
    let behind = |target: &ModulePath, rest: &[String]| {
        definitions(files, modules, &[target.as_slice(), rest].concat(), depth + 1)
    };
    let reexports = &files[index].reexports;
    if let Some((_, target)) = reexports.iter().find(|(known, _)| known == name) {
        return behind(target, &path[length + 1..]);
    }
    vec![index]
}

/// Circles of files, each importing from the next: the shortest ones, no file in two of them.
pub fn circles(files: usize, arrows: &[Arrow]) -> Vec<Vec<Arrow>> {
    let mut leaving: Vec<Vec<&Arrow>> = vec![Vec::new(); files];
    for arrow in arrows {
        leaving[arrow.from].push(arrow);
    }
    let mut found: Vec<_> = (0..files).filter_map(|start| shortest_way_back(start, &leaving)).collect();
    found.sort_by_key(Vec::len);
    let mut seen = BTreeSet::new();
    found.retain(|circle| circle.iter().all(|arrow| seen.insert(arrow.from)));
    found
}

fn shortest_way_back(start: usize, leaving: &[Vec<&Arrow>]) -> Option<Vec<Arrow>> {
    let mut came_by: BTreeMap<usize, &Arrow> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for &arrow in &leaving[file] {
            if arrow.to == start {
                let mut way = vec![arrow.clone()];
                let mut at = file;
                while at != start {
                    way.push(came_by[&at].clone());
                    at = came_by[&at].from;
                }
                way.reverse();
                return Some(way);
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came_by.entry(arrow.to) {
                entry.insert(arrow);
                queue.push_back(arrow.to);
            }
        }
    }
    None
}
