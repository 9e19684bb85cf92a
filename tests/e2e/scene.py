"""What the end-to-end tests share: a policy's image between two namespaces, programs in them, and what is expected.

usage of each test: TEST.py NACLC POLICY
"""

import hashlib
import os
import pathlib
import re
import sys
import tempfile

from network import Image, Network, Skip, run, wait_until

SKIPPED = 77  # what ctest takes for a skip


class Scene:
    def __init__(self, network, folder):
        self.network = network
        self.folder = folder
        self.failures = []

    def expect(self, what, holds, details=""):
        print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
        if not holds:
            self.failures.append(f"{what} {details}".strip())

    def ping(self, where, source, destination, data_bytes=56):
        """How many of three pings are answered."""
        done = run(*self.network.inside_of(where, "ping", "-c", "3", "-i", "0.2", "-W", "1", "-I", source,
                                           "-s", str(data_bytes), destination), check=False)
        return re.search(r"(\d+) received", done.stdout).group(1)

    def curl(self, where, source, url):
        return run(*self.network.inside_of(
            where, "curl", "-s", "--show-error", "--interface", source, "--connect-timeout", "2", "--max-time", "60",
            "-o", str(self.folder / "got"), url), check=False, timeout_s=70)

    def expect_file(self, what, curl):
        """The file that every server has must have come."""
        wanted = hashlib.sha256((self.folder / "www" / "file").read_bytes()).hexdigest()
        got = hashlib.sha256((self.folder / "got").read_bytes()).hexdigest() if curl.returncode == 0 else curl.stderr
        self.expect(what, got == wanted, got)

    def serve(self, where, address, port):
        """A web server; returns the file that it logs its clients in."""
        log = self.folder / f"log-{where}-{port}"
        with log.open("w") as out:
            self.network.start(where, "python3", "-u", "-m", "http.server", str(port), "--bind", address,
                               "--directory", str(self.folder / "www"), stdout=-3, stderr=out)
        wait_until(lambda: run(*self.network.inside_of(where, "curl", "-s", "-o", "/dev/null",
                                                       f"http://{address}:{port}/"), check=False).returncode == 0,
                   f"the server on port {port} answers")
        return log


def main(kind, play):
    """Builds the policy's image, and lets `play(scene, image, policy)` check it; `kind` is the Scene's class."""
    naclc, policy = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "www").mkdir()
        (folder / "www" / "file").write_bytes(os.urandom(10_000_000))
        image_file = folder / "policy.elf"
        run(naclc, "build", policy, "-o", str(image_file), timeout_s=120)
        try:
            with Network() as network:
                scene = kind(network, folder)
                play(scene, Image(network, str(image_file)), policy)
        except Skip as skip:
            print(f"skipped: {skip}")
            return 1 if os.environ.get("CI") else SKIPPED
    for failure in scene.failures:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if scene.failures else 0
