//! A metric with its series, and its encoding.

use crate::api::tally::Durations;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::borrow::Cow;
use std::fmt;

/// The labels of a series.
pub(super) type Labels = Vec<(&'static str, Cow<'static, str>)>;

/// One label.
pub(super) fn label(name: &'static str, value: impl Into<Cow<'static, str>>) -> Labels {
    vec![(name, value.into())]
}

/// A count as a value: Prometheus values are floating-point numbers.
#[expect(clippy::cast_precision_loss, reason = "counts of less than 53 bits")]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}

/// A metric: all series of one name. Not written if it has none.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Family {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    series: Vec<(Labels, Value)>,
}

/// The value of a series.
#[derive(Clone, PartialEq, Debug)]
enum Value {
    Gauge(f64),
    Counter(u64),
    /// A counter with fractions.
    Total(f64),
    Histogram {
        sum: f64,
        count: u64,
        classes: Vec<(f64, u64)>,
    },
}

impl Family {
    /// A value that goes up and down.
    pub(super) fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: MetricType::Gauge, series: Vec::new() }
    }

    /// A count since startup. The name gets the suffix `_total`.
    pub(super) fn counter(name: &'static str, help: &'static str) -> Self {
        Self { kind: MetricType::Counter, ..Self::gauge(name, help) }
    }

    /// Durations by size.
    pub(super) fn histogram(name: &'static str, help: &'static str) -> Self {
        Self { kind: MetricType::Histogram, ..Self::gauge(name, help) }
    }

    /// Adds a series of a gauge, unless its value is unknown.
    pub(super) fn at(mut self, labels: Labels, value: impl Into<Option<f64>>) -> Self {
        self.series.extend(value.into().map(|value| (labels, Value::Gauge(value))));
        self
    }

    /// Adds the only series of a gauge.
    pub(super) fn value(self, value: impl Into<Option<f64>>) -> Self {
        self.at(Vec::new(), value)
    }

    /// Adds a series of a counter.
    pub(super) fn count(mut self, labels: Labels, count: u64) -> Self {
        self.series.push((labels, Value::Counter(count)));
        self
    }

    /// Adds the only series of a counter.
    pub(super) fn total(self, count: u64) -> Self {
        self.count(Vec::new(), count)
    }

    /// Adds the only series of a counter of seconds.
    pub(super) fn seconds(mut self, seconds: Option<f64>) -> Self {
        self.series.extend(seconds.map(|seconds| (Vec::new(), Value::Total(seconds))));
        self
    }

    /// Adds the only series of a histogram.
    pub(super) fn durations(mut self, durations: &Durations) -> Self {
        let value =
            Value::Histogram { sum: durations.sum, count: durations.count(), classes: durations.classes() };
        self.series.push((Vec::new(), value));
        self
    }
}

/// Metrics to be encoded.
#[derive(Debug)]
pub(super) struct Families(pub(super) Vec<Family>);

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for Family { name, help, kind, series } in self.0.iter().filter(|family| !family.series.is_empty()) {
            let mut encoder = encoder.encode_descriptor(name, help, None, *kind)?;
            for (labels, value) in series {
                let mut encoder = encoder.encode_family(labels)?;
                match value {
                    Value::Gauge(value) => encoder.encode_gauge(value)?,
                    Value::Counter(count) => encoder.encode_counter::<NoLabelSet, _, u64>(count, None)?,
                    Value::Total(total) => encoder.encode_counter::<NoLabelSet, _, f64>(total, None)?,
                    Value::Histogram { sum, count, classes } => {
                        encoder.encode_histogram::<NoLabelSet>(*sum, *count, classes, None)?;
                    }
                }
            }
        }
        Ok(())
    }
}
