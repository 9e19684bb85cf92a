#!/usr/bin/env python3
"""tests/e2e/office.nacl as an image between an office and the world, used by the programs that one would try on it: traceroute,
iperf3, dig and dnsmasq, nmap, hping3, fragments made by hand, rsyslogd; and tcpdump on both sides looks at every checksum.

usage: peers.py NACLC POLICY
"""

import json
import re
import socket
import struct
import subprocess
import sys

from network import run, wait_until
from scene import Scene, main

WEB, PUBLIC, CLIENT, SERVER, GATEWAY = "203.0.113.7", "203.0.113.1", "10.0.0.9", "10.0.0.5", "10.0.0.1"
FAR = "198.51.100.9"  # one hop behind WEB, whose loopback has it
LOG_PORT, OPEN_PORT = 5514, 8080

# Sends raw datagrams: those on standard input, one a line, in hexadecimal.
SEND_RAW = """
import socket, sys
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for line in sys.stdin:
    datagram = bytes.fromhex(line)
    raw.sendto(datagram, (socket.inet_ntoa(datagram[16:20]), 0))
"""

# What rsyslogd writes of each datagram: as it came, and then as whose message it understands it.
RSYSLOG = f"""
module(load="imudp")
template(name="both" type="string" string="%rawmsg%\\t%hostname% %app-name% %syslogfacility-text% %syslogseverity-text%\\n")
ruleset(name="all") {{{{ action(type="omfile" file="{{file}}" template="both") }}}}
input(type="imudp" address="{WEB}" port="{LOG_PORT}" ruleset="all")
"""


class Office(Scene):
    def run(self, where, *command, timeout_s=60):
        return run(*self.network.inside_of(where, *command), check=False, timeout_s=timeout_s)

    def expect_route(self, name, *options):
        """Both hops of the way to FAR answer a traceroute of that kind."""
        done = self.run("inside", "traceroute", "-n", "-q", "1", "-w", "2", "-m", "3", "-s", CLIENT, *options, FAR)
        hops = re.findall(r"^ *\d+  (\S+)", done.stdout, re.M)
        self.expect(f"{name} names the appliance and the host behind it", hops == [GATEWAY, FAR], done.stdout + done.stderr)

    def nmap(self, *options, ports=f"22,{OPEN_PORT}"):
        """The state that nmap tells of each port of the public address."""
        done = self.run("outside", "nmap", "-n", "-Pn", "--max-retries", "1", "-T4", "--host-timeout", "30s", "-p", ports,
                        *options, PUBLIC)
        return {int(port): state for port, state in re.findall(r"^(\d+)(?:/\w+)? +(\S+)", done.stdout, re.M)}


