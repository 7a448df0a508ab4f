"""On the PYTHONPATH of a process, refuses it and its children every address but this machine's."""

import contextlib
import errno
import ipaddress
import socket

LOCAL = ("127.", "::1", "localhost", "0.0.0.0")


def is_local(host) -> bool:
    return host in (None, "", b"") or str(host).startswith(LOCAL)


class OfflineSocket(socket.socket):
    def connect(self, address):
        self._refuse(address)
        return super().connect(address)

    def connect_ex(self, address):
        self._refuse(address)
        return super().connect_ex(address)

    def _refuse(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
            raise OSError(errno.ENETUNREACH, "Network is unreachable")


def is_number(host) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def lookup(host, *arguments, **options):
    if not (is_local(host) or is_number(host)):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return real_lookup(host, *arguments, **options)


real_lookup = socket.getaddrinfo
socket.getaddrinfo = lookup
socket.socket = OfflineSocket
