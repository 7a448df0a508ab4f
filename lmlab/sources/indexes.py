"""The package index that the user's pip is set up for, read from pip itself."""

import ast
import os
import ssl
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Indexes:
    """Where pip looks for packages, and what it needs to be let in."""

    index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    cert: str | None = None
    client_cert: str | None = None
    proxy: str | None = None

    @property
    def servers(self) -> list[str]:
        """The addresses that need a network; none when everything lies in local folders."""
        servers = [url for url in self.index_urls + self.find_links if url.startswith("http")]
        return [self.proxy] if self.proxy and servers else servers

    @property
    def folders(self) -> list[str]:
        """The indexes that lie on this machine."""
        return [url for url in self.index_urls + self.find_links if not url.startswith("http")]

    def ssl_context(self) -> ssl.SSLContext | bool:
        """The certificates to trust; True for the client library's own."""
        if not (self.cert or self.client_cert):
            return True
        where = "capath" if self.cert and os.path.isdir(self.cert) else "cafile"
        context = ssl.create_default_context(**{where: self.cert})
        if self.client_cert:
            context.load_cert_chain(self.client_cert)
        return context


def has_pip() -> bool:
    """False in the virtual environments that some installers make without pip."""
    return find_spec("pip") is not None


def user_indexes() -> Indexes:
    """pip's settings for `pip download`: files, then the command's own section, then PIP_… ."""
    if not has_pip():
        return indexes(_environment())
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    return indexes(subprocess.run(command, capture_output=True, text=True).stdout.splitlines())


def indexes(config_lines: list[str]) -> Indexes:
    """Read the lines of `pip config list`, such as `global.index-url='https://…'`."""
    sections: dict[str, dict[str, str]] = {"global": {}, "download": {}, ":env:": {}}
    for line in config_lines:
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in sections:
            sections[section][key.replace("_", "-")] = str(ast.literal_eval(value))
    settings = sections["global"] | sections["download"] | sections[":env:"]
    urls = (
        settings.get("index-url") or default_index(),
        *settings.get("extra-index-url", "").split(),
    )
    no_index = settings.get("no-index", "").lower() in ("1", "true", "yes", "on")
    return Indexes(
        index_urls=() if no_index else urls,
        find_links=tuple(settings.get("find-links", "").split()),
        trusted_hosts=tuple(settings.get("trusted-host", "").split()),
        cert=settings.get("cert"),
        client_cert=settings.get("client-cert"),
        proxy=settings.get("proxy"),
    )


def default_index() -> str:
    """The public index, which is asked when no other is set."""
    from unearth import PackageFinder  # imported here: it loads an HTTP client

    return PackageFinder().sources[0]["url"]


def _environment() -> list[str]:
    """The PIP_… variables in the form of `pip config list`, for an environment without pip."""
    names = [name for name in os.environ if name.startswith("PIP_")]
    return [f":env:.{name[4:].lower().replace('_', '-')}={os.environ[name]!r}" for name in names]
