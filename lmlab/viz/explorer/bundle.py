"""A view as one piece of HTML that needs nothing else: no server, no network, no other file.

The script of a view is made of the files in `static/` that it names. It stands in each bundle, so
that a notebook cell can be cleared, moved or copied without breaking its neighbours.
"""

import hashlib
import html
import json
import re
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

# What a lean script keeps as it is (a string, a template, which may hold another one), what it
# keeps without the spaces around it, and what it drops.
_PIECE = re.compile(
    r"""(?P<text> "(?:\\.|[^"\\\n])*" | `(?: \$\{ (?:[^{}`]|`[^`]*`)* \} | \\. | [^`\\] )*` )
    | [ ]*(?P<sign> [=,;:?(){}<>*&|] | (?<=[ ])[+-](?=[ ][^+-]) )[ ]*
    | //[^\n]*""",
    re.VERBOSE,
)


@cache
def source(scripts: tuple[str, ...]) -> str:
    """The module made of these files of `static/`, as written."""
    folder = files(__package__).joinpath("static")
    return "\n".join(folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in scripts)


@cache
def script(scripts: tuple[str, ...]) -> str:
    """The same, `lean`."""
    return lean(source(scripts))


def lean(code: str) -> str:
    """The code without comments, blank lines, indentation and spaces that only please the eye.

    A template of several lines is taken for a style sheet, in which spaces go too.
    """
    lines = (line.strip() for line in _PIECE.sub(_squeezed, code).splitlines())
    return "\n".join(line for line in lines if line)


def _squeezed(piece: re.Match) -> str:
    text = piece["text"] or piece["sign"] or ""
    return re.sub(r"\s*([{};,])\s*|(?<=:) ", r"\1", text) if "\n" in text else text


def bundle(payload: dict, scripts: tuple[str, ...], png: str, alt: str) -> str:
    """The HTML of a view: data, still picture (base64) and script. Same input, same bytes."""
    data, code = to_json(payload), script(scripts)
    return _BUNDLE.format(
        id=hashlib.sha256((data + code).encode()).hexdigest()[:16],
        payload=data,
        alt=html.escape(alt),
        png=png,
        script=code,
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
