#!/usr/bin/env python3
"""Plots how transactions arrive in recordings of mempulse.

    python3 -m venv venv && . venv/bin/activate
    pip install protobuf zstandard matplotlib grpcio-tools
    python3 examples/arrivals.py arrivals.png ~/mempulse/*.mempulse.zst

docs/recording.md describes the files, proto/ has the messages.
"""

import argparse
import sys
import tempfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import zstandard
from grpc_tools import protoc

PROTO = Path(__file__).resolve().parent.parent / "proto"
# No message is longer.
LONGEST = 8 << 20


def schema():
    """Compiles the schema, and returns the module with the messages of recordings."""
    target = tempfile.mkdtemp(prefix="mempulse-")
    files = [str(PROTO / "mempulse/v1" / name) for name in ("event.proto", "recording.proto")]
    if protoc.main(["protoc", f"-I{PROTO}", f"--python_out={target}", *files]) != 0:
        sys.exit("the schema cannot be compiled")
    sys.path.insert(0, target)
    from mempulse.v1 import recording_pb2

    return recording_pb2


def messages(path, record_type):
    """Yields the messages of a file: each stands behind its length, a varint."""
    with open(path, "rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)

        def read(count):
            parts = bytearray()
            while len(parts) < count:
                part = stream.read(count - len(parts))
                if not part:
                    return None
                parts += part
            return bytes(parts)

        while True:
            length, shift = 0, 0
            while True:
                byte = read(1)
                if byte is None:
                    return
                length |= (byte[0] & 0x7F) << shift
                shift += 7
                if byte[0] < 0x80:
                    break
            if length > LONGEST:
                raise ValueError("not a recording")
            content = read(length)
            if content is None:
                return
            yield record_type.FromString(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", help="the picture to write, such as arrivals.png")
    parser.add_argument("recordings", nargs="+", help="files that end in .mempulse.zst")
    arguments = parser.parse_args()
    recording = schema()

    arrivals, blocks, peers = Counter(), [], Counter()
    for path in sorted(arguments.recordings):
        try:
            for record in messages(path, recording.Record):
                event = record.event
                if record.WhichOneof("content") != "event":
                    continue
                seconds = event.time_us // 1_000_000
                kind = event.WhichOneof("kind")
                if kind == "block":
                    blocks.append((seconds, event.block.height))
                elif kind == "peer" and event.peer.WhichOneof("kind") == "transaction":
                    arrivals[seconds] += 1
                    peers[event.peer.peer] += 1
        except (zstandard.ZstdError, ValueError) as error:
            # The rest of a file that was cut off.
            print(f"{path}: {error}; what is before it counts", file=sys.stderr)
    if not arrivals:
        sys.exit("no transactions were relayed in these recordings")

    first, last = min(arrivals), max(arrivals)
    width = max(1, (last - first) // 200)
    bars = Counter()
    for second, count in arrivals.items():
        bars[(second - first) // width] += count
    time = lambda seconds: datetime.fromtimestamp(seconds, timezone.utc)
    figure, axes = plt.subplots(figsize=(12, 4))
    starts = [time(first + bar * width) for bar in sorted(bars)]
    axes.bar(starts, [bars[bar] / width for bar in sorted(bars)], width=width / 86_400, align="edge")
    for seconds, height in blocks:
        axes.axvline(time(seconds), color="tab:orange")
        axes.annotate(str(height), (time(seconds), axes.get_ylim()[1]), rotation=90, va="top", ha="right")
    axes.set_ylabel("transactions per second")
    axes.set_xlabel("UTC")
    axes.set_title(f"{sum(arrivals.values()):,} transactions of {len(peers)} peers, {len(blocks)} blocks")
    figure.autofmt_xdate()
    figure.tight_layout()
    figure.savefig(arguments.picture, dpi=120)
    print(f"{arguments.picture}: {sum(arrivals.values()):,} transactions, {len(blocks)} blocks")


if __name__ == "__main__":
    main()
