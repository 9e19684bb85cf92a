#!/usr/bin/env python3
"""tests/e2e/dhcp.nacl as an image whose uplink hears nobody, then a server with short leases that takes them back, then
dnsmasq, whose first choice is an address that another host has.

usage: dhcp.py NACLC POLICY
"""

import pathlib
import shutil
import sys

from network import Skip, run
from scene import Scene, main

FALLBACK, SHORT, PROVIDER, CLIENT = "192.0.2.10", "10.20.0.55", "10.30.0.1", "192.168.1.2"
TAKEN = "10.30.0.49"
HERE = pathlib.Path(__file__).parent


def expect_address(scene, address):
    """The uplink answers for that address, and masquerades with it."""
    peer = address.rsplit(".", 1)[0] + ".1"
    scene.expect(f"{address} answers pings", scene.ping("outside", peer, address) == "3")
    scene.expect(f"pings from inside pass as {address}", scene.ping("inside", CLIENT, peer) == "3")


def play(scene, image, _):
    network = scene.network
    if shutil.which("dnsmasq") is None:
        raise Skip("no dnsmasq")
    image.wait_for("ready in ")
    network.attach("tap0", "outside", "192.0.2.1/24", "10.20.0.1/24", f"{PROVIDER}/24")
    network.attach("tap1", "inside", f"{CLIENT}/24")
    run("ip", "-n", network.ns("inside"), "route", "add", "default", "via", "192.168.1.1")

    image.wait_for("dhcp uplink: no lease, falls back to 192.0.2.10/255.255.255.0")
    expect_address(scene, FALLBACK)

    log = scene.folder / "server"
    with log.open("w") as out:
        server = network.start("outside", "python3", "-u", str(HERE / "dhcp_server.py"), "tap0", "10.20.0.1", SHORT,
                               "4", "2", stdout=out)
    image.wait_for(f"dhcp uplink: leased {SHORT}/255.255.255.0 by 10.20.0.1 for 4 s, gateway 10.20.0.1", 60)
    expect_address(scene, SHORT)
    image.wait_for(f"dhcp uplink: renewed {SHORT}", 60)
    image.wait_for(f"dhcp uplink: lost {SHORT}: the server takes it back", 60)
    server.wait(10)
    said = log.read_text()
    scene.expect("renewals go from the address to its server", f"3 from {SHORT}: 5" in said, said)

    # The network of the lost lease is another one than the next, so that nothing of it may stick.
    run("ip", "-n", network.ns("outside"), "address", "add", f"{TAKEN}/32", "dev", "lo")
    uplink_mac = "52:54:00:6e:61:00"
    network.start("outside", "dnsmasq", "--keep-in-foreground", "--user=root", "--conf-file=/dev/null", "--port=0", "--no-ping",
                  "--interface=tap0", "--bind-interfaces", "--dhcp-authoritative",
                  f"--dhcp-leasefile={scene.folder / 'leases'}", "--dhcp-range=10.30.0.50,10.30.0.50,255.255.255.0,2m",
                  f"--dhcp-host={uplink_mac},{TAKEN}",
                  "--dhcp-option=option:dns-server,10.30.0.53", stderr=-3)
    image.wait_for(f"dhcp uplink: declined {TAKEN} by {PROVIDER}: ", 60)
    image.wait_for(f"dhcp uplink: leased 10.30.0.50/255.255.255.0 by {PROVIDER} for 120 s, gateway {PROVIDER}, "
                   "dns 10.30.0.53", 60)
    expect_address(scene, "10.30.0.50")
    scene.expect(f"{SHORT} is gone", scene.ping("outside", "10.20.0.1", SHORT) == "0")
    console = image.power_off()
    scene.expect("the counters balance", "UNBALANCED" not in console, console[-2000:])


if __name__ == "__main__":
    sys.exit(main(Scene, play))
