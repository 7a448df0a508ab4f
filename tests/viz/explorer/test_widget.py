from lmlab.viz.explorer.widget import explorer_widget


def test_the_widget_runs_the_script_it_is_given_on_the_payload():
    payload = {"view": "head_view", "selected": {"layer": 0, "head": 0, "query": 0, "key": 0}}
    widget = explorer_widget(payload, "export default {}")
    assert widget.payload == payload
    assert widget.selected == payload["selected"]
    assert widget._esm == "export default {}"
