#!/usr/bin/env python3
"""What the optimised translation is worth: nanoseconds a packet of both translations over rule lists of several sizes,
measured in turns in this run, all verdicts compared. And how long g++ takes for each. Machines differ, ratios hardly do."""
import argparse
import array
import ctypes
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

import policies

ROOT = pathlib.Path(__file__).parents[2]
PACKETS = 1024
TURNS = 5
LIMIT_S = 60
RULE = re.compile(r"saddr in ([\d.]+)/(\d+) and ip.daddr in ([\d.]+)/(\d+) and tcp.dport in \[?(\d+)-?(\d*)")


def inside(address, length, chance):
    base = 0
    for part in address.split("."):
        base = base << 8 | int(part)
    return base | chance.getrandbits(32 - int(length)) if int(length) < 32 else base


def packets(text):
    """Half of them in the middle of some rule, half anywhere."""
    chance = random.Random(1)
    rules = RULE.findall(text)
    fields = array.array("I")
    for i in range(PACKETS):
        source, a, destination, b, low, high = chance.choice(rules)
        if i % 2:
            fields.extend([inside(source, a, chance), inside(destination, b, chance),
                           chance.randint(int(low), int(high or low))])
        else:
            fields.extend([chance.getrandbits(32), inside(destination, b, chance), chance.getrandbits(16)])
    return fields


def compile_policy(build, cpp, shared):
    """Seconds of g++; nothing when that takes too long."""
    kit = build / "kit"
    command = ["g++", f"@{kit}/host.flags", f"-I{kit}/include", f'-DPOLICY="{cpp}"', "-shared", str(ROOT / "tests/bench/classify.cpp"),
               "-Wl,--whole-archive", f"{kit}/lib/libhost_platform.a", "-Wl,--no-whole-archive", f"{kit}/lib/libruntime_host.a",
               "-o", str(shared)]
    start = time.monotonic()
    try:
        subprocess.run(command, check=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return None
    return time.monotonic() - start


class Translation:
    def __init__(self, build, policy, options):
        name = "plain" if options else "optimised"
        cpp = policy.with_name(name + ".cpp")
        start = time.monotonic()
        with open(cpp, "w", encoding="utf-8") as out:
            subprocess.run([build / "naclc/naclc", "emit", *options, policy], check=True, stdout=out, stderr=subprocess.DEVNULL)
        self.emit_s = time.monotonic() - start
        self.compile_s = compile_policy(build, cpp, policy.with_name(name + ".so"))
        self.times, self.verdicts = [], (ctypes.c_uint32 * PACKETS)()
        if self.compile_s is not None:
            self.run = ctypes.CDLL(str(policy.with_name(name + ".so"))).nacl_classify
            self.run.restype = ctypes.c_double

    def turn(self, fields, repeats):
        raw = (ctypes.c_uint32 * len(fields)).from_buffer(fields)
        self.times.append(self.run(raw, ctypes.c_size_t(PACKETS), ctypes.c_size_t(repeats), self.verdicts))


def row(build, shape, size):
    with tempfile.TemporaryDirectory() as name:
        policy = pathlib.Path(name) / "policy.nacl"
        text = "".join(shape(size, policy.parent))
        policy.write_text(text, encoding="utf-8")
        both = [Translation(build, policy, []), Translation(build, policy, ["--no-optimize"])]
        there = [t for t in both if t.compile_s is not None]
        fields = packets(text)
        for _ in range(TURNS):
            for translation in there:
                translation.turn(fields, max(1, 200_000 // (size * 10)))
        for translation in there[1:]:
            if list(translation.verdicts) != list(there[0].verdicts):
                sys.exit(f"{shape.__name__} {size}: the translations disagree")
        ns = [f"{statistics.median(t.times):8.1f}" if t.times else "       -" for t in both]
        ratio = f"{statistics.median(both[1].times) / statistics.median(both[0].times):7.1f}" if both[1].times else "      -"
        seconds = [f"{t.emit_s + t.compile_s:6.1f}" if t.compile_s is not None else "  > 60" for t in both]
        print(f"{shape.__name__:<14} {size:>7,}  {'  '.join(ns)}  {ratio}  {'  '.join(seconds)}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("build", type=pathlib.Path, help="a release build's directory, with the kit")
    options.add_argument("--sizes", default="10,100,1000,10000")
    given = options.parse_args()
    print(f"{'':<14} {'rules':>7}  {'ns opt.':>8}  {'ns plain':>8}  {'ratio':>7}  {'s opt.':>6}  {'s plain':>6}")
    for shape in (policies.access_list, policies.firewall_list):
        for size in map(int, given.sizes.split(",")):
            row(given.build.resolve(), shape, size)


if __name__ == "__main__":
    main()
