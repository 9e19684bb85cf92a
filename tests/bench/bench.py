#!/usr/bin/env python3
"""How the front end's time and memory grow with a policy: each shape of tests/bench/policies.py at sizes n, 2n and 4n,
in this run, one row each. The ratios compare 4n with 2n: 2 is linear, 4 is quadratic. Machines differ, ratios hardly do."""
import argparse
import os
import pathlib
import sys
import tempfile
import time

import policies

LIMIT_S = 60
# Nothing but TCP is let in, so the answer is a proof.
QUESTION = ["query", "--chain", "wan.prerouting", "--verdict", "accept", "--where", "udp.dport == 53"]
EDITS = 10  # between the policies of a diff
# Two functions that both accept nothing: a proof that neither the search nor diagrams have.
CROSSED = ["query", "--chain", "wan.prerouting", "--verdict", "accept"]


def run(command):
    """Seconds of processor, MiB at most, exit status; the output goes nowhere. None for the time: too long."""
    start = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)
        if time.monotonic() - start > LIMIT_S:
            os.kill(child, 9)
            os.wait4(child, 0)
            return None, 0, None
        time.sleep(0.002)


def measure(naclc, command, shape, size, repeats):
    """The quickest of several runs: what disturbs one only ever makes it slower."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lines = "".join(shape(size, folder)).splitlines(keepends=True)
        versions = [lines, list(policies.edited(lines, EDITS))] if command[0] == "diff" else [lines]
        files = [folder / f"policy{number}.nacl" for number in range(len(versions))]
        for file, version in zip(files, versions):
            file.write_text("".join(version), encoding="utf-8")
        runs = [run([naclc, *command, *map(str, files)]) for _ in range(repeats)]
    return min(runs, key=lambda r: float("inf") if r[0] is None else r[0])


def name_of(command):
    """Without the arguments of options."""
    return command[0] if command in (QUESTION, CROSSED) else " ".join(command)


def row(naclc, command, shape, size, repeats):
    sizes = [size, 2 * size, 4 * size]
    seconds, mebibytes, status = zip(*(measure(naclc, command, shape, s, repeats) for s in sizes))
    name = f"{name_of(command)} {shape.__name__}"
    times = " ".join("  > 60" if s is None else f"{s:6.2f}" for s in seconds)
    ratio = "    -" if None in seconds else f"{seconds[2] / max(seconds[1], 0.001):5.2f}"
    print(f"{name:<32} {sizes[2]:>9,}  {times}  {ratio}  {mebibytes[2]:7.0f}  {mebibytes[2] / max(mebibytes[1], 1):5.2f}"
          f"  {status[2]}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("naclc", help="the program; a release build")
    options.add_argument("--only", default="", help="shapes whose row has this in its name")
    options.add_argument("--scale", type=float, default=1, help="of all sizes")
    options.add_argument("--repeats", type=int, default=1, help="runs of each; the quickest counts")
    given = options.parse_args()
    print(f"{'':<32} {'4n':>9}  {'n s':>6} {'2n s':>6} {'4n s':>6}  {'4n/2n':>5}  {'4n MiB':>7}  {'4n/2n':>5}  exit")
    rows = [(["check"], shape, size) for shape, size in policies.SHAPES.items()]
    rows += [(["fmt", "--check"], shape, policies.SHAPES[shape]) for shape in policies.FORMATTED]
    rows += [(command, shape, policies.SHAPES[shape]) for command in (QUESTION, ["diff"]) for shape in policies.PROVED]
    rows += [(CROSSED, shape, size) for shape, size in policies.CROSSED.items()]
    for command, shape, size in rows:
        if given.only in f"{name_of(command)} {shape.__name__}":
            row(given.naclc, command, shape, max(1, int(size * given.scale)), given.repeats)


if __name__ == "__main__":
    sys.exit(main())
