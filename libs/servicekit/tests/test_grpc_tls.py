"""TLS between services: a peer that is believed is heard, another is not, and a renewed certificate is taken without a restart."""

import datetime as dt
import os
from pathlib import Path

import grpc.aio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.grpc_server import GrpcServer
from servicekit.grpc_tls import channel_credentials

NAME = "baton-auth.baton.svc"
# The server is on this machine and has the name of one in a cluster.
OPTIONS = [("grpc.ssl_target_name_override", NAME)]
SERVING = health_pb2.HealthCheckResponse.SERVING


class Authority:
    """Signs certificates."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
        self.file = folder / "ca.crt"
        certificate = self._signed(self._name, self._key.public_key(), is_authority=True)
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def give(self, cert: Path, key: Path) -> int:
        """Write a new certificate and its key; return its serial number."""
        own = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), own.public_key(), is_authority=False)
        key.write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return certificate.serial_number

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, is_authority: bool) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .sign(self._key, hashes.SHA256())
        )


async def nobody(_metadata: object) -> None:
    """Health needs no caller."""


async def health(channel: grpc.aio.Channel) -> int:
    async with channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    return int(answer.status)


async def test_only_a_certificate_of_the_known_authority_is_believed_and_a_renewed_one_is_taken(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path), tmp_path / "stranger"
    stranger.mkdir()
    cert, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    authority.give(cert, key)
    server = GrpcServer(authenticate=nobody, add_services=[], service_names=[])
    port = server.listen("127.0.0.1:0", str(cert), str(key))
    await server.start()
    try:
        target = f"127.0.0.1:{port}"
        believing = channel_credentials(str(authority.file))
        assert await health(grpc.aio.secure_channel(target, believing, OPTIONS)) == SERVING
        for channel in (
            grpc.aio.secure_channel(target, channel_credentials(str(Authority(stranger).file)), OPTIONS),
            grpc.aio.insecure_channel(target),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await health(channel)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE

        renewed = Authority(tmp_path)
        renewed.give(cert, key)
        os.utime(cert, ns=(1, 1))
        assert await health(grpc.aio.secure_channel(target, channel_credentials(str(renewed.file)), OPTIONS)) == SERVING
    finally:
        await server.stop(0)
