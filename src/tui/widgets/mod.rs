//! Building blocks of screens: text in cells, figures with units, charts, tables, lists, panels.

pub mod chart;
pub mod clock;
pub mod filter;
pub mod format;
pub mod line_edit;
pub mod list;
pub mod panel;
pub mod panels;
pub mod scroll;
pub mod scrolled_box;
pub mod table;
pub mod text;
