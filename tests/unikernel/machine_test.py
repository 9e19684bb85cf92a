"""Boots images and checks what they do. Usage: machine_test.py CASE MACHINE IMAGE"""
import random
import struct
import sys

from guest import EXIT_FAIL, EXIT_OFF, Door, Guest, mac

LOGGED = 0x88b6 # the stand-in data plane logs what such a frame holds

FAULTS = {
    "write": r"page fault: write to read-only memory, error 0x3, rip 0x1[0-9a-f]+, cr2 0x1",
    "execute": r"page fault: execution of data, error 0x11, rip (0x[0-9a-f]+), cr2 \1,",
    "run_stack": r"page fault: execution of data, error 0x11, rip (0x[0-9a-f]+), cr2 \1,",
    "constant": r"page fault: write to read-only memory, error 0x3, rip 0x1[0-9a-f]+, cr2 0x1",
    "run_constant": r"page fault: execution of data, error 0x11, rip (0x[0-9a-f]+), cr2 \1,",
    "guard_main": r"page fault: stack overflow into the guard page, error 0x0,",
    "guard_fault": r"page fault: stack overflow into the guard page, error 0x0,",
    "guard_double": r"page fault: stack overflow into the guard page, error 0x0,",
    "null": r"page fault: access to the null page, error 0x2, rip 0x1[0-9a-f]+, cr2 0x8,",
    "stack": r"page fault: stack overflow into the guard page, error 0x2,",
    "canary": r"assertion failed: no array reaches past its end at ",
    "check": r"assertion failed: two and two are five at tests/unikernel/fault\.cpp:\d+\n",
    # These three are walls of the processor's, which not every one has; without them another line would come, or none.
    "smep": r"page fault: execution of data, error 0x11, rip (0x[0-9a-f]+000), cr2 \1,",
    "smap": r"page fault: access to a user page, error 0x1, rip 0x1[0-9a-f]+, cr2 0x1[0-9a-f]+000,",
    "umip": r"general protection, error 0x0, rip 0x1[0-9a-f]+000,",
    "divide": r"divide error, error 0x0, rip 0x1",
}


def frame(number, size, to=0xff, ether_type=0x0800):
    """A frame that says its number, so that order and bytes can be checked."""
    body = random.Random(number).randbytes(size - 14)
    return bytes([to] * 6) + mac(50) + struct.pack(">H", ether_type) + body


def boots(machine, image):
    with Guest(machine, image) as guest:
        for index, name in enumerate(["left", "right"]):
            guest.expect(rf"NIC {index} {mac(index).hex(':')} virtio-(pci|mmio) is {name}\n")
        guest.expect(r"ready in \d+ us\n")
        guest.type("s")
        guest.expect(r"received 0\n(.*\n)*ticks [1-9]")
        guest.expect(r"\nheld_us 0\n") # nothing is sent, and nothing waited for
        guest.type("q")
        guest.expect(r"received 0\n")
        assert guest.exit_code() == EXIT_OFF


def finds_entropy(machine, image):
    """What random numbers rest on is said at boot, and a machine that gives nothing is warned about."""
    device = ["-device", "virtio-rng-device" if machine == "microvm" else "virtio-rng-pci"]
    without = ["-cpu", "max,-rdrand,-rdseed"]
    alone = "clock jitter alone: give the machine a CPU with RDRAND, or virtio-rng"
    for options, sources in [(without, alone), (without + device, "virtio-rng, clock jitter"),
                             (["-cpu", "max"], "the processor, clock jitter"),
                             (["-cpu", "max"] + device, "the processor, virtio-rng, clock jitter")]:
        with Guest(machine, image, options=options) as guest:
            guest.expect(rf"\nrandom numbers from {sources}\n")
            guest.expect(r"ready in ")
            guest.type("q")
            assert guest.exit_code() == EXIT_OFF
    seeds = set()
    for _ in range(3):
        with Guest(machine, image, options=without) as guest:
            seeds.add(guest.expect(r"\nseed (\d+)\n")[1])
    assert len(seeds) == 3, seeds


