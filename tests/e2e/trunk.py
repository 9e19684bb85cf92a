#!/usr/bin/env python3
"""samples/12-vlan-trunk.nacl as an image on a trunk: the hosts of three VLANs are played on the raw TAP, frame by frame, since
few kernels in a test have 802.1Q; behind the uplink is a host as any other.

usage: trunk.py NACLC POLICY
"""

import re
import select
import socket
import struct
import sys
import time

from network import in_namespace, run
from scene import Scene, main

UPLINK_HOST, NIC = "203.0.113.1", bytes.fromhex("5254006e6100")
TPID, IPV4, ARP = 0x8100, 0x0800, 0x0806
ICMP, TCP = 1, 6
FIN, SYN, ACK = 1, 2, 16


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, socket.inet_aton(source),
                       socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def echo(kind, number, data):
    head = struct.pack("!BBHHH", kind, 0, 0, 7, number)
    return head[:2] + struct.pack("!H", checksum(head + data)) + head[4:] + data


def segment(source, destination, ports, sequence, acknowledged, flags, data=b""):
    head = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, flags, 65535, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!HH", TCP, len(head + data))
    return head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:] + data


class Trunk:
    """The raw end of a TAP, and the hosts on it: each is in one VLAN, and answers ARP there only."""

    def __init__(self, network, name, tap):
        with in_namespace(network.ns(name)):
            self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self.wire.setsockopt(263, 8, 1)  # SOL_PACKET, PACKET_AUXDATA: the kernel takes tags out of frames
            self.wire.bind((tap, 0))
        self.hosts = {}
        self.asked = []

    def add(self, address, vlan):
        """Its MAC says who it is."""
        self.hosts[address] = (vlan, b"\x02" + bytes([vlan]) + socket.inet_aton(address))

    def send(self, vlan, source_mac, kind, payload, destination=NIC):
        tag = struct.pack("!HH", TPID, vlan) if vlan else b""
        self.wire.send((destination + source_mac + tag + struct.pack("!H", kind) + payload).ljust(60, b"\0"))

    def send_ip(self, source, destination, protocol, payload, vlan=None):
        home, mac = self.hosts[source]
        self.send(home if vlan is None else vlan, mac, IPV4, ipv4(source, destination, protocol, payload))

    def receive(self):
        """The next frame that the image sends: its VLAN, destination, EtherType and payload."""
        frame, extra, flags, sender = self.wire.recvmsg(4096, 256)
        if sender[2] == socket.PACKET_OUTGOING:
            return None
        vlan = 0
        for _, _, data in extra:
            status, tci = struct.unpack("=I12xH", data[:18])
            if status & 16:  # TP_STATUS_VLAN_VALID
                vlan = tci
        kind, payload = struct.unpack("!H", frame[12:14])[0], frame[14:]
        if kind == TPID:
            vlan, kind = struct.unpack("!HH", payload[:4])
            payload = payload[4:]
        return vlan, frame[:6], kind, payload

    def answer_arp(self, vlan, message):
        asker, asker_ip, wanted = message[8:14], message[14:18], socket.inet_ntoa(message[24:28])
        self.asked.append((vlan, wanted))
        home, mac = self.hosts.get(wanted, (None, None))
        if home == vlan and message[6:8] == b"\0\1":
            self.send(vlan, mac, ARP, message[:6] + b"\0\2" + mac + message[24:28] + asker + asker_ip, asker)

    def expect(self, timeout_s=5):
        """The next IPv4 packet for one of the hosts: its VLAN, IPv4 header and payload. None when none comes."""
        deadline = time.monotonic() + timeout_s
        while select.select([self.wire], [], [], max(0, deadline - time.monotonic()))[0]:
            seen = self.receive()
            if seen is None:
                continue
            vlan, to, kind, payload = seen
            if kind == ARP:
                self.answer_arp(vlan, payload)
            elif kind == IPV4:
                head, data = payload[:20], payload[20:struct.unpack("!H", payload[2:4])[0]]
                host, mac = self.hosts.get(socket.inet_ntoa(head[16:20]), (None, None))
                if to == mac and vlan == host:
                    return vlan, head, data
        return None


