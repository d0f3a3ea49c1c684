"""TLS of listeners and channels from files; a listener takes a renewed certificate without a restart."""

from pathlib import Path

import grpc

from servicekit.logs import get_logger

logger = get_logger(__name__)


def channel_credentials(ca_file: str) -> grpc.ChannelCredentials:
    """Return what believes certificates that the file's authorities signed; OSError if it cannot be read."""
    return grpc.ssl_channel_credentials(Path(ca_file).read_bytes())


class ListenerCertificate:
    """A certificate and its key, as a mounted Secret has them: both replaced at once, and looked at again at each handshake."""

    def __init__(self, cert_file: str, key_file: str) -> None:
        """Nothing is read before `credentials`."""
        self._cert, self._key = Path(cert_file), Path(key_file)
        self._seen: tuple[int, int] = (0, 0)

    def credentials(self) -> grpc.ServerCredentials:
        """Return a listener's credentials; OSError if a file cannot be read."""
        self._seen = self._changed_at()
        # The library takes None for "no change"; its type stubs do not say so.
        return grpc.dynamic_ssl_server_credentials(self._read(), self._renewed, require_client_authentication=False)  # type: ignore[arg-type]

    def _read(self) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(self._key.read_bytes(), self._cert.read_bytes())])

    def _changed_at(self) -> tuple[int, int]:
        return self._cert.stat().st_mtime_ns, self._key.stat().st_mtime_ns

    def _renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the new pair, or None where nothing changed or nothing can be read: then the former one goes on."""
        try:
            now = self._changed_at()
            if now == self._seen:
                return None
            renewed = self._read()
        except OSError as error:
            logger.warning("the certificate cannot be read, the former one is kept", error=type(error).__name__)
            return None
        self._seen = now
        logger.info("certificate renewed")
        return renewed
