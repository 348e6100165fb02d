"""Certificates for tests, made on the spot: authorities, and what they sign for servers and clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Authority:
    """Signs certificates for 127.0.0.1. Two of the same name are still two."""

    name: str = "authority.test"
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    def certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, ca: bool, begins_days: int = -1, ends_days: int = 1
    ) -> bytes:
        """Return a certificate in PEM."""
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_called(name))
            .issuer_name(_called(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=begins_days))
            .not_valid_after(now + timedelta(days=ends_days))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
            .public_bytes(PEM)
        )

    def root(self, folder: Path) -> Path:
        """Write the authority's own certificate."""
        path = folder / f"{self.name}.ca.pem"
        path.write_bytes(self.certificate(self.name, self.key, ca=True))
        return path

    def issue(self, folder: Path, name: str, *, begins_days: int = -1, ends_days: int = 1) -> tuple[Path, Path]:
        """Write a certificate and its key, which its owner alone can read; return both paths."""
        own, certificate, key = new_key(), folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(
            self.certificate(f"{name}.test", own, ca=False, begins_days=begins_days, ends_days=ends_days)
        )
        clear = serialization.NoEncryption()
        key.touch(0o600)
        key.write_bytes(own.private_bytes(PEM, serialization.PrivateFormat.PKCS8, clear))
        return certificate, key


@dataclass(frozen=True)
class Papers:
    """A door's certificate for 127.0.0.1 and its key, and the authority that signed it."""

    certificate: Path
    key: Path
    authority: Path

    @property
    def options(self) -> list[str]:
        """The options with which a door takes them."""
        return ["--tls-cert", str(self.certificate), "--tls-key", str(self.key)]


def make_papers(folder: Path) -> Papers:
    """Write papers of an authority of their own."""
    authority = Authority()
    return Papers(*authority.issue(folder, "door"), authority.root(folder))


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
