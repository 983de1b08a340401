//! The source files of the crate and the paths that each of them names.

use proc_macro2::{Span, TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::path::Path;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, UseTree, Visibility};

/// A module path below the crate root, without `crate` itself.
pub type ModulePath = Vec<String>;

/// One file of `src`, without tests.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the project, `src/model/mod.rs`.
    pub path: String,
    pub module: ModulePath,
    /// Lines that are not in `#[cfg(test)]` items.
    pub code_lines: usize,
    pub lines: usize,
    /// Paths that the file names, absolute, with the line; the last segments may be items.
    pub mentions: Vec<Mention>,
    /// `pub use` of the file: the new name (`*` for a glob) and what it stands for.
    pub reexports: Vec<(String, ModulePath)>,
}

#[derive(Debug)]
pub struct Mention {
    pub path: ModulePath,
    pub line: usize,
}

/// Reads every file below `src`, sorted by path, without files of test modules.
pub fn read_all(root: &Path) -> Vec<SourceFile> {
    let mut texts = BTreeMap::new();
    collect(root, &root.join("src"), &mut texts);
    parse_all(&texts)
}

fn collect(root: &Path, folder: &Path, texts: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            collect(root, &path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("it is below the root").to_string_lossy().into_owned();
            texts.insert(name, std::fs::read_to_string(&path).expect("a source file is UTF-8"));
        }
    }
}

/// Parses texts by their path (`src/…`).
pub fn parse_all(sources: &BTreeMap<String, String>) -> Vec<SourceFile> {
    let parsed: Vec<_> = sources
        .iter()
        .map(|(path, text)| {
            let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            (path, text, module_of(path), syntax)
        })
        .collect();
    let tests: Vec<ModulePath> =
        parsed.iter().flat_map(|(_, _, module, syntax)| test_modules(module, &syntax.items)).collect();
    parsed
        .into_iter()
        .filter(|(_, _, module, _)| !tests.iter().any(|test| module.starts_with(test)))
        .map(|(path, text, module, syntax)| {
            let mut visitor = Visitor { module: module.clone(), ..Visitor::new(&syntax) };
            visitor.visit_file(&syntax);
            let lines = text.lines().count();
            SourceFile {
                path: path.clone(),
                module,
                lines,
                code_lines: lines - visitor.test_lines,
                mentions: visitor.mentions,
                reexports: visitor.reexports,
            }
        })
        .collect()
}

fn module_of(path: &str) -> ModulePath {
    let name = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module: ModulePath = name.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

fn test_modules(module: &[String], items: &[syn::Item]) -> Vec<ModulePath> {
    let modules = items.iter().filter_map(|item| match item {
        syn::Item::Mod(item) if item.content.is_none() && is_test(&item.attrs) => Some(item),
        _ => None,
    });
    modules.map(|item| [module, &[item.ident.to_string()]].concat()).collect()
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is = |name| attribute.path().is_ident(name);
        let tokens = || attribute.meta.require_list().map(|list| list.tokens.to_string());
        is("test") || (is("cfg") && tokens().is_ok_and(|tokens| tokens == "test"))
    })
}

/// Walks one file. `module` follows inline modules; `children` are the modules that the file declares.
struct Visitor {
    module: ModulePath,
    children: Vec<String>,
    mentions: Vec<Mention>,
    reexports: Vec<(String, ModulePath)>,
    test_lines: usize,
}

impl Visitor {
    fn new(syntax: &syn::File) -> Self {
        let children = syntax.items.iter().filter_map(|item| match item {
            syn::Item::Mod(item) => Some(item.ident.to_string()),
            _ => None,
        });
        Self {
            module: Vec::new(),
            children: children.collect(),
            mentions: Vec::new(),
            reexports: Vec::new(),
            test_lines: 0,
        }
    }

    /// Makes a path absolute; `None` for paths into other crates and for local names.
    fn resolve(&self, segments: &[String]) -> Option<ModulePath> {
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" | "mempulse" => Some(rest.to_vec()),
            "self" => Some([self.module.as_slice(), rest].concat()),
            "super" => {
                let up = segments.iter().take_while(|segment| *segment == "super").count();
                let base = self.module.get(..self.module.len().checked_sub(up)?)?;
                Some([base, &segments[up..]].concat())
            }
            child if self.children.iter().any(|known| known == child) => {
                Some([self.module.as_slice(), segments].concat())
            }
            _ => None,
        }
    }

    fn mention(&mut self, segments: &[String], span: Span) {
        if segments.len() > 1
            && let Some(path) = self.resolve(segments)
        {
            self.mentions.push(Mention { path, line: span.start().line });
        }
    }

    /// Macros hide their paths in tokens: every `a::b` in them counts.
    fn scan(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let (mut span, mut colons) = (Span::call_site(), 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 && !segments.is_empty() => {
                    segments.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !segments.is_empty() => {
                    colons += 1;
                }
                other => {
                    self.mention(&std::mem::take(&mut segments), span);
                    colons = 0;
                    match other {
                        TokenTree::Ident(ident) => {
                            span = ident.span();
                            segments.push(ident.to_string());
                        }
                        TokenTree::Group(group) => self.scan(group.stream()),
                        _ => {}
                    }
                }
            }
        }
        self.mention(&segments, span);
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if is_test(attributes) {
            self.test_lines += item.span().end().line + 1 - item.span().start().line;
        } else {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if is_test(&item.attrs) {
            self.test_lines += item.span().end().line + 1 - item.span().start().line;
        } else {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_some() {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        for (segments, name, span) in leaves(&item.tree) {
            let Some(path) = self.resolve(&segments) else { continue };
            if is_reexport {
                self.reexports.push((name, path));
            } else {
                self.mentions.push(Mention { path, line: span.start().line });
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.mention(&segments, path.span());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.scan(item.tokens.clone());
    }

    // `pub(in crate::model)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// The leaves of a `use`: the whole path, the name it gets, and its position.
fn leaves(tree: &UseTree) -> Vec<(Vec<String>, String, Span)> {
    fn walk(tree: &UseTree, prefix: &[String], leaves: &mut Vec<(Vec<String>, String, Span)>) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => walk(&path.tree, &with(&path.ident), leaves),
            UseTree::Group(group) => group.items.iter().for_each(|item| walk(item, prefix, leaves)),
            UseTree::Glob(glob) => leaves.push((prefix.to_vec(), "*".to_owned(), glob.span())),
            UseTree::Name(name) if name.ident == "self" => {
                leaves.push((prefix.to_vec(), prefix.last().cloned().unwrap_or_default(), name.span()));
            }
            UseTree::Name(name) => leaves.push((with(&name.ident), name.ident.to_string(), name.span())),
            UseTree::Rename(rename) => {
                leaves.push((with(&rename.ident), rename.rename.to_string(), rename.span()));
            }
        }
    }
    let mut found = Vec::new();
    walk(tree, &[], &mut found);
    found
}