def addresses(head):
    return socket.inet_ntoa(head[12:16]), socket.inet_ntoa(head[16:20])


def check_ping(scene, trunk, source, destination, data):
    """An echo request from one host of the trunk, answered by whoever it is for."""
    trunk.send_ip(source, destination, ICMP, echo(8, 1, data))
    if destination in trunk.hosts:
        request = trunk.expect()
        scene.expect(f"{destination} gets the ping from {source} in its VLAN",
                     request and addresses(request[1]) == (source, destination) and request[2] == echo(8, 1, data))
        trunk.send_ip(destination, source, ICMP, echo(0, 1, data))
    reply = trunk.expect()
    scene.expect(f"{source} gets the answer of {destination}",
                 reply and addresses(reply[1]) == (destination, source) and reply[2] == echo(0, 1, data))


def check_handshake(scene, trunk, client, server):
    """TCP between two VLANs: handshake, a request, an answer, and the end."""
    ports = (40000, 443)

    def says(source, destination, its_ports, sequence, acknowledged, flags, data=b""):
        sent = segment(source, destination, its_ports, sequence, acknowledged, flags, data)
        trunk.send_ip(source, destination, TCP, sent)
        got = trunk.expect()
        return got is not None and addresses(got[1]) == (source, destination) and got[2] == sent and got[1][8] == 63

    back = ports[::-1]
    steps = [says(client, server, ports, 100, 0, SYN), says(server, client, back, 900, 101, SYN | ACK),
             says(client, server, ports, 101, 901, ACK), says(client, server, ports, 101, 901, ACK, b"q" * 1460),
             says(server, client, back, 901, 1561, ACK, b"a" * 1460), says(client, server, ports, 1561, 2361, FIN | ACK)]
    scene.expect(f"TCP from {client} to {server}, segments of full size included", all(steps), str(steps))


def play(scene, image, _):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "inside")
    network.attach("tap1", "outside", f"{UPLINK_HOST}/24")
    run("ip", "-n", network.ns("outside"), "route", "add", "10.0.0.0/8", "via", "203.0.113.2")
    trunk = Trunk(network, "inside", "tap0")
    staff, guest, server = "10.0.10.5", "10.0.20.9", "10.0.30.8"
    for address, vlan in ((staff, 10), (guest, 20), (server, 30)):
        trunk.add(address, vlan)

    check_ping(scene, trunk, staff, "10.0.10.1", b"x" * 1472)
    check_ping(scene, trunk, staff, UPLINK_HOST, b"y" * 56)
    check_ping(scene, trunk, guest, UPLINK_HOST, b"z" * 1472)
    check_handshake(scene, trunk, staff, server)

    trunk.send_ip(guest, server, ICMP, echo(8, 2, b""))
    refused = trunk.expect()
    scene.expect("a guest is told that it may not reach the servers",
                 refused and refused[0] == 20 and refused[2][:2] == bytes([3, 13]))
    for vlan, what in ((99, "unknown"), (0, "no")):
        trunk.send_ip(staff, UPLINK_HOST, ICMP, echo(8, 3, b""), vlan=vlan)
        scene.expect(f"{what} VLAN: nothing comes back", trunk.expect(1) is None)
    scene.expect("neighbours were asked for in their own VLAN",
                 set(trunk.asked) <= {(vlan, address) for address, (vlan, _) in trunk.hosts.items()}, str(trunk.asked))

    console = image.power_off()
    scene.expect("the counters balance", "UNBALANCED" not in console, console[-2000:])
    unknown = re.search(r"^drop unknown_vlan (\d+)", console, re.M)
    scene.expect("frames of no VLAN of ours are counted", unknown and int(unknown.group(1)) >= 2, console[-2000:])
    print("".join(f"     {line}\n" for line in console.splitlines() if re.match(r"(packets|hit|drop) ", line)), end="")


if __name__ == "__main__":
    sys.exit(main(Scene, play))
