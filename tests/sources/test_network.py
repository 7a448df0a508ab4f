import socket
import threading
import time

import pytest

from lmlab.sources import reachable

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_server_that_listens(server):
    assert reachable(server)


def test_a_port_where_nobody_listens(server):
    port = int(server.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert not reachable(f"http://127.0.0.1:{port}")


def test_a_name_that_is_unknown(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not reachable("https://hub.example")


def test_a_look_up_that_hangs_costs_less_than_a_second(monkeypatch):
    forever = threading.Event()

    def hangs(*_, **__):
        forever.wait(30)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    start = time.perf_counter()
    assert not reachable("https://hub.example")
    assert time.perf_counter() - start < 1.5
    forever.set()


def test_behind_a_proxy_the_proxy_is_asked(monkeypatch, server):
    monkeypatch.setenv("https_proxy", server)
    assert reachable("https://hub.invalid")
    monkeypatch.setenv("no_proxy", "hub.invalid")
    assert not reachable("https://hub.invalid")
