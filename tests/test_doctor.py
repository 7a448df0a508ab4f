import json

import pytest

from lmlab import doctor
from lmlab.doctor import Finding

FINDINGS = [
    Finding("Machine", "cores", "good", "2"),
    Finding("Corpora", "enwik8", "absent", "100.0 MB", "lmlab fetch enwik8"),
]


def test_report_groups_by_section_and_says_how_to_mend():
    said = doctor.report(FINDINGS)
    assert said.splitlines()[:2] == ["Machine", "  ✓ cores   2"]
    assert "  · enwik8  100.0 MB → lmlab fetch enwik8" in said
    assert said.endswith("works without a network.")


def test_report_ends_with_what_is_to_be_mended():
    bad = Finding("Machine", "disk", "bad", "0.1 GB free", "free some space")
    assert doctor.report([*FINDINGS, bad]).endswith("To be mended: disk.")
    assert not doctor.is_well([*FINDINGS, bad])


def test_json_has_every_field():
    assert json.loads(doctor.report(FINDINGS, as_json=True))[1] == {
        "section": "Corpora",
        "name": "enwik8",
        "verdict": "absent",
        "value": "100.0 MB",
        "mend": "lmlab fetch enwik8",
    }


def test_what_is_absent_is_no_fault():
    assert doctor.is_well(FINDINGS)


def test_a_probe_that_breaks_is_a_finding_and_the_others_go_on(monkeypatch):
    def broken_thing(section):
        raise ImportError("libgomp.so.1 is missing\nand more")

    def whole_thing(section):
        yield Finding(section, "whole", "good", "yes")

    monkeypatch.setattr(doctor, "PROBES", [("A", broken_thing), ("B", whole_thing)])
    broken, whole = doctor.examine()
    assert (broken.name, broken.verdict) == ("broken thing", "bad")
    assert broken.value == "ImportError: libgomp.so.1 is missing"
    assert whole.verdict == "good"


def test_a_package_that_is_not_as_pinned_is_found(monkeypatch):
    versions = {"torch": "2.13.0+cpu", "tqdm": "1.0"}
    monkeypatch.setattr(doctor, "_pins", lambda: {"torch": "2.13.0", "tqdm": "4.70.1"})
    monkeypatch.setattr(doctor.importlib.metadata, "version", versions.__getitem__)
    (finding,) = doctor.packages("Installation")
    assert finding.verdict == "bad"
    assert finding.value == "tqdm 1.0 (wanted 4.70.1)"


def test_the_pins_are_those_of_the_project():
    assert doctor._pins()["jupyterlab"] == "4.6.6"
    assert "pytest" not in doctor._pins()


def test_little_memory_is_to_be_mended(monkeypatch):
    import psutil

    little = psutil.virtual_memory()._replace(available=1e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: little)
    memory = next(f for f in doctor.cores_memory_disk("Machine") if f.name == "memory")
    assert memory.verdict == "bad"


@pytest.mark.parametrize(
    "probe", [probe for _, probe in doctor.PROBES[:3]], ids=lambda p: p.__name__
)
def test_probes_of_the_machine_find_something(probe):
    assert list(probe("Machine"))


def test_a_model_that_was_not_fetched_is_no_fault_and_the_way_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path))
    found = {finding.name: finding for finding in doctor.models("Models")}
    assert found["town-gpt"].verdict == "good"
    assert found["minilm-l6"].verdict == "absent"
    assert found["minilm-l6"].mend == "lmlab fetch minilm-l6"


def test_shipped_models_that_are_missing_are_to_be_mended(monkeypatch, tmp_path):
    monkeypatch.setattr("lmlab.pretrained.store.data_dir", lambda: tmp_path)
    *_, last = doctor.models("Models")
    assert last.verdict == "bad" and "lmlab train" in last.mend