def start_captures(scene):
    """What each host gets from the image, in a file a host."""
    files = {}
    for name, tap in (("outside", "tap0"), ("inside", "tap1")):
        files[name] = scene.folder / f"{name}.pcap"
        process = scene.network.start(name, "tcpdump", "-i", tap, "-Q", "in", "-s", "0", "-U", "-w", str(files[name]),
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if "listening" not in process.stderr.readline():
            raise RuntimeError("tcpdump does not listen")
    return files


def expect_sound_checksums(scene, files):
    for name, file in files.items():
        text = run("tcpdump", "-n", "-vv", "-r", str(file), timeout_s=120).stdout
        packets = len(re.findall(r"^\S+ (IP|ARP)", text, re.M))
        wrong = [line for line in text.splitlines() if re.search(r"bad.{0,10}cksum|cksum.*incorrect|wrong", line)]
        scene.expect(f"tcpdump finds no bad checksum {name} in {packets} packets", packets > 1000 and not wrong,
                     str(wrong[:3]))


def trace(scene):
    scene.expect_route("traceroute by UDP", "-U")
    scene.expect_route("traceroute by ICMP", "-I")
    scene.expect_route("traceroute by TCP", "-T", "-p", "80")


def measure(scene):
    """iperf3 through masquerading, both ways."""
    scene.network.start("outside", "iperf3", "-s", "-B", WEB, stdout=subprocess.DEVNULL)
    wait_until(lambda: str(5201) in scene.run("outside", "ss", "-ltn").stdout, "iperf3 listens")

    def iperf3(*options):
        done = scene.run("inside", "iperf3", "-J", "-c", WEB, "-B", CLIENT, *options)
        return json.loads(done.stdout)["end"] if done.returncode == 0 else {"error": done.stdout + done.stderr}

    for name, options in (("up", ()), ("down", ("-R",))):
        end = iperf3("-n", "20M", *options)
        # What is still on its way when the sender is done is not counted as received.
        got = end.get("sum_received", {}).get("bytes", 0)
        scene.expect(f"iperf3 sends 20 MB by TCP, {name}", got >= 10_000_000, str(end)[:500])
    end = iperf3("-u", "-b", "4M", "-l", "1000", "-n", "1M")
    summed = end.get("sum", {})
    scene.expect("iperf3 by UDP loses at most one packet of a hundred",
                 summed.get("packets", 0) >= 1000 and summed.get("lost_packets", 9999) <= summed["packets"] / 100,
                 str(end)[:500])


def resolve(scene):
    scene.network.start("outside", "dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--no-daemon", "--port=53",
                        f"--listen-address={WEB}", "--bind-interfaces", f"--address=/office.test/{FAR}",
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def dig(*options):
        return scene.run("inside", "dig", "+short", "+time=2", "+tries=1", "-b", CLIENT, *options, "www.office.test",
                         f"@{WEB}").stdout.strip()

    wait_until(lambda: dig() == FAR, "a name is resolved through masquerading")
    scene.expect("a name is resolved through masquerading by TCP, too", dig("+tcp") == FAR)


def scan(scene):
    """No scan learns of anything but the one port that is forwarded; RFC 9293's oddities pass nothing."""
    closed, silent = "filtered", "open|filtered"
    for name, options, expected in (("SYN scan", "-sS", {22: closed, OPEN_PORT: "open"}),
                                    ("connect scan", "-sT", {22: closed, OPEN_PORT: "open"}),
                                    ("null scan", "-sN", {22: silent, OPEN_PORT: silent}),
                                    ("Xmas scan", "-sX", {22: silent, OPEN_PORT: silent})):
        found = scene.nmap(options)
        scene.expect(f"nmap's {name} finds {expected}", found == expected, str(found))
    found = scene.nmap("-sU", ports="53,123")
    scene.expect("nmap's UDP scan finds nothing", found == {53: silent, 123: silent}, str(found))
    found = scene.nmap("-sO", ports="47,50,132")
    scene.expect("nmap's protocol scan finds nothing", set(found.values()) == {silent}, str(found))


def start_log_server(scene):
    """rsyslogd with a configuration of its own; returns the file that it writes."""
    log, config = scene.folder / "syslog", scene.folder / "rsyslog.conf"
    log.touch()
    config.write_text(RSYSLOG.format(file=log))
    scene.network.start("outside", "rsyslogd", "-n", "-f", str(config), "-i", str(scene.folder / "rsyslog.pid"),
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: str(LOG_PORT) in scene.run("outside", "ss", "-lun").stdout, "rsyslogd listens")
    return log


def craft(scene):
    """hping3: a SYN is answered, and so is none that is odd or cut into pieces."""
    def answers(count, *options):
        done = scene.run("outside", "hping3", "-c", count, "-i", "u50000", "-n", "-q", "-p", str(OPEN_PORT), *options, PUBLIC)
        return re.findall(r"(\d+) packets received", done.stdout + done.stderr)

    # One in pieces only: hping3's next would have the same identification.
    for name, count, options, expected in (("SYN", "3", ("-S",), "3"), ("SYN with FIN", "3", ("-S", "-F"), "0"),
                                           ("SYN in pieces of 16 bytes", "1", ("-S", "-f"), "0")):
        got = answers(count, *options)
        scene.expect(f"hping3 sends {count} {name}, and gets {expected} answers", got == [expected], str(got))


def datagram(payload, offset_units, more, protocol=socket.IPPROTO_TCP, identification=77):
    flags_offset = (0x2000 if more else 0) | offset_units
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identification, flags_offset, 64, protocol, 0,
                       socket.inet_aton(WEB), socket.inet_aton(PUBLIC)) + payload


def send_fragments(scene):
    """Those by which filters have been got past; returns how many drops of each reason they must make."""
    syn = struct.pack("!HHLLBBHHH", 40000, OPEN_PORT, 1, 0, 0x50, 2, 1024, 0, 0)
    tiny = [datagram(syn[:8], 0, True, identification=1)]
    behind_tiny = [datagram(syn[8:], 1, False, identification=2)]
    overlapping = [datagram(syn + bytes(4), 0, True, identification=3), datagram(bytes(8), 2, False, identification=3)]
    too_long = [datagram(bytes(800), 8189, False, identification=4)]
    lines = "".join(f"{each.hex()}\n" for each in tiny + behind_tiny + overlapping + too_long)
    done = subprocess.run(scene.network.inside_of("outside", "python3", "-c", SEND_RAW), input=lines, text=True,
                          capture_output=True, timeout=30)
    scene.expect("fragments can be sent", done.returncode == 0, done.stderr)
    # One more tiny one is hping3's.
    return {"fragment_tiny": 3, "fragment_overlap": 2, "fragment_too_long": 1}


def play(scene, image, _):
    network = scene.network
    image.wait_for("ready in ")
    network.attach("tap0", "outside", f"{WEB}/24")
    network.attach("tap1", "inside", f"{CLIENT}/24", f"{SERVER}/24")
    run("ip", "-n", network.ns("outside"), "address", "add", f"{FAR}/32", "dev", "lo")
    run("ip", "-n", network.ns("inside"), "route", "add", "default", "via", GATEWAY)
    log = start_log_server(scene)
    captures = start_captures(scene)
    scene.serve("inside", SERVER, 80)

    trace(scene)
    resolve(scene)
    measure(scene)
    scan(scene)
    craft(scene)
    drops = send_fragments(scene)
    wait_until(lambda: "knock" in log.read_text(), "the log server has written something")
    messages = [line.split("\t") for line in log.read_text().splitlines()]
    lines = [message[0] for message in messages]
    scene.expect("rsyslogd understands whose messages they are", len(messages) > 0 and all(
        re.fullmatch(r"office nacl user (warning|notice|info)", message[1]) for message in messages), str(messages[:3]))
    knocks = [line for line in lines if f"knock {WEB} 22" in line]
    scene.expect("the log server heard of nmap's knocking", len(knocks) >= 2, str(lines[:5]))
    # RFC 5424: facility user (8) and severity notice (5); no time, since there is no clock of day.
    scene.expect("in the form of RFC 5424", all(re.fullmatch(r"<13>1 - office nacl - - - knock \S+ \d+", line)
                                                for line in knocks), str(knocks[:2]))

    # The Timer told a second after the boot: severity info (6).
    reports = [line.removeprefix("<14>1 - office nacl - - - ") for line in lines if line.startswith("<14>")]
    scene.expect("the log server has the Timer's statistics", any(line.startswith("policy office ") for line in reports) and
                 any(re.fullmatch(r"memory flows \d+ of 65536 .*", line) for line in reports), str(reports))

    console = image.power_off()
    expect_sound_checksums(scene, captures)
    scene.expect("the counters balance", "UNBALANCED" not in console, console[-2000:])
    for reason, count in drops.items():
        found = re.search(rf"^drop {reason} (\d+)", console, re.M)
        scene.expect(f"{count} drops are {reason}", found is not None and int(found.group(1)) == count, console[-2000:])
    found = re.search(r"^drop tcp_flags (\d+)", console, re.M)
    scene.expect("null and Xmas segments are dropped by name", found is not None and int(found.group(1)) >= 4)
    print("".join(f"     {line}\n" for line in console.splitlines() if re.match(r"(packets|hit|drop) ", line)), end="")


if __name__ == "__main__":
    sys.exit(main(Office, play))
