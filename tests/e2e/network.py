"""Hosts in network namespaces of their own round a booted image. Everything made here is undone at the end."""

import contextlib
import ctypes
import os
import select
import subprocess
import time


class Skip(Exception):
    """What the test needs cannot be had on this machine."""


def run(*command, check=True, timeout_s=30):
    """Runs a command to its end and returns it, output and all."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done


@contextlib.contextmanager
def in_namespace(name):
    """What is opened meanwhile belongs to that namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    clone_newnet = 0x40000000
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{name}") as there:
        if libc.setns(there.fileno(), clone_newnet) != 0:
            raise Skip(f"no way into the namespace {name}")
        try:
            yield
        finally:
            libc.setns(home.fileno(), clone_newnet)


class Network:
    """Namespaces `outside` and `inside`, and `guard`, where the image runs between them."""

    def __init__(self):
        self.prefix = f"naclc{os.getpid()}"
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            for name in ("guard", "outside", "inside"):
                run("ip", "netns", "add", self.ns(name))
                self.stack.callback(run, "ip", "netns", "del", self.ns(name), check=False)
                run("ip", "-n", self.ns(name), "link", "set", "lo", "up")
            for tap in ("tap0", "tap1"):
                run("ip", "-n", self.ns("guard"), "tuntap", "add", tap, "mode", "tap")
                run("ip", "-n", self.ns("guard"), "link", "set", tap, "up")
        except (RuntimeError, FileNotFoundError) as error:
            self.stack.close()
            raise Skip(f"no network namespaces or TAP devices: {error}") from error
        return self

    def __exit__(self, *_):
        self.stack.close()

    def ns(self, name):
        return f"{self.prefix}-{name}"

    def inside_of(self, name, *command):
        """The command as it runs in that namespace."""
        return ("ip", "netns", "exec", self.ns(name), *command)

    def start(self, name, *command, **options):
        """Starts a process in a namespace; it is ended, by its id, with the network."""
        process = subprocess.Popen(self.inside_of(name, *command), **options)

        def end():
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

        self.stack.callback(end)
        return process

    def attach(self, tap, name, *addresses):
        """Moves a TAP into a namespace; the image keeps its other end."""
        run("ip", "-n", self.ns("guard"), "link", "set", tap, "netns", self.ns(name))
        for address in addresses:
            run("ip", "-n", self.ns(name), "address", "add", address, "dev", tap)
        run("ip", "-n", self.ns(name), "link", "set", tap, "up")


class Image:
    """A booted image and its console."""

    def __init__(self, network, path, machine="microvm"):
        nic = "virtio-net-device" if machine == "microvm" else "virtio-net-pci"
        command = ["qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-m", "16", "-kernel", path,
                   "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
                   "-global", "virtio-mmio.force-legacy=false"]
        for n in range(2):
            command += ["-netdev", f"tap,id=n{n},ifname=tap{n},script=no,downscript=no",
                        "-device", f"{nic},netdev=n{n},mac=52:54:00:6e:61:{n:02x}"]
        self.process = network.start("guard", *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.console = ""

    def wait_for(self, text, timeout_s=30):
        """Reads the console until the text has come."""
        deadline = time.monotonic() + timeout_s
        while text not in self.console:
            if time.monotonic() > deadline or (self.process.poll() is not None and not self._read()):
                raise RuntimeError(f"the console never said {text!r}:\n{self.console}")
            select.select([self.process.stdout], [], [], 0.1)
            self._read()

    def power_off(self):
        """Asks for it on the console, reads the rest, and returns everything that was ever said."""
        self.process.stdin.write(b"q")
        self.process.stdin.flush()
        deadline = time.monotonic() + 30
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the image did not power off")
            select.select([self.process.stdout], [], [], 0.1)
            self._read()
        self._read()
        return self.console

    def _read(self):
        got = self.process.stdout.read()
        if got:
            self.console += got.decode(errors="replace")
        return got


def wait_until(condition, what, timeout_s=20):
    """Asks until the condition holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"never came true: {what}")
        time.sleep(0.05)
