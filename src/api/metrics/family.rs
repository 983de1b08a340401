//! A metric with its series, and how it is encoded.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use std::borrow::Cow;
use std::fmt;

/// The labels of a series.
pub(super) type Labels = Vec<(&'static str, Cow<'static, str>)>;

/// The value of a series.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Gauge(f64),
}

/// A metric: all series of one name.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Family {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    series: Vec<(Labels, Value)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Gauge,
}

impl Family {
    /// A value that goes up and down.
    pub(super) fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, help, kind: Kind::Gauge, series: Vec::new() }
    }

    /// Adds a series of a gauge; one that is not known is left out.
    pub(super) fn at(mut self, labels: Labels, value: Option<f64>) -> Self {
        self.series.extend(value.map(|value| (labels, Value::Gauge(value))));
        self
    }

    /// Adds the only series of a gauge.
    pub(super) fn is(self, value: impl Into<Option<f64>>) -> Self {
        self.at(Vec::new(), value.into())
    }
}

/// Metrics to be encoded.
#[derive(Debug)]
pub(super) struct Families(pub(super) Vec<Family>);

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for Family { name, help, kind, series } in self.0.iter().filter(|family| !family.series.is_empty()) {
            let kind = match kind {
                Kind::Gauge => MetricType::Gauge,
            };
            let mut encoder = encoder.encode_descriptor(name, help, None, kind)?;
            for (labels, value) in series {
                let mut encoder = encoder.encode_family(labels)?;
                match value {
                    Value::Gauge(value) => encoder.encode_gauge(value)?,
                }
            }
        }
        Ok(())
    }
}
