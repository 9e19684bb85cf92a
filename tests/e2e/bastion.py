#!/usr/bin/env python3
"""samples/bastion.nacl as an image between two real hosts: ping, curl, and what the counters say in the end.

usage: bastion.py NACLC SAMPLE
"""

import pathlib
import re
import sys

from network import run
from scene import Scene, main

CLIENT, JUMP_HOST, SERVER, GATEWAY = "10.55.7.8", "10.55.1.1", "192.168.0.10", "10.55.0.1"


def line_of(sample, pattern, nth_accept_or_drop):
    """The source line of the n-th verdict from the first line that has the pattern."""
    lines = pathlib.Path(sample).read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if re.search(pattern, line))
    verdicts = [i for i in range(first, len(lines)) if re.search(r"\b(accept|drop)\b", lines[i])]
    return verdicts[nth_accept_or_drop] + 1


class Bastion(Scene):
    def ping(self, source, destination, data_bytes=56):
        return super().ping("outside", source, destination, data_bytes)

    def curl(self, source, port, path=""):
        return super().curl("outside", source, f"http://{SERVER}:{port}/{path}")


def play(scene, image, sample):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "outside", f"{CLIENT}/16", f"{JUMP_HOST}/16")
    network.attach("tap1", "inside", f"{SERVER}/24")
    run("ip", "-n", network.ns("outside"), "route", "add", "192.168.0.0/24", "via", GATEWAY)
    run("ip", "-n", network.ns("inside"), "route", "add", "default", "via", "192.168.0.1")
    scene.serve("inside", SERVER, 80)
    scene.serve("inside", SERVER, 8080)

    scene.expect("ping of the appliance itself is answered", scene.ping(CLIENT, GATEWAY) == "3")
    scene.expect("ping from the jump host passes", scene.ping(JUMP_HOST, SERVER) == "3")
    scene.expect("a ping in fragments passes, too", scene.ping(JUMP_HOST, SERVER, 4000) == "3")
    scene.expect("the appliance answers a ping in fragments", scene.ping(CLIENT, GATEWAY, 4000) == "3")
    scene.expect("ping from anyone else is dropped", scene.ping(CLIENT, SERVER) == "0")

    scene.expect_file("10 MB over port 80 arrive byte for byte", scene.curl(CLIENT, 80, "file"))
    done = scene.curl(CLIENT, 8080)
    scene.expect("port 8080 is unreachable", done.returncode == 28, done.stderr)
    done = scene.curl(JUMP_HOST, 8080)
    scene.expect("port 8080 is open to the jump host", done.returncode == 0, done.stderr)

    console = image.power_off()
    check_counters(scene, console, sample)


def check_counters(scene, console, sample):
    hits = {int(line): (verdict, int(count)) for line, verdict, count in
            re.findall(r"^hit \S*bastion\.nacl:(\d+):\d+ (\w+) (\d+)", console, re.M)}
    established = line_of(sample, r"ct\.state == established", 0)
    jump_host = line_of(sample, r"ip\.saddr == jump_host", 0)
    web = line_of(sample, r"ip\.saddr == jump_host", 1)
    refused = line_of(sample, r"ip\.saddr == jump_host", 2)
    for line, verdict, least in ((established, "accept", 100), (jump_host, "accept", 2), (web, "accept", 1),
                                 (refused, "drop", 4)):
        seen = hits.get(line, ("nothing", 0))
        scene.expect(f"line {line} decided {verdict} at least {least} times", seen[0] == verdict and seen[1] >= least,
                     f"{seen}")
    drops = re.search(r"^drop filter (\d+)", console, re.M)
    scene.expect("every dropped packet is counted by its reason",
                 drops is not None and int(drops.group(1)) == hits.get(refused, ("", 0))[1], console[-2000:])
    scene.expect("the counters balance", "UNBALANCED" not in console)
    print("".join(f"     {line}\n" for line in console.splitlines() if re.match(r"(packets|hit|drop) ", line)), end="")


if __name__ == "__main__":
    sys.exit(main(Bastion, play))
