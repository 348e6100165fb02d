"""Custody in AWS KMS: the key-encryption key is a data key of KMS, which only KMS opens, under the zone's name.

The zone's name is the encryption context: a wrapped key of one zone does not open as another's,
and a policy can allow each zone's role its own context alone. Credentials are those that the
machine gives to the zone's user (the SDK's own chain); none stands in noren's settings.
"""

from __future__ import annotations

from typing import Any, Final, cast

import boto3  # pyright: ignore[reportMissingTypeStubs]
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

from noren.house.home import KeySettings, Zone
from noren.house.keys.custody import CustodyProblem, Held
from noren.kernel.say import Say

_CONTEXT: Final = "noren-zone"
_KEY_SPEC: Final = "AES_256"
_CONNECT_SECONDS: Final = 5
_TRIES: Final = 3


class InKms:
    """Fills ``Custody``."""

    def __init__(self, settings: KeySettings) -> None:
        self._key = settings.kms_key
        config = Config(
            connect_timeout=_CONNECT_SECONDS, read_timeout=_CONNECT_SECONDS, retries={"total_max_attempts": _TRIES}
        )
        make = cast("Any", boto3).client
        self._kms: Any = make(
            "kms",
            region_name=settings.kms_region or None,
            endpoint_url=settings.kms_endpoint or None,
            config=config,
        )

    def fresh(self, zone: Zone) -> tuple[bytes, Held]:
        """See ``Custody``."""
        answer = self._ask(
            zone,
            "generate_data_key",
            KeyId=self._key.replace("{zone}", zone),
            KeySpec=_KEY_SPEC,
            EncryptionContext={_CONTEXT: zone},
        )
        return answer["Plaintext"], Held("aws-kms", answer["CiphertextBlob"])

    def open(self, zone: Zone, held: Held) -> bytes:
        """See ``Custody``."""
        answer = self._ask(zone, "decrypt", CiphertextBlob=held.what, EncryptionContext={_CONTEXT: zone})
        return answer["Plaintext"]

    def _ask(self, zone: Zone, operation: str, **arguments: object) -> Any:
        try:
            return getattr(self._kms, operation)(**arguments)
        except ClientError as wrong:
            code = str(cast("dict[str, Any]", wrong.response).get("Error", {}).get("Code", "?"))
            raise CustodyProblem(
                Say(
                    f"AWS KMS がゾーン {zone} の鍵を渡しません({code})。"
                    "keys.kms_key と、このゾーンの役割に許された操作を確かめてください。",
                    f"AWS KMS does not give out the key of zone {zone} ({code}). "
                    "Check keys.kms_key and what the zone's role may do.",
                )
            ) from None
        except (BotoCoreError, ValueError) as wrong:
            kind = type(wrong).__name__
            raise CustodyProblem(
                Say(
                    f"AWS KMS に届きません({kind})。"
                    "keys.kms_region・keys.kms_endpoint とネットワークを確かめてください。",
                    f"AWS KMS can not be reached ({kind}). Check keys.kms_region, keys.kms_endpoint and the network.",
                )
            ) from None
