//! `demo`: the demo network on the screen or as JSON lines, seen by its own peers or by sensors.

mod fleet;
mod nats_server;

use crate::app::assemble::Upstream;
use crate::app::cli::DemoArgs;
use crate::app::resources::open_files;
use crate::app::start::{self, FrontEnd};
use crate::chain::Network;
use crate::demo::{Demo, DemoSettings};
use anyhow::{Context, Result};
use fleet::Fleet;

/// Open files per node: its listening port, and both ends of a connection.
const FILES_PER_NODE: usize = 3;

/// Further open files per node for each sensor: another port, and both ends of two connections.
const FILES_PER_SENSOR: usize = 5;

/// Starts the demo network and monitors it.
pub async fn run(args: &DemoArgs) -> Result<()> {
    let per_node = FILES_PER_NODE + usize::from(args.sensors.unwrap_or(0)) * FILES_PER_SENSOR;
    open_files::make_room(usize::from(args.peers) * per_node)?;
    let nodes = DemoSettings { peers: args.peers.into(), rate: args.rate, seed: args.seed };
    let front_end = if args.stream {
        FrontEnd::Stream { raw: args.raw, query: args.filter.query()? }
    } else {
        FrontEnd::Screen
    };
    let demo = Demo::start(nodes).await.context("the demo cannot start")?;
    let result = if let Some(count) = args.sensors {
        by_sensors(&demo, count, front_end, args).await
    } else {
        let upstream = Upstream::Peers(Box::new(demo.settings()));
        start::show(front_end, upstream, &args.common, None, true).await
    };
    demo.shutdown().await;
    result
}

async fn by_sensors(demo: &Demo, count: u8, front_end: FrontEnd, args: &DemoArgs) -> Result<()> {
    let fleet = Fleet::start(demo, count, &args.common.monitor).await?;
    let upstream = Upstream::Sensors(Network::Regtest, Box::new(fleet.collect().await?));
    let result = start::show(front_end, upstream, &args.common, None, true).await;
    fleet.shutdown().await;
    result
}