def outlives_peer(machine, image):
    """Nobody reads what leaves by one NIC: what is too much is dropped, and frames the other way go on."""
    flood = [frame(number, 1514) for number in range(2000)]
    frames = [frame(number, 60) for number in range(300)]
    with Guest(machine, image) as guest:
        guest.expect(r"ready in .*\n")
        for each in flood:
            guest.send(0, each)
        pump(guest, 1, 0, frames, 16)
        guest.type("q")
        sent, refused = map(int, guest.expect(r"received 2300\nsent (\d+)\nrefused (\d+)\n").groups())
        assert sent + refused == 2300 and sent >= 300 and refused > 0, (sent, refused)
        assert int(guest.expect(r"\nheld_us (\d+)\n")[1]) > 0
        assert guest.exit_code() == EXIT_OFF


def powers_off(machine, image):
    """Without isa-debug-exit the machine turns itself off by ACPI. A reset would only boot it again here."""
    with Guest(machine, image, debug_exit=False, reboot=True) as guest:
        guest.expect(r"ready in ")
        guest.type("q")
        assert guest.exit_code() == 0


def resets(machine, image):
    """Without ACPI either it resets itself, and -no-reboot ends QEMU."""
    with Guest(machine + ",acpi=off", image, debug_exit=False) as guest:
        guest.expect(r"ready in ")
        guest.type("q")
        assert guest.exit_code() == 0


def pump(guest, source, sink, frames, window):
    sent = 0
    for received, expected in enumerate(frames):
        while sent < len(frames) and sent - received < window:
            guest.send(source, frames[sent])
            sent += 1
        got = guest.receive(sink)
        assert got == expected, f"frame {received} of {len(expected)} bytes came as {len(got)} others"


def forwards(machine, image, *options):
    """Both ways, every byte in order, with 64 frames in flight: more than a burst, and round the rings."""
    sizes = [60, 61, 64, 127, 590, 1513, 1514]
    frames = [frame(number, sizes[number % len(sizes)]) for number in range(700)]
    with Guest(machine, image, options=options) as guest:
        guest.expect(r"ready in .*\n")
        pump(guest, 0, 1, frames, 64)
        pump(guest, 1, 0, frames, 64)
        pump(guest, 0, 1, frames[:50], 1)
        # 0x88b5 is a control frame to the test build only: the product forwards it like any other.
        pump(guest, 0, 1, [frame(1, 60, ether_type=Door.ETHER_TYPE)], 1)
        guest.send(0, logged("a log text"))
        guest.expect(r"^a log text\n")
        guest.type("q")
        guest.expect(r"received 1452\nsent 1452\nrefused 0\n")
        assert guest.exit_code() == EXIT_OFF


def wakes(machine, image):
    """One frame at a time, so that the guest sleeps before each: were NICs unable to wake it, each frame
    would have to wait for a tick of the timer."""
    frames = [frame(number, 60) for number in range(600)]
    with Guest(machine, image) as guest:
        guest.expect(r"ready in ")
        pump(guest, 0, 1, frames, 1)
        guest.type("q")
        ticks = int(guest.expect(r"refused 0\nticks (\d+)\n")[1])
        assert ticks < len(frames) / 2, ticks


def finds_behind_bridges(machine, image):
    """q35 with the second NIC behind a root port."""
    options = ["-device", "pcie-root-port,id=bridge,chassis=1,slot=1,addr=0x10",
               "-netdev", "user,id=user",
               "-device", "virtio-net-pci,bus=bridge,netdev=user,mac=52:54:00:00:00:77"]
    with Guest(machine, image, nics=1, options=options) as guest:
        guest.expect(r"NIC 1 52:54:00:00:00:77 virtio-pci is right\n")
        guest.expect(r"ready in ")


def misses_nic(machine, image):
    with Guest(machine, image, nics=1) as guest:
        guest.expect(r"Iface right needs NIC 1, which this machine lacks; it has these\n"
                     rf"  NIC 0 {mac(0).hex(':')}\nnothing is forwarded\n")
        assert guest.exit_code() == EXIT_FAIL
        assert "ready" not in guest.console


def names_twice(machine, image):
    with Guest(machine, image) as guest:
        guest.expect(rf"Ifaces left and right name the same NIC, 0 {mac(0).hex(':')}\nnothing is forwarded\n")
        assert guest.exit_code() == EXIT_FAIL


