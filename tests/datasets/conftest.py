"""Real HTTP servers on this machine that misbehave on demand, and a cache folder of the test's own."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from datasets import DATASETS
from storage.folders import VARIABLE


@dataclass
class Server:
    """Serves `files` by name. plan: how to answer each request in turn, then `ok` for ever. requests: what was asked
    for, as (path, Range).

    ok; whole (knows no Range); truncate (half of it, then the connection ends); stall (half of it, then silence);
    corrupt (the last byte is another); redirect; endless; misplaced (another part than was asked for); or a status.
    """

    files: dict[str, bytes]
    plan: list[str] = field(default_factory=list)
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    base: str = ""
    ended: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    server: _Listening

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        script = self.server.script
        asked = self.headers.get("Range")
        script.requests.append((self.path, asked))
        how = script.plan.pop(0) if script.plan else "ok"
        name = self.path.rpartition("/")[2]
        if how.isdigit() or name not in script.files:
            self.send_error(int(how) if how.isdigit() else 404)
            return
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", f"/elsewhere/{name}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._body(script, how, asked, script.files[name])

    def _body(self, script: Server, how: str, asked: str | None, data: bytes) -> None:
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and how != "whole" else 0
        if start >= len(data) > 0 and asked:
            self.send_error(416)
            return
        self.send_response(206 if asked and how != "whole" else 200)
        if asked and how != "whole":
            shown = start + 1 if how == "misplaced" else start
            self.send_header("Content-Range", f"bytes {shown}-{len(data) - 1}/{len(data)}")
        if how != "endless":
            self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        rest = data[start:]
        if how in ("truncate", "stall"):
            rest = rest[: len(rest) // 2]
        elif how == "corrupt":
            rest = rest[:-1] + bytes([rest[-1] ^ 1])
        try:
            self.wfile.write(rest)
            while how == "endless":
                self.wfile.write(bytes(1 << 16))
        except ConnectionError:
            return
        if how == "stall":
            self.wfile.flush()
            script.ended.wait(10)


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: Server) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """serve({name: bytes}, plan): a running Server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running: list[tuple[_Listening, threading.Thread]] = []

    def start(files: dict[str, bytes], *plan: str) -> Server:
        script = Server(files, list(plan))
        listening = _Listening(script)
        script.base = f"http://127.0.0.1:{listening.server_address[1]}/data/"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((listening, thread))
        return script

    yield start
    for listening, thread in running:
        listening.script.ended.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's cache folder, empty, for this test and the processes that it starts."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture
def small_stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every dataset few examples, 90 to train and 60 to test."""
    for name, dataset in DATASETS.items():
        monkeypatch.setitem(DATASETS, name, dataclasses.replace(dataset, stand_in_sizes=(90, 60)))
