#!/usr/bin/env python3
"""samples/bastion.nacl as an image between two real hosts: ping, curl, and what the counters say in the end.

usage: bastion.py NACLC SAMPLE
"""

import hashlib
import os
import pathlib
import re
import sys
import tempfile

from network import Image, Network, Skip, run, wait_until

SKIPPED = 77  # what ctest takes for a skip

CLIENT, JUMP_HOST, SERVER, GATEWAY = "10.55.7.8", "10.55.1.1", "192.168.0.10", "10.55.0.1"


def line_of(sample, pattern, nth_accept_or_drop):
    """The source line of the n-th verdict from the first line that has the pattern."""
    lines = pathlib.Path(sample).read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if re.search(pattern, line))
    verdicts = [i for i in range(first, len(lines)) if re.search(r"\b(accept|drop)\b", lines[i])]
    return verdicts[nth_accept_or_drop] + 1


class Scene:
    def __init__(self, network, folder):
        self.network = network
        self.folder = folder
        self.failures = []

    def expect(self, what, holds, details=""):
        print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
        if not holds:
            self.failures.append(f"{what} {details}".strip())

    def ping(self, source, destination, data_bytes=56):
        done = run(*self.network.inside_of("outside", "ping", "-c", "3", "-i", "0.2", "-W", "1", "-I", source,
                                           "-s", str(data_bytes), destination), check=False)
        return re.search(r"(\d+) received", done.stdout).group(1)

    def curl(self, source, port, path=""):
        return run(*self.network.inside_of(
            "outside", "curl", "-s", "--show-error", "--interface", source, "--connect-timeout", "2",
            "--max-time", "60", "-o", str(self.folder / "got"), f"http://{SERVER}:{port}/{path}"),
            check=False, timeout_s=70)

    def serve(self, port):
        self.network.start("inside", "python3", "-m", "http.server", str(port), "--bind", SERVER,
                           "--directory", str(self.folder / "www"), stdout=-3, stderr=-3)
        wait_until(lambda: run(*self.network.inside_of("inside", "curl", "-s", "-o", "/dev/null",
                                                       f"http://{SERVER}:{port}/"), check=False).returncode == 0,
                   f"the server on port {port} answers")


def play(scene, image, sample):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "outside", f"{CLIENT}/16", f"{JUMP_HOST}/16")
    network.attach("tap1", "inside", f"{SERVER}/24")
    run("ip", "-n", network.ns("outside"), "route", "add", "192.168.0.0/24", "via", GATEWAY)
    run("ip", "-n", network.ns("inside"), "route", "add", "default", "via", "192.168.0.1")
    scene.serve(80)
    scene.serve(8080)

    scene.expect("ping of the appliance itself is answered", scene.ping(CLIENT, GATEWAY) == "3")
    scene.expect("ping from the jump host passes", scene.ping(JUMP_HOST, SERVER) == "3")
    scene.expect("a ping in fragments passes, too", scene.ping(JUMP_HOST, SERVER, 4000) == "3")
    scene.expect("the appliance answers a ping in fragments", scene.ping(CLIENT, GATEWAY, 4000) == "3")
    scene.expect("ping from anyone else is dropped", scene.ping(CLIENT, SERVER) == "0")

    done = scene.curl(CLIENT, 80, "file")
    wanted = hashlib.sha256((scene.folder / "www" / "file").read_bytes()).hexdigest()
    got = hashlib.sha256((scene.folder / "got").read_bytes()).hexdigest() if done.returncode == 0 else done.stderr
    scene.expect("10 MB over port 80 arrive byte for byte", got == wanted, got)
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


def main():
    naclc, sample = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "www").mkdir()
        (folder / "www" / "file").write_bytes(os.urandom(10_000_000))
        image_file = folder / "bastion.elf"
        run(naclc, "build", sample, "-o", str(image_file), timeout_s=120)
        try:
            with Network() as network:
                scene = Scene(network, folder)
                play(scene, Image(network, str(image_file)), sample)
        except Skip as skip:
            print(f"skipped: {skip}")
            return 1 if os.environ.get("CI") else SKIPPED
    for failure in scene.failures:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if scene.failures else 0


if __name__ == "__main__":
    sys.exit(main())
