"""Faults in this machine's set-up of connections: how requests and pip report them, and how they are mended.

Neither another attempt nor a network makes them go away.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

CERTIFICATES = ("PIP_CERT", "PIP_CLIENT_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXIES = ("PIP_PROXY", *(name for each in ("https_proxy", "http_proxy", "all_proxy") for name in (each, each.upper())))
INDEXES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")


class SetUpFault(NamedTuple):
    """A fault of the set-up. reason: a clause. remedy: what to do, and which variables with a say in it are set."""

    reason: str
    remedy: str


# (pattern of the message, reason, remedy, variables with a say in it)
_FAULTS = (
    (
        r"TLS CA certificate bundle|TLS (certificate|key) file",
        "the file with the certificates that are trusted is not there",
        "mend or unset what names it: a variable, or a setting of pip",
        CERTIFICATES,
    ),
    (
        r"certificate verify failed|CERTIFICATE_VERIFY_FAILED|NO_CERTIFICATE_OR_CRL|\[X509",
        "the certificate of the server, or of a proxy in between, is not trusted",
        "name a file with the certificates of your organisation in REQUESTS_CA_BUNDLE and PIP_CERT",
        CERTIFICATES,
    ),
    (
        r"SOCKS support",
        "there is a SOCKS proxy, and the package PySocks that this takes is not installed",
        "name an HTTP proxy instead",
        PROXIES,
    ),
    (
        r"ProxyError|[Pp]roxy URL|connect to proxy|Tunnel connection failed|SOCKS(HTTPS?)?Connection",
        "the proxy can't be reached, or lets nothing through",
        "mend or unset it",
        PROXIES,
    ),
    (
        r"No scheme supplied|No host supplied|No connection adapters|not a valid host or port|please provide a scheme",
        "an address is incomplete: it begins with http:// or https://",
        "mend it",
        (*INDEXES, *PROXIES),
    ),
)


def fault(message: str, environ: Mapping[str, str] = os.environ) -> SetUpFault | None:
    """The set-up's fault behind a message; None where it may be the network.

    Files are named, addresses are not: there may be passwords in them.
    """
    for pattern, reason, remedy, names in _FAULTS:
        if re.search(pattern, message):
            given = [
                f"{name}={environ[name]}" if names == CERTIFICATES else name for name in names if environ.get(name)
            ]
            return SetUpFault(reason, f"{remedy} (set: {', '.join(given)})" if given else remedy)
    return None