def misses_mac(machine, image):
    """The image wants its first NIC by a MAC."""
    with Guest(machine, image, nics=2) as guest:
        guest.expect(r"NIC 1 52:54:00:00:00:02 virtio-mmio is second\n")
        guest.expect(r"Iface third needs the NIC with MAC c0:01:0a:00:00:2a, which this machine lacks; "
                     rf"it has these\n  NIC 0 {mac(0).hex(':')}\n  NIC 1 {mac(1).hex(':')}\n")
        assert guest.exit_code() == EXIT_FAIL


def lacks_memory(machine, image):
    with Guest(machine, image, memory_mib=4) as guest:
        guest.expect(r"this image needs \d+ MiB of memory, the machine has [34] MiB\n")
        assert guest.exit_code() == EXIT_FAIL


def refuses_legacy(machine, image):
    """A NIC of before virtio 1 counts as missing, and the console says how to cure it."""
    old = ["-global", "virtio-mmio.force-legacy=true"] if machine == "microvm" else \
        ["-global", "virtio-net-pci.disable-modern=on"]
    with Guest(machine, image, options=old) as guest:
        guest.expect(r"is a legacy device: start QEMU with")
        guest.expect(r"it has none\nnothing is forwarded\n")
        assert guest.exit_code() == EXIT_FAIL


def logged(text):
    return bytes(12) + struct.pack(">H", LOGGED) + text.encode()


def outlives_console(machine, image):
    """Nobody reads the console, and every frame logs: frames go on all the same. Then it is read, and each
    text is there whole or counted as lost."""
    text = "x" * 1000
    with Guest(machine, image) as guest:
        guest.narrow_console()
        guest.expect(r"ready in .*\n")
        guest.patience(20)
        pump(guest, 0, 1, [logged(text)] * 500, 16)
        guest.patience(20)
        printed = lost = 0
        while printed + lost < 500:
            line = guest.expect(rf"^(?:{text}|(\d+) console texts lost)\n")
            printed, lost = (printed + 1, lost) if line[1] is None else (printed, lost + int(line[1]))
        assert printed + lost == 500 and lost > 0, (printed, lost)
        pump(guest, 0, 1, [logged(text)], 1)
        guest.expect(rf"^{text}\n")
        guest.type("q")
        guest.expect(r"^received 501\nsent 501\nrefused 0\n")
        assert guest.exit_code() == EXIT_OFF


def tells_all(machine, image):
    """Statistics longer than the console's ring come out whole."""
    lines = "".join(f"line {number}\n" for number in range(5000))
    with Guest(machine, image) as guest:
        guest.expect(r"ready in .*\n")
        guest.type("s")
        guest.expect(rf"^received 0\nsent 0\nrefused 0\nticks \d+\n{lines}")
        guest.type("q")
        guest.expect(lines)
        assert guest.exit_code() == EXIT_OFF


def powers_off_unread(machine, image):
    """The end waits for a console that nobody reads, but not for ever."""
    with Guest(machine, image) as guest:
        guest.narrow_console()
        guest.expect(r"ready in .*\n")
        guest.patience(20)
        pump(guest, 0, 1, [logged("x" * 1000)] * 200, 16)
        guest.type("q")
        assert guest.process.wait(guest.left_s()) == EXIT_OFF


def faults(machine, image):
    with Guest(machine, image, options=["-cpu", "max"]) as guest:
        guest.expect(FAULTS[image.rsplit("fault_")[-1]])
        assert guest.exit_code() == EXIT_FAIL
        assert "ready" not in guest.console


def door(machine, image):
    with Guest(machine, image) as guest:
        guest.expect(r"ready in ")
        left, right = Door(guest, 0), Door(guest, 1)
        frames = [frame(number, 100) for number in range(200)]
        for each in frames:
            guest.send(0, each)
        text = "a log text"
        guest.send(0, logged(text))
        left.clock(1_000_000)
        left.clock(2_000_000_000)
        _, texts, counters = left.sync()
        assert texts == [text.encode()], texts
        assert counters.startswith("received 201\nsent 201\nrefused 0\nticks 2\n"), counters
        # All of them have left by the other wire already, although nobody has read there so far.
        came, texts, counters = right.sync()
        assert came[:200] == frames and len(came) == 201
        assert texts == [] and "ticks 2\n" in counters
        assert guest.console.find("log text") == -1
        left.send(Door.POWEROFF)
        assert guest.exit_code() == EXIT_OFF


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
