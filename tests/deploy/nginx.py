"""Debian's nginx with our configuration, as any user, on free ports and in a folder of its own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.demo import free_port
from tests.support.requirements import missing

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy" / "nginx"
DEBIAN = Path("/etc/nginx/nginx.conf")

# Browsers find names under localhost on this machine, whatever the resolver says.
INTAKE_HOST, CASEWORK_HOST = "whistle.localhost", "casework.localhost"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Nginx:
    """Where everything is. A unix socket's path has to be short, so ``home`` has to be, too."""

    home: Path
    http: int
    https: int

    @property
    def intake(self) -> str:
        """Address of the anonymous door."""
        return f"https://{INTAKE_HOST}:{self.https}"

    @property
    def casework(self) -> str:
        """Address of the authenticated door."""
        return f"https://{CASEWORK_HOST}:{self.https}/casework"

    def socket_of(self, door: str) -> Path:
        """Return the socket on which a door is expected."""
        return self.home / f"whistle-{door}" / "socket"

    @property
    def onion(self) -> Path:
        """Return the socket on which tor is expected."""
        return self.home / "whistle-onion" / "nginx.socket"

    def logged(self) -> str:
        """Return everything in all log files."""
        return "".join(path.read_text() for path in sorted((self.home / "log").iterdir()))

    def files(self) -> set[Path]:
        """Return every file in nginx's folder."""
        return {path for path in self.home.rglob("*") if not path.is_dir()}

    def trusting(self) -> ssl.SSLContext:
        """Return what a client needs to believe the certificate."""
        return ssl.create_default_context(cafile=str(self.home / "ssl" / "fullchain.pem"))


def program() -> str:
    """Return nginx, or end the test."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None or not DEBIAN.exists():
        missing("nginx", "nginx-light")
    return found


def prepare(home: Path) -> Nginx:
    """Write the whole configuration: Debian's own nginx.conf, with ours in its place."""
    port = free_port()
    here = Nginx(home, port, port + 1)
    for folder in ("log", "temp", "snippets", "ssl", "whistle-intake", "whistle-casework"):
        (home / folder).mkdir()
    here.onion.parent.mkdir()
    certify(home / "ssl", (INTAKE_HOST, CASEWORK_HOST))
    for name in ("whistle-server.conf", "whistle-tls.conf"):
        (home / "snippets" / name).write_text(placed((DEPLOY / name).read_text(), here))
    (home / "whistle.conf").write_text(placed((DEPLOY / "whistle.conf").read_text(), here))
    (home / "nginx.conf").write_text(debian(here))
    return here


def placed(text: str, here: Nginx) -> str:
    """Replace the host names, ports and folders of a real machine."""
    text = re.sub(r"^ *listen \[::\]:.*\n", "", text, flags=re.MULTILINE)
    for old, new in {
        "listen 80": f"listen 127.0.0.1:{here.http}",
        "listen 443": f"listen 127.0.0.1:{here.https}",
        "whistle.example.dk": INTAKE_HOST,
        "casework.example.dk": CASEWORK_HOST,
        "/etc/ssl/whistle/": f"{here.home}/ssl/",
        "/run/whistle-": f"{here.home}/whistle-",
        "/opt/whistle/app/": f"{ROOT}/",
    }.items():
        text = text.replace(old, new)
    return text


def debian(here: Nginx) -> str:
    """Return Debian's nginx.conf, which logs and compresses, with its files in our folder."""
    text = DEBIAN.read_text()
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(f"{name}_temp_path {here.home}/temp/{name};\n" for name in TEMPORARY)
    for old, new in {
        "user www-data;": user,
        "/run/nginx.pid": f"{here.home}/pid",
        "/var/log/nginx/": f"{here.home}/log/",
        "include /etc/nginx/conf.d/*.conf;": temporary,
        "include /etc/nginx/sites-enabled/*;": f"include {here.home}/whistle.conf;",
    }.items():
        assert old in text, f"Debian's nginx.conf is another than expected: {old}"
        text = text.replace(old, new)
    return text


def certify(folder: Path, hosts: Sequence[str]) -> None:
    """Make a certificate that vouches for itself, for all hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def tried(here: Nginx) -> subprocess.CompletedProcess[str]:
    """Run ``nginx -t``."""
    command = [program(), "-t", "-c", str(here.home / "nginx.conf")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@contextmanager
def running(here: Nginx) -> Iterator[Nginx]:
    """Run nginx until the block ends.

    Once it runs, its folders for temporary files are no more: an attempt to write one, which no
    look afterwards would find, fails the request.
    """
    command = [program(), "-c", str(here.home / "nginx.conf")]
    with subprocess.Popen([*command, "-g", "daemon off;"]) as process:
        try:
            deadline = time.monotonic() + 20
            while not _listens(here.https):
                assert process.poll() is None, "nginx did not start"
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.02)
            for name in TEMPORARY:
                (here.home / "temp" / name).rmdir()
                (here.home / "temp" / name).touch()
            yield here
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
