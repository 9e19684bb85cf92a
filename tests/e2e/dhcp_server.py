#!/usr/bin/env python3
"""A DHCP server that does as it is told: leases of a few seconds, and a refusal at the end.

usage: dhcp_server.py INTERFACE OWN_ADDRESS OFFERED_ADDRESS LEASE_S RENEWALS

Renews as often as said, then refuses once and ends. Prints a line for each message that it answers.
"""

import socket
import struct
import sys

DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6
COOKIE = bytes([0x63, 0x82, 0x53, 0x63])


def options_of(message):
    options, at = {}, 240
    while at < len(message) and message[at] != 255:
        if message[at] == 0:
            at += 1
            continue
        length = message[at + 1]
        options[message[at]] = message[at + 2:at + 2 + length]
        at += 2 + length
    return options


def reply_to(question, kind, own, offered, lease_s):
    lease = b"" if kind == NAK else (bytes([1, 4, 255, 255, 255, 0, 3, 4]) + own + bytes([51, 4]) +
                                     struct.pack("!I", lease_s))
    yours = bytes(4) if kind == NAK else offered
    return (bytes([2, 1, 6, 0]) + question[4:8] + bytes(2) + question[10:12] + bytes(4) + yours + bytes(8) +
            question[28:44] + bytes(192) + COOKIE + bytes([53, 1, kind, 54, 4]) + own + lease + b"\xff")


def main():
    interface, own_text, offered_text, lease_s, renewals = sys.argv[1:]
    own, offered = socket.inet_aton(own_text), socket.inet_aton(offered_text)
    left = int(renewals)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    server.bind(("", 67))
    while True:
        question, (source, _) = server.recvfrom(2000)
        options = options_of(question)
        kind = options.get(53, b"\0")[0]
        renewal = kind == REQUEST and question[12:16] != bytes(4)
        answer = OFFER if kind == DISCOVER else NAK if renewal and left == 0 else ACK
        to = source if renewal and answer == ACK else "255.255.255.255"
        server.sendto(reply_to(question, answer, own, offered, int(lease_s)), (to, 68))
        print(f"{kind} from {source}: {answer}", flush=True)
        left -= renewal
        if answer == NAK:
            return


if __name__ == "__main__":
    main()
