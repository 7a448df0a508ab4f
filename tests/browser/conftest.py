"""Real JupyterLab in a real browser, for any chapter."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from lmlab.course.build import CHAPTERS, KERNEL_SETTINGS
from lmlab.course.lab import environment as lab_environment

CURRENT = "jupyterapp.shell.currentWidget"


@dataclass
class Lab:
    """A JupyterLab that serves a copy of the chapters, and a page of a browser to open it in."""

    address: str
    token: str
    page: object

    def open(self, chapter: str) -> None:
        """Open the notebook and wait until its kernel is ready."""
        where = f"{self.address}/lab/workspaces/{chapter}/tree/chapters/{chapter}.ipynb"
        self.page.goto(f"{where}?token={self.token}&reset")
        ready = (
            f"window.jupyterapp && {CURRENT}?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        self.page.wait_for_function(ready, timeout=60_000)

    def run_all(self, seconds: int = 180) -> None:
        """Run all cells, until each has its count or one has failed.

        The command's own promise resolves before the last cells have their counts.
        """
        cells = f"{CURRENT}.context.model.sharedModel.cells"
        self.page.evaluate(f"{cells}.forEach(cell => cell.execution_count = null)")
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
        counted = f"{cells}.every(cell => cell.cell_type !== 'code' || cell.execution_count)"
        failed = "cell => cell.outputs?.some(output => output.output_type === 'error')"
        idle = f"{CURRENT}.sessionContext.session.kernel.status === 'idle'"
        ended = f"{idle} && ({counted} || {cells}.some({failed}))"
        self.page.wait_for_function(ended, timeout=1000 * seconds)

    def outputs(self) -> list[dict]:
        """The outputs of all code cells, in nbformat."""
        cells = self.page.evaluate(f"JSON.stringify({CURRENT}.context.model.toJSON().cells)")
        return [output for cell in json.loads(cells) for output in cell.get("outputs", [])]


@pytest.fixture(scope="session")
def page(chromium):
    """A page of a browser of its own size."""
    return chromium.new_page(viewport={"width": 1400, "height": 1000})


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A copy of the chapters, so that what the browser saves stays out of this checkout."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(CHAPTERS, root / "chapters")
    return root


@pytest.fixture(scope="session")
def lab(page, checkout):
    """JupyterLab on a free port of this machine, answering; it ends with the tests."""
    port, token = free_port(), secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser"]
    command += [f"--port={port}", f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={checkout}", "--allow-root"]
    log = checkout / "jupyterlab.log"
    environment = lab_environment() | KERNEL_SETTINGS
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(checkout / "settings")}
    environment |= {"JUPYTERLAB_WORKSPACES_DIR": str(checkout / "workspaces")}
    environment |= {"LMLAB_HOME": str(checkout / "progress")}
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(f"{address}/api", server, log)
        yield Lab(address, token, page)
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_until_it_answers(url: str, server: subprocess.Popen, log: Path, seconds: int = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()[-2000:]}")
