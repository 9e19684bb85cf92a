#!/usr/bin/env python3
"""samples/13-load-balancer.nacl as an image in front of three web servers: many connections, spread evenly; one server
killed and restarted under load; and a server whose host falls silent.

usage: balancer.py NACLC POLICY
"""

import re
import sys

from network import run, wait_until
from scene import Scene, main

CLIENT, FRONT, INNER = "203.0.113.9", "203.0.113.2", "10.0.0.1"
SERVERS = [("10.0.0.11", 8080), ("10.0.0.12", 8080), ("10.0.0.13", 8081)]

# Says who it is to everyone who connects, and who that was to its log.
SERVER = """
import socket, sys
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), backlog=64)
print("ready", flush=True)
while True:
    connection, peer = listener.accept()
    print(peer[0], flush=True)
    try:
        connection.recv(100)
        connection.sendall(sys.argv[1].encode())
    except OSError:
        pass
    connection.close()
"""

# Connects so many times, one after the other, or at some pace until it is ended; prints who has answered, or why nobody.
CLIENT_OF_MANY = """
import itertools, socket, sys, time
for _ in range(int(sys.argv[2])) if len(sys.argv) > 2 else itertools.count():
    try:
        with socket.create_connection((sys.argv[1], 80), timeout=2) as connection:
            connection.sendall(b"who?")
            print(connection.recv(100).decode() or "closed", flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
    time.sleep(0 if len(sys.argv) > 2 else 0.01)
"""


class Balanced(Scene):
    def start_server(self, number):
        address, port = SERVERS[number]
        log = self.folder / f"server-{number}"
        with log.open("w") as out:
            process = self.network.start("inside", "python3", "-c", SERVER, address, str(port), stdout=out)
        wait_until(lambda: "ready" in log.read_text(), f"{address} listens")
        return process

    def peers_of(self, number):
        return set((self.folder / f"server-{number}").read_text().split()) - {"ready"}

    def connect(self, times):
        """Who answers so many connections, one after the other."""
        done = run(*self.network.inside_of("outside", "python3", "-c", CLIENT_OF_MANY, FRONT, str(times)), timeout_s=60)
        return done.stdout.split()

    def start_load(self):
        """Connections without end. Returns what tells who has answered so far."""
        log = self.folder / "load"
        with log.open("w") as out:
            self.network.start("outside", "python3", "-c", CLIENT_OF_MANY, FRONT, stdout=out)
        return lambda: log.read_text().split()


def lost(words):
    """Those of them that no server has answered."""
    return [word for word in words if not word.startswith("10.")]


def play_even(scene):
    got = scene.connect(90)
    for number, (address, _) in enumerate(SERVERS):
        scene.expect(f"{address} has a third of all connections", got.count(address) == 30, str(got))
        scene.expect(f"{address} sees the inner address", scene.peers_of(number) == {INNER}, str(scene.peers_of(number)))


def play_refusal(scene, load, victim):
    """The process is killed: its host refuses what still comes."""
    address = SERVERS[1][0]
    wait_until(lambda: load().count(address) > 10, "the load is on")
    before = len(load())
    victim.terminate()
    victim.wait(5)
    gone = len(load())
    wait_until(lambda: len(load()) > gone + 60, "the load goes on")
    since = load()
    scene.expect("few connections are lost: one that is open, one that is refused, perhaps one that tries again",
                 len(lost(since[before:])) <= 3, str(since[before:]))
    scene.expect("the server is left out", address not in since[gone + 3:], str(since[before:]))
    scene.start_server(1)
    wait_until(lambda: load()[len(since):].count(address) > 10, "it comes back")


def play_silence(scene, load):
    """A host whose address is gone: nobody answers what comes to it."""
    address = SERVERS[2][0]
    inside = scene.network.ns("inside")
    before = len(load())
    run("ip", "-n", inside, "address", "del", f"{address}/24", "dev", "tap1")
    wait_until(lambda: lost(load()[before:]), "a connection meets it")
    wait_until(lambda: len(load()) > before + 60 and not lost(load()[-30:]), "the load goes on")
    since = load()
    scene.expect("few connections are lost", len(lost(since[before:])) <= 4, str(since[before:]))
    scene.expect("the server is left out", address not in since[-30:], str(since[before:]))
    run("ip", "-n", inside, "address", "add", f"{address}/24", "dev", "tap1")
    wait_until(lambda: load()[len(since):].count(address) > 10, "it comes back")


def play(scene, image, _):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "outside", f"{CLIENT}/24")
    network.attach("tap1", "inside", *(f"{address}/24" for address, _ in SERVERS))
    servers = [scene.start_server(number) for number in range(len(SERVERS))]
    play_even(scene)
    load = scene.start_load()
    play_refusal(scene, load, servers[1])
    play_silence(scene, load)
    console = image.power_off()
    scene.expect("the counters balance", "UNBALANCED" not in console, console[-2000:])
    scene.expect("no limit was met", "drop limit_full" not in console, console[-2000:])
    print("".join(f"     {line}\n" for line in console.splitlines() if re.match(r"(packets|hit|drop|lb) ", line)), end="")


if __name__ == "__main__":
    sys.exit(main(Balanced, play))
