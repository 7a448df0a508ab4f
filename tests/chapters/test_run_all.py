"""Each chapter twice in one kernel, without a network, within its time and memory.

The first time every exercise is left open, the second time it is answered.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from lmlab.course.build import CHAPTERS, KERNEL_SETTINGS, read

OFFLINE = Path(__file__).parent / "offline"
LARGEST_MEMORY = 3e9
SLOWER_MACHINE = 2  # the card speaks of a quiet two-core machine


def offline_environment(cache: Path) -> dict[str, str]:
    """A fresh cache and no network: what a learner has on a train after the installation."""
    here = dict.fromkeys(("LMLAB_CACHE", "LMLAB_HOME", "HF_HOME"), str(cache))
    here["PYTHONPATH"] = str(OFFLINE)
    return os.environ | KERNEL_SETTINGS | here


def run(client: NotebookClient, cells) -> None:
    for index, cell in cells:
        client.execute_cell(cell, index)


def processor_seconds(client: NotebookClient) -> float:
    """What the kernel has computed so far, whatever else the machine was doing meanwhile."""
    used = psutil.Process(client.km.provisioner.pid).cpu_times()
    return used.user + used.system + used.children_user + used.children_system


def answered(cells):
    """The same cells; where an answer is checked, it is the package's own, and it must pass."""
    for index, cell in cells:
        checked = re.search(r'check\("(\w+)"', cell.source)
        if checked:
            cell = new_code_cell(ANSWER.format(id=checked[1]))
        yield index, cell


ANSWER = """
from lmlab.course import check
from lmlab.course.registry import find
{id} = find("{id}").solution
result = check("{id}", {id})
assert result.passed, result.message
"""


def peak_memory(client: NotebookClient) -> int:
    """Bytes of the kernel's largest resident set."""
    pid = client.km.provisioner.pid
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


@pytest.mark.long
@pytest.mark.parametrize(
    "source", sorted((CHAPTERS / "source").glob("*.py")), ids=lambda path: path.stem
)
def test_chapter_runs_twice_in_one_kernel_offline_and_in_budget(source, tmp_path, stated_seconds):
    book = read(source)
    cells = [(i, cell) for i, cell in enumerate(book.cells) if cell.cell_type == "code"]
    client = NotebookClient(
        book,
        timeout=300,
        resources={"metadata": {"path": str(CHAPTERS)}},
        extra_arguments=["--log-level=ERROR"],
    )
    with client.setup_kernel(env=offline_environment(tmp_path)):
        run(client, cells)
        seconds = processor_seconds(client)
        run(client, answered(cells))
        memory = peak_memory(client) if Path("/proc/self/status").exists() else 0
    stated = stated_seconds(book)
    assert seconds <= SLOWER_MACHINE * stated, f"{seconds:.0f} s; the card says {stated} s"
    assert memory <= LARGEST_MEMORY


def test_the_network_is_refused_to_a_chapter(tmp_path):
    code = (
        "import socket\n"
        "try: socket.create_connection(('example.org', 80), 1)\n"
        "except socket.gaierror: print('no name')\n"
        "try: socket.create_connection(('192.0.2.1', 80), 1)\n"
        "except OSError as error: print(error.strerror)\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    socket.create_connection(server.getsockname()).close()\n"
        "    print('loopback works')\n"
    )
    environment = offline_environment(tmp_path)
    said = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert said.splitlines() == ["no name", "Network is unreachable", "loopback works"]
