# The same steps as in CI; `just` alone lists them.

_:
    @just --list

# everything that CI checks
ci:
    .ci/run

# formatting and clippy
lint:
    .ci/run lint

# documentation without warnings
doc:
    .ci/run doc

# the suite that needs no network, node or terminal
test:
    .ci/run test

# fuzz a target until it is stopped, or for so many seconds; without a target, list them
fuzz *target:
    .ci/fuzz {{target}}

# each fuzz target for so many minutes (10), and simulated days, in release builds: a night
nightly *minutes:
    .ci/nightly {{minutes}}

# licences, sources and banned crates
deny:
    .ci/run deny

# the release build shows the demo
demo:
    .ci/run demo

# the tests in which the system's clocks are set
clock:
    .ci/run clock

# the tests of sensors with a real nats-server
sensors:
    .ci/run sensors

# the tests beside a real Bitcoin Core, which is built once
real-nodes:
    .ci/run real_nodes old_nodes

# play eight real blocks of mainnet, from the folder of the files `mainnet-block-0831328.bin.zst` and on, and draw
# the screens before and after each block
rehearsal folder:
    MEMPULSE_CHAIN_DATA={{absolute_path(folder)}} MEMPULSE_REHEARSAL=target/rehearsal \
        cargo test --locked --lib -- --ignored --nocapture chain_data_mainnet
    ls target/rehearsal

# accept changed screens after looking at them
screens:
    INSTA_UPDATE=always cargo test --locked --test screens
    git diff --stat tests/snapshots

# draw the pictures and write the table of keys in the README anew
pictures:
    UPDATE_PICTURES=1 cargo test --locked --test picture
    UPDATE_README=1 cargo test --locked --test readme
    git diff --stat assets README.md

# all benchmarks
bench:
    cargo bench --locked

# docs/performance.md from the benches, on a machine that does nothing else
performance:
    benches/performance
