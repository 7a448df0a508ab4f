"""Is a server within reach? Asked before a library spends half a minute on its own retries."""

import queue
import socket
import threading
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

PORTS = {"http": 80, "https": 443}


def reachable(url: str, timeout: float = 0.9) -> bool:
    """True when the host of `url`, or the proxy in front of it, takes a connection in time.

    `timeout` in seconds covers the name look-up as well, which the system would let hang longer.
    """
    answer: queue.SimpleQueue[bool] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(_knock(*_door(url), timeout)), daemon=True).start()
    try:
        return answer.get(timeout=timeout)
    except queue.Empty:
        return False


def _door(url: str) -> tuple[str, int]:
    """The host and port that a client would connect to for `url`."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and not proxy_bypass(parts.hostname or ""):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443)


def _knock(host: str, port: int, timeout: float) -> bool:
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except (OSError, UnicodeError):  # UnicodeError: a host name that cannot be one
        return False
