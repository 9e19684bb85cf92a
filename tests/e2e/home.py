#!/usr/bin/env python3
"""tests/conformance/home.nacl as an image between a home network and the world: masquerading, a port forward, a hairpin,
and no checksum that a host would complain of.

usage: home.py NACLC POLICY
"""

import re
import sys

from network import run
from scene import Scene, main

WEB, PUBLIC, CLIENT, SERVER = "203.0.113.7", "203.0.113.1", "10.0.0.2", "10.0.0.5"

# A datagram to a port that nobody serves: the error about it must come back to the socket that sent it.
ASK_IN_VAIN = f"""
import socket
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(3)
asker.bind(("{CLIENT}", 0))
asker.connect(("{WEB}", 9999))
asker.send(b"anybody?")
try:
    asker.recv(10)
except ConnectionRefusedError:
    print("refused")
"""


def clients_of(log):
    return set(re.findall(r"^(\S+) - - .*GET /file", log.read_text(), re.M))


def expect_no_bad_checksum(scene, name):
    """The kernel counts what it drops."""
    text = run(*scene.network.inside_of(name, "cat", "/proc/net/snmp")).stdout
    lines = text.splitlines()
    counts = {}
    for names, values in zip(lines[::2], lines[1::2]):
        layer = names.split(":")[0]
        counts.update({f"{layer} {key}": int(value) for key, value in zip(names.split()[1:], values.split()[1:])})
    for key in ("Ip InHdrErrors", "Icmp InCsumErrors", "Tcp InCsumErrors", "Udp InCsumErrors"):
        scene.expect(f"{name}: {key} is 0", counts[key] == 0, str(counts[key]))
    scene.expect(f"{name}: TCP was used", counts["Tcp InSegs"] > 1000)


def play(scene, image, _):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "outside", f"{WEB}/24")
    network.attach("tap1", "inside", f"{CLIENT}/24", f"{SERVER}/24")
    run("ip", "-n", network.ns("inside"), "route", "add", "default", "via", "10.0.0.1")
    web = scene.serve("outside", WEB, 80)
    forwarded = scene.serve("inside", SERVER, 80)

    scene.expect_file("10 MB through masquerading", scene.curl("inside", CLIENT, f"http://{WEB}/file"))
    scene.expect("the web server saw the public address", clients_of(web) == {PUBLIC}, str(clients_of(web)))
    scene.expect_file("10 MB through a port forward", scene.curl("outside", WEB, f"http://{PUBLIC}:8080/file"))
    scene.expect("the forwarded server saw the client's address", clients_of(forwarded) == {WEB},
                 str(clients_of(forwarded)))
    scene.expect_file("10 MB round the hairpin", scene.curl("inside", CLIENT, f"http://{PUBLIC}:8080/file"))
    scene.expect("the forwarded server saw the public address", clients_of(forwarded) == {WEB, PUBLIC},
                 str(clients_of(forwarded)))
    scene.expect("pings pass", scene.ping("inside", CLIENT, WEB) == "3")
    scene.expect("pings in fragments pass", scene.ping("inside", CLIENT, WEB, 4000) == "3")
    asked = run(*network.inside_of("inside", "python3", "-c", ASK_IN_VAIN), check=False)
    scene.expect("an ICMP error finds the socket that it is for", asked.stdout == "refused\n",
                 asked.stdout + asked.stderr)

    for name in ("outside", "inside"):
        expect_no_bad_checksum(scene, name)
    console = image.power_off()
    scene.expect("the counters balance", "UNBALANCED" not in console, console[-2000:])
    print("".join(f"     {line}\n" for line in console.splitlines() if re.match(r"(packets|hit|drop) ", line)), end="")


if __name__ == "__main__":
    sys.exit(main(Scene, play))
