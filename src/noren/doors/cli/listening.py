"""Where a door listens and how: loopback in clear, anywhere else with TLS or behind a proxy that has it.

Tills send card numbers and keys, people passwords: across a network in clear, anybody on the way
reads them. So the address decides, and a wrong combination is refused before the door opens.
"""

from __future__ import annotations

import ipaddress
import ssl
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from noren.doors.cli.here import refuse
from noren.doors.cli.speech import both

if TYPE_CHECKING:
    from noren.doors.serving import Tls

LOOPBACK: Final = "127.0.0.1"
_OPEN_TO_OTHERS: Final = 0o027

HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        help=both(
            "待ち受けるアドレス(この計算機の外へ開くには --tls-cert と --tls-key、または --behind-proxy が要る)",
            "The address to listen at (if other machines reach it: --tls-cert and --tls-key or --behind-proxy)",
        ),
    ),
]
PortOption = Annotated[
    int | None,
    typer.Option("--port", help=both("待ち受けるポート(既定: noren.toml)", "The port (default: noren.toml)")),
]
CertificateOption = Annotated[
    Path | None,
    typer.Option(
        "--tls-cert",
        metavar="FILE",
        help=both("TLSの証明書(PEM、中間証明書も続けて)", "TLS certificate (PEM, with its chain)"),
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--tls-key", metavar="FILE", help=both("その秘密鍵(PEM、パスフレーズなし)", "Its key (PEM, no passphrase)")
    ),
]
ClientCaOption = Annotated[
    Path | None,
    typer.Option(
        "--tls-client-ca",
        metavar="FILE",
        help=both(
            "この認証局の証明書を持つ相手だけを通す(mTLS、PEM)",
            "Let in only clients with a certificate of this authority (mTLS, PEM)",
        ),
    ),
]
BehindProxyOption = Annotated[
    bool,
    typer.Option(
        "--behind-proxy",
        help=both(
            "TLSは手前のプロキシが受け持ち、ここへは他からつながらない",
            "A proxy in front does the TLS, and nobody else can reach this address",
        ),
    ),
]


def listener(
    host: str, certificate: Path | None, key: Path | None, client_ca: Path | None, *, behind_proxy: bool
) -> Tls | None:
    """Return the TLS of a door, None for one in clear.

    Raises:
        Refusal: the files do not go together, or the door would be open to a network in clear.
    """
    if certificate is None and key is None and client_ca is None:
        if not behind_proxy and not _on_loopback(host):
            _refuse_clear(host)
        return None
    if certificate is None or key is None:
        refuse(
            "TLSには --tls-cert と --tls-key の両方が要ります。どちらも付けてください。",
            "TLS takes both --tls-cert and --tls-key: give both.",
            code=2,
        )
    _check_files(certificate, key, client_ca)
    # Here and not above: every command loads this module, and the server is heavy.
    from noren.doors.serving import Tls

    return Tls(certificate, key, client_ca)


def _on_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_clear(host: str) -> None:
    refuse(
        f"{host} はこの計算機の外からつながるアドレスです。TLSなしでは、カード番号・端末の鍵・パスワードが"
        "暗号化されずにネットワークを流れます。--tls-cert と --tls-key を付けるか、"
        "TLSを受け持つプロキシの後ろでだけ使うなら --behind-proxy を付けてください。",
        f"{host} can be reached by other machines. Without TLS, card numbers, terminals' keys and passwords would "
        "travel in clear. Give --tls-cert and --tls-key; or --behind-proxy when a proxy in front does the TLS and "
        "nobody else reaches this address.",
        code=2,
    )


def _check_files(certificate: Path, key: Path, client_ca: Path | None) -> None:
    """Read the files as the server will: what is wrong is told by the option's name, before anything starts."""
    _check_private(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Without a password function the library would ask for a passphrase at the terminal.
    _try("--tls-cert, --tls-key", lambda: context.load_cert_chain(certificate, key, password=lambda: ""))
    if client_ca is not None:
        _try("--tls-client-ca", lambda: context.load_verify_locations(client_ca))
    _check_term(certificate)


def _check_private(key: Path) -> None:
    """Refuse a key that others may read; a group of its own may, as Debian's ``ssl-cert`` does."""
    try:
        mode = stat.S_IMODE(key.stat().st_mode)
    except OSError:
        return  # what can not be found is told by who loads it
    if mode & _OPEN_TO_OTHERS:
        refuse(
            f"--tls-key の {key} を他の利用者が読み書きできます(モード {mode:o})。この鍵を持つ人は、このサーバーに"
            f"なりすませます。chmod 600 {key} としてください。",
            f"--tls-key: {key} can be read or changed by others (mode {mode:o}); whoever has this key can pose as this "
            f"server. Do: chmod 600 {key}",
            code=2,
        )


def _check_term(certificate: Path) -> None:
    """Refuse a certificate that is not valid today: every client would."""
    # Here and not above: every command loads this module.
    from cryptography import x509

    own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    if not begins <= datetime.now(UTC) <= ends:
        refuse(
            f"--tls-cert の証明書は、いま有効ではありません(有効期間 {begins:%Y-%m-%d}〜{ends:%Y-%m-%d})。更新するか、"
            "この計算機の時計を確かめてください。",
            f"--tls-cert: the certificate is not valid now (valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}). "
            "Renew it, or check this machine's clock.",
            code=2,
        )


def _try(options: str, load: Callable[[], None]) -> None:
    try:
        load()
    except (OSError, ValueError) as wrong:  # an SSLError is an OSError
        refuse(
            f"{options} のファイルを使えません({wrong})。PEM形式の証明書と、それに対応するパスフレーズなしの"
            "秘密鍵を、このプロセスが読める場所に置いてください。",
            f"The files of {options} can not be used ({wrong}). Take PEM files that this process can read: a "
            "certificate, and its own key without a passphrase.",
            code=2,
        )
