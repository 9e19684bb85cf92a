#!/usr/bin/env python3
"""tests/e2e/small.nacl as an image under floods: of SYNs, of ARP, of datagrams for hosts that are not there, of texts to log. All the
while somebody who is connected gets every answer, and in the end every packet is accounted for.

usage: flood.py NACLC POLICY
"""

import re
import subprocess
import sys

from network import run, wait_until
from scene import Scene, main

CLIENT, SERVER, ECHO_PORT = "203.0.113.9", "10.0.0.5", 7
TABLE = 256  # as the policy says

# Answers what it is sent.
SERVE = f"""
import socket
listener = socket.create_server(("{SERVER}", {ECHO_PORT}))
while True:
    peer, _ = listener.accept()
    while data := peer.recv(4096):
        peer.sendall(data)
"""

# Connects once. For each line on standard input: as many questions as it says, each answered before the next, within
# ten seconds (a TCP sender repeats what was lost, so this is patience with the machine and not with the firewall).
ASK = f"""
import socket, sys
asker = socket.create_connection(("{SERVER}", {ECHO_PORT}), 10)
asker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
asker.settimeout(10)
print("connected", flush=True)
for line in sys.stdin:
    for number in range(int(line)):
        question = b"question %06d" % number
        asker.sendall(question)
        answer = b""
        while len(answer) < len(question):
            answer += asker.recv(4096)
        if answer != question:
            sys.exit("a wrong answer")
    print("answered", flush=True)
"""

# Sends COUNT frames of a KIND, each from another address.
FLOOD = """
import socket, struct, sys
kind, count = sys.argv[1], int(sys.argv[2])
us, image = bytes.fromhex("02666c6f6f64"), bytes.fromhex("5254006e6100")
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("tap0", 0))

def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff

def ipv4(protocol, source, destination, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0, source, destination)
    return image + us + b"\\x08\\x00" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload

server = socket.inet_aton("10.0.0.5")
for number in range(count):
    stranger = bytes([198, 18 + (number >> 16), number >> 8 & 255, number & 255])
    if kind == "syn":
        frame = ipv4(6, stranger, server, struct.pack("!HHLLBBHHH", 1024 + number % 60000, 80, number, 0, 0x50, 2, 1024, 0, 0))
    elif kind == "arp":
        frame = b"\\xff" * 6 + us + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + us + stranger + bytes(6) + \\
            socket.inet_aton("203.0.113.1")
    elif kind == "absent":
        absent = bytes([10, 0, 0, 10 + number % 200])
        frame = ipv4(17, stranger, absent, struct.pack("!HHHH", 9, 9, 8, 0))
    else:
        frame = ipv4(47, stranger, server, b"")
    while True:
        try:
            wire.send(frame)
            break
        except OSError as error:  # the queue of the TAP
            if error.errno != 105:
                raise
"""


class Asker:
    """Somebody who is connected through the image."""

    def __init__(self, scene):
        self.process = scene.network.start("outside", "python3", "-u", "-c", ASK, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "connected\n":
            raise RuntimeError("no connection: " + self.process.stderr.read())

    def begin(self, questions):
        self.process.stdin.write(f"{questions}\n")
        self.process.stdin.flush()

    def all_answered(self):
        return self.process.stdout.readline() == "answered\n"


def refused(console):
    """How many packets each reason has dropped, by the last statistics of the console."""
    last = console[console.rindex("packets received"):]
    return {reason: int(count) for reason, count in re.findall(r"^drop (\w+) (\d+)", last, re.M)}


def play(scene, image, _):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "outside", f"{CLIENT}/24")
    network.attach("tap1", "inside", f"{SERVER}/24")
    run("ip", "-n", network.ns("outside"), "route", "add", "10.0.0.0/24", "via", "203.0.113.1")
    # What answers the flood's SYNs must not come back: its addresses are nobody's.
    run("ip", "-n", network.ns("inside"), "route", "add", "default", "via", "10.0.0.1")
    network.start("inside", "python3", "-c", SERVE)
    wait_until(lambda: f":{ECHO_PORT}" in run(*network.inside_of("inside", "ss", "-ltn")).stdout, "the server listens")
    asker = Asker(scene)

    def flood(kind, count):
        return run(*network.inside_of("outside", "python3", "-c", FLOOD, kind, str(count)), check=False, timeout_s=60)

    for kind, count, what in (("syn", 10 * TABLE, "SYNs, ten times the flow table"), ("arp", 5000, "ARP requests"),
                              ("log", 5000, "texts to log"), ("absent", 3000, "datagrams for hosts that are not there")):
        asker.begin(200)
        done = flood(kind, count)
        scene.expect(f"every question is answered under a flood of {what}", asker.all_answered() and done.returncode == 0,
                     done.stderr)

    image.wait_for("log texts lost")
    image.wait_for("ct_full: ")
    # What was half-open is gone after ten seconds, and there is room again.
    wait_until(lambda: run(*network.inside_of("outside", "python3", "-c",
                                              f"import socket; socket.create_connection(('{SERVER}', {ECHO_PORT}), 1)"),
                           check=False).returncode == 0, "a new connection is let in", timeout_s=30)
    scene.expect("a new connection is let in when the flood is over", True)

    run("ip", "-n", network.ns("inside"), "link", "set", "tap1", "down")
    flood("absent", 100)
    run("ip", "-n", network.ns("inside"), "link", "set", "tap1", "up")
    run("ip", "-n", network.ns("inside"), "route", "replace", "default", "via", "10.0.0.1")
    asker.begin(50)
    scene.expect("a server that was gone and is back answers again", asker.all_answered())

    console = image.power_off()
    drops = refused(console)
    # Half of the table is for half-open flows, and some of the answers that nobody waits for are refused as well.
    scene.expect("at most half of the table was half-open", drops.get("ct_full", 0) >= 10 * TABLE - TABLE // 2, str(drops))
    scene.expect("what waited for absent hosts was dropped by name", drops.get("arp_full", 0) + drops.get("arp_failed", 0) > 0,
                 str(drops))
    scene.expect("the counters balance", "UNBALANCED" not in console, console[-2000:])
    print("".join(f"     {line}\n" for line in console.splitlines() if re.match(r"(packets|hit|drop) ", line)), end="")


if __name__ == "__main__":
    sys.exit(main(Scene, play))
