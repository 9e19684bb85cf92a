"""An image in QEMU: its console, its NICs, its end. Everything waits for a condition, with a bound."""
import fcntl
import os
import re
import select
import socket
import struct
import subprocess
import time

QEMU = "qemu-system-x86_64"
PATIENCE_S = 60
EXIT_OFF = 33   # unikernel/poweroff.hpp
EXIT_FAIL = 35


def mac(index):
    return bytes([0x52, 0x54, 0, 0, 0, index + 1])


class Guest:
    """Starts QEMU with `nics` NICs, each on one end of a socket pair; the other ends are in `wires`."""

    def __init__(self, machine, image, nics=2, debug_exit=True, memory_mib=16, options=(), reboot=False):
        command = [QEMU, "-M", machine, "-accel", "tcg", "-m", str(memory_mib), "-nodefaults",
                   "-display", "none", "-serial", "stdio", "-kernel", image]
        if not reboot:
            command.append("-no-reboot")
        device = "virtio-net-pci"
        if machine.startswith("microvm"):
            command += ["-global", "virtio-mmio.force-legacy=false"]
            device = "virtio-net-device"
        if debug_exit:
            command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        command += options
        self.wires = []
        theirs = []
        for index in range(nics):
            our_end, their_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.wires.append(our_end)
            theirs.append(their_end)
            command += ["-netdev", f"dgram,id=n{index},local.type=fd,local.str={their_end.fileno()}",
                        "-device", f"{device},netdev=n{index},mac={mac(index).hex(':')}"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, pass_fds=[end.fileno() for end in theirs])
        for end in theirs:
            end.close()
        os.set_blocking(self.process.stdout.fileno(), False)
        self.console = ""
        self.patience(PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def narrow_console(self):
        """From here on the console stands still as soon as 4 KiB, less than its ring holds, are not read."""
        fcntl.fcntl(self.process.stdout, fcntl.F_SETPIPE_SZ, 4096)

    def patience(self, seconds):
        """All that follows may take this long."""
        self.deadline = time.monotonic() + seconds

    def left_s(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"gave up; the console says:\n{self.console}")
        return left

    def read_console(self):
        """Waits for more text; false at the end of it."""
        select.select([self.process.stdout], [], [], self.left_s())
        text = self.process.stdout.read()
        self.console += (text or b"").decode(errors="replace")
        return text != b""

    def expect(self, pattern):
        """Waits until the console shows the pattern, and forgets what came up to it."""
        while not (match := re.search(pattern, self.console)):
            if not self.read_console():
                raise AssertionError(f"ended without /{pattern}/; the console says:\n{self.console}")
        self.console = self.console[match.end():]
        return match

    def type(self, keys):
        self.process.stdin.write(keys.encode())
        self.process.stdin.flush()

    def exit_code(self):
        while self.read_console():
            pass
        return self.process.wait(self.left_s())

    def send(self, wire, frame):
        self.wires[wire].settimeout(self.left_s())
        self.wires[wire].send(frame)

    def receive(self, wire):
        self.wires[wire].settimeout(self.left_s())
        return self.wires[wire].recv(65536)


class Door:
    """The test door as seen from one wire (unikernel/door.hpp)."""
    ETHER_TYPE = 0x88b5
    SYNC, CLOCK, POWEROFF, SYNCED, REPORT = 1, 2, 3, 129, 130
    END_OF_TEXTS = 0xffff

    def __init__(self, guest, wire):
        self.guest, self.wire, self.token = guest, wire, 0

    def send(self, op, body=b""):
        frame = b"\xff" * 6 + mac(99) + struct.pack(">HB", self.ETHER_TYPE, op) + body
        self.guest.send(self.wire, frame.ljust(60, b"\0"))

    def clock(self, ns):
        self.send(self.CLOCK, struct.pack(">Q", ns))

    def sync(self):
        """Returns the data frames that came before the answer, the log texts, and the counters' text."""
        self.token += 1
        self.send(self.SYNC, struct.pack(">I", self.token))
        frames, report, length = [], b"", None
        while length is None or len(report) < length:
            frame = self.guest.receive(self.wire)
            if frame[12:14] != struct.pack(">H", self.ETHER_TYPE):
                assert length is None, "a data frame after the answer"
                frames.append(frame)
                continue
            op, token, number = struct.unpack(">BII", frame[14:23])
            assert token == self.token
            if op == self.SYNCED:
                length = number
            else:
                assert op == self.REPORT and number == len(report)
                report += frame[23:]
        assert len(report) == length
        texts = []
        while (size := struct.unpack_from(">H", report)[0]) != self.END_OF_TEXTS:
            texts.append(report[3:3 + size])  # behind the length and the severity
            report = report[3 + size:]
        return frames, texts, report[2:].decode()
