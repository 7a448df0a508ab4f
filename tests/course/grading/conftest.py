"""Notebooks as students hand them in."""

import json

import pytest


def cell(source, grade_id=None):
    marked = {"nbgrader": {"grade_id": grade_id, "solution": True, "grade": False, "locked": False}}
    return {
        "cell_type": "code",
        "metadata": marked if grade_id else {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(*cells):
    return {
        "cells": [cell(*one) if isinstance(one, tuple) else cell(one) for one in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


@pytest.fixture
def hand_in(tmp_path):
    """Write a notebook: `hand_in("anna/00_start_here", source, (source, grade_id), …)`."""

    def write(name, *cells):
        path = tmp_path / "submissions" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook(*cells)), encoding="utf-8")
        return path

    return write
