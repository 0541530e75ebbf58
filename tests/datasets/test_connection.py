"""A machine's set-up that stands between a download and its server is reported as that, at once and once."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from datasets import connection, mnist
from datasets.errors import DatasetUnavailable
from datasets.fetch import MIRROR
from tests.datasets.test_fetch import dataset, get


@pytest.fixture(autouse=True)
def no_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*connection.CERTIFICATES, *connection.PROXIES, *connection.INDEXES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def distrusted(tmp_path: Path) -> Iterator[str]:
    """The address of an HTTPS server that signed its certificate itself."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl to make a certificate with")
    key, made = tmp_path / "key.pem", tmp_path / "made.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += [
        "-keyout",
        str(key),
        "-out",
        str(made),
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)

    class Quiet(HTTPServer):
        def handle_error(self, request: object, address: object) -> None:
            pass  # the client hangs up

    with Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("variables", "base", "reason", "remedy"),
    [
        (
            {"REQUESTS_CA_BUNDLE": "/nowhere"},
            "https://127.0.0.1:9/",
            "is not there",
            r"\(set: REQUESTS_CA_BUNDLE=/nowhere",
        ),
        ({"CURL_CA_BUNDLE": "/nowhere"}, "https://127.0.0.1:9/", "is not there", r"\(set: CURL_CA_BUNDLE=/nowhere"),
        (
            {"http_proxy": "http://me:secret@127.0.0.1:9"},
            "http://a.invalid/",
            "the proxy can't be",
            r"\(set: http_proxy\)",
        ),
        ({"ALL_PROXY": "socks5://127.0.0.1:9"}, "http://a.invalid/", "the proxy can't be", r"\(set: ALL_PROXY\)"),
        ({"http_proxy": "http://"}, "http://a.invalid/", "the proxy can't be", r"\(set: http_proxy\)"),
    ],
)
def test_a_set_up_is_reported_once_and_with_its_variable(
    cache: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], base: str, reason: str, remedy: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DatasetUnavailable, match=remedy) as error:
        get(dataset(base), cache)
    reported = str(error.value)
    assert reported.count(reason) == 1
    assert not any(wrong in reported for wrong in ("make room", "onnect to the network", "secret"))


def test_a_certificate_that_is_not_trusted_is_reported(cache: Path, distrusted: str) -> None:
    with pytest.raises(DatasetUnavailable, match=r"(?s)is not trusted.*REQUESTS_CA_BUNDLE"):
        get(dataset(distrusted), cache)


def test_a_socks_proxy_takes_a_package() -> None:
    found = connection.fault("Missing dependencies for SOCKS support.", {"all_proxy": "socks5://me:secret@proxy"})
    assert found
    assert "PySocks" in found.reason
    assert found.remedy == "name an HTTP proxy instead (set: all_proxy)"


@pytest.mark.parametrize("wrong", ["mirror.example/data", "/data", "file:///data", "localhost:8000/data", "http://"])
def test_a_mirror_that_is_no_address_is_refused_before_anything_is_asked(
    cache: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv(f"{MIRROR}TOY", wrong)
    with pytest.raises(DatasetUnavailable) as error:
        get(dataset("http://127.0.0.1:9/"), cache)
    assert error.value.reason == (
        f"{MIRROR}TOY={wrong} is no address of a folder: it must begin with http:// or https://"
    )
    assert "--from PATH" in error.value.remedy


def test_pip_that_gets_the_digits_is_reported_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PIP_INDEX_URL": "index.example/simple",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DatasetUnavailable, match="an address is incomplete") as error:
        mnist._download()
    assert error.value.remedy.startswith("mend it (set: PIP_INDEX_URL), or")
