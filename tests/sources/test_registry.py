"""Downloads: found as pip would find them, taken up again where they broke off."""

import re
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from lmlab.sources import SourceError, Unreachable, registry
from lmlab.sources.indexes import Indexes


@pytest.fixture
def path(tmp_path):
    return tmp_path / "download"


@pytest.mark.parametrize("with_pip", [True, False])
def test_a_wheel_is_found_with_and_without_pip(index, path, monkeypatch, with_pip):
    monkeypatch.setattr("lmlab.sources.indexes.has_pip", lambda: with_pip)
    package = index.wheel()
    registry.download(package, path, progress=False)
    assert path.read_bytes() == (index.folder / package.filename).read_bytes()


def test_a_simple_index_in_a_folder(index, path, monkeypatch):
    package = index.sdist()
    page = index.folder / "simple" / "tiny"
    page.mkdir(parents=True)
    (page / "index.html").write_text(f'<a href="../../{package.filename}">{package.filename}</a>')
    where = Indexes(index_urls=((index.folder / "simple").as_uri(),))
    monkeypatch.setattr(registry, "user_indexes", lambda: where)
    registry.download(package, path, progress=False)
    assert path.stat().st_size == package.bytes


def test_an_index_that_does_not_answer_is_passed_over(index, path, monkeypatch, capsys):
    links = ("/nowhere/at/all", str(index.folder))
    where = Indexes(("http://127.0.0.1:9/simple", "file:///nowhere/simple"), links)
    monkeypatch.setattr(registry, "user_indexes", lambda: where)
    monkeypatch.setattr(registry, "reachable", lambda url: True)
    registry.download(index.sdist(), path, progress=False)
    assert path.is_file()
    assert capsys.readouterr().err == ""


def test_no_network_is_said_before_any_tool_is_started(index, path, monkeypatch):
    monkeypatch.setattr(registry, "user_indexes", lambda: Indexes(("https://index.invalid",)))
    monkeypatch.setattr(registry, "reachable", lambda url: False)
    with pytest.raises(Unreachable, match="package index does not answer"):
        registry.download(index.wheel(), path, progress=False)


def test_a_failure_without_network_is_put_down_to_it(index, path, monkeypatch):
    monkeypatch.setattr(registry, "reachable", lambda url: False)
    links = (str(index.folder),)
    for urls, error in (((), SourceError), (("https://index.invalid/simple",), Unreachable)):
        monkeypatch.setattr(registry, "user_indexes", lambda u=urls: Indexes(u, links))
        package = index.sdist()
        (index.folder / package.filename).unlink()
        with pytest.raises(SourceError) as caught:
            registry.download(package, path, progress=False)
        assert caught.type is error


def test_a_wheel_of_another_build_is_not_taken(index, path):
    package = index.wheel()
    (index.folder / package.filename).rename(index.folder / "tiny-1.0-py3.py2-none-any.whl")
    with pytest.raises(SourceError, match="no tiny-1.0-py3-none-any.whl"):
        registry.download(package, path, progress=False)


def test_a_wheel_for_one_kind_of_machine_is_found_on_every_other(index, path):
    package = index.wheel()
    name = "tiny-1.0-cp38-abi3-plan9_68k.whl"
    (index.folder / package.filename).rename(index.folder / name)
    registry.download(replace(package, filename=name), path, progress=False)
    assert path.stat().st_size == package.bytes


class Server:
    """An index on this machine that breaks off after `breaks_after` bytes of each file it sends."""

    def __init__(self, package, content: bytes):
        self.filename, self.content = package.filename, content
        self.breaks_after, self.has_ranges = len(content), True
        self.asked_from: list[int] = []  # where each answer was to begin
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path.endswith(server.filename):
                    server.send(self)
                else:
                    self.answer(200, f'<a href="/{server.filename}">{server.filename}</a>'.encode())

            def answer(self, status, content, most=None, **headers):
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(content)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(content[:most])

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/simple"
        Thread(target=self.http.serve_forever, daemon=True).start()

    def send(self, handler):
        asked = re.match(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        begin = int(asked[1]) if asked else 0
        self.asked_from.append(begin)
        begin *= self.has_ranges
        status = 206 if begin else 200
        handler.answer(status, self.content[begin:], self.breaks_after)
        handler.close_connection = True


@pytest.fixture
def server(index, monkeypatch):
    """A server of a package, and the package."""
    package = index.sdist()
    server = Server(package, (index.folder / package.filename).read_bytes())
    server.package = package
    monkeypatch.setattr(registry, "user_indexes", lambda: Indexes((server.url,)))
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_a_broken_connection_is_taken_up_again(server, path):
    server.breaks_after = len(server.content) // 2 + 1
    registry.download(server.package, path, progress=False)
    assert path.read_bytes() == server.content
    assert server.asked_from == [0, server.breaks_after]


def test_what_has_come_is_kept_and_the_next_call_goes_on(server, path):
    tenth = len(server.content) // 10
    server.breaks_after = tenth
    with pytest.raises(SourceError, match="broke off.*are kept; try again"):
        registry.download(server.package, path, progress=False)
    assert path.read_bytes() == server.content[: registry.ATTEMPTS * tenth]
    server.breaks_after = len(server.content)
    registry.download(server.package, path, progress=False)
    assert path.read_bytes() == server.content
    assert server.asked_from[-1] == registry.ATTEMPTS * tenth


def test_a_server_that_cannot_begin_in_the_middle_sends_all(server, path):
    path.write_bytes(b"an old beginning")
    server.has_ranges = False
    registry.download(server.package, path, progress=False)
    assert path.read_bytes() == server.content


def test_a_dead_connection_is_not_tried_for_ever(server, path):
    server.breaks_after = 0
    with pytest.raises(SourceError, match="broke off"):
        registry.download(server.package, path, progress=False)
    assert len(server.asked_from) == 1


def test_a_file_that_is_too_long_to_be_a_beginning_is_thrown_away(server, path):
    path.write_bytes(server.content + b"!")
    registry.download(server.package, path, progress=False)
    assert path.read_bytes() == server.content
