from lmlab.viz import bundle
from lmlab.viz.widget import explorer_widget


def test_the_widget_runs_the_same_script():
    payload = {"view": "head_view", "selected": {"layer": 0, "head": 0, "query": 0, "key": 0}}
    widget = explorer_widget(payload)
    assert widget.payload == payload
    assert widget.selected == payload["selected"]
    assert str(widget._esm) == bundle.source()
