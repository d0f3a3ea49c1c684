"""A certificate authority of a test's own, for servers on this machine."""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID = dt.timedelta(hours=12)


class Authority:
    """Signs certificates for 127.0.0.1. `file` is what clients believe."""

    def __init__(self, folder: Path) -> None:
        """Write its own certificate to the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _called("an authority")
        self.file = folder / "ca.crt"
        certificate = self._builder(self._name, self._key.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file.write_bytes(self._signed(certificate))

    def give(self, file: Path) -> Path:
        """Write a server's key and certificate into one file, as servers like them, and return it."""
        own = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = self._builder(_called("a server"), own.public_key()).add_extension(here, critical=False)
        key = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(key + self._signed(certificate))
        file.chmod(0o600)
        return file

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        names = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        return names.public_key(key).serial_number(x509.random_serial_number()).not_valid_before(now - VALID).not_valid_after(now + VALID)

    def _signed(self, certificate: x509.CertificateBuilder) -> bytes:
        return certificate.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
