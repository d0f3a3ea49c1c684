"""What a Kafka client is made with, by how one gets in."""

import ssl
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from servicekit.kafka_brokers import Brokers, options_of
from servicekit.settings import KafkaSettings


def test_an_address_alone_is_a_broker_in_the_open() -> None:
    assert options_of("kafka:9092") == {"bootstrap_servers": "kafka:9092", "security_protocol": "PLAINTEXT"}


async def test_what_settings_say_makes_a_client_with_password_and_tls() -> None:
    settings = KafkaSettings.model_validate(
        {"kafka_bootstrap_servers": "kafka:9093", "kafka_security_protocol": "SASL_SSL", "kafka_sasl_username": "baton", "kafka_sasl_password": "secret"}
    )
    options = Brokers.of(settings).options()
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("baton", "secret")
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    # The library takes them; nothing connects before start.
    await AIOKafkaProducer(**options).stop()


def test_a_password_is_not_printed() -> None:
    assert "secret" not in repr(Brokers("kafka:9092", "SASL_PLAINTEXT", "PLAIN", "baton", "secret"))


def test_an_authority_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Brokers("kafka:9093", "SSL", ca_file=str(tmp_path / "missing.crt")).options()
