"""A view as one piece of HTML that needs nothing else: no server, no network, no other file.

The script of every view is `static/explorer.js`. It stands in each bundle, so that a notebook cell
can be cleared, moved or copied without breaking its neighbours.
"""

import hashlib
import html
import json
from functools import cache
from importlib.resources import files

MOST_BYTES = 2_000_000  # of one view in a page

_BUNDLE = """\
<div class="lmlab-view" data-lmlab="{id}" data-lm-suppress-shortcuts="true">
<script type="application/json">{payload}</script>
<figure style="margin:0;max-width:1000px">
<img style="max-width:100%" alt="{alt}" src="data:image/png;base64,{png}">
<figcaption>A still picture of an interactive view. To explore it, let its script run
(JupyterLab: Ctrl+Shift+C, then Trust Notebook).</figcaption>
</figure>
</div>
<script type="module">
{script}
mount("{id}");
</script>
"""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body>
{bundle}</body>
</html>
"""


@cache
def source() -> str:
    """The explorer's source, as written."""
    return files("lmlab.viz").joinpath("static/explorer.js").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The explorer's source without indentation, blank lines and lines that only comment."""
    lines = (line.strip() for line in source().splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def bundle(payload: dict, png: str, alt: str) -> str:
    """The HTML of a view: data, still picture (base64) and script. Same input, same bytes."""
    data = to_json(payload)
    return _BUNDLE.format(
        id=hashlib.sha256((data + script()).encode()).hexdigest()[:16],
        payload=data,
        alt=html.escape(alt),
        png=png,
        script=script(),
    )


def page(bundle: str, title: str) -> str:
    """A whole HTML page around a bundle."""
    return _PAGE.format(title=html.escape(title), bundle=bundle)


def to_json(payload: dict) -> str:
    """JSON in ASCII that can stand inside an HTML script element: no `<`, `>`, `&`."""
    text = json.dumps(payload, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
