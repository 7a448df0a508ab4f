"""A view as one piece of HTML that needs nothing else: no server, no network, no other file.

The script of a view is made of the files in `static/` that it names. It stands in each bundle, so
that a notebook cell can be cleared, moved or copied without breaking its neighbours. It is a plain
script: it runs where it stands, before the browser has drawn the still picture that it replaces.
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
<img decoding="async" style="max-width:100%" alt="{alt}" src="data:image/png;base64,{png}">
<figcaption>A still picture of an interactive view. To explore it, let its script run
(JupyterLab: Ctrl+Shift+C, then Trust Notebook).</figcaption>
</figure>
</div>
<script>
(() => {{
"use strict";
{script}
mount("{id}");
}})();
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
# drops (the last semicolon of a block, comments), and what it keeps without the spaces around it.
_PIECE = re.compile(
    r"""(?P<text> "(?:\\.|[^"\\\n])*" | `(?: \$\{ (?:[^{}`]|`[^`]*`)* \} | \\. | [^`\\] )*` )
    | ;(?=(?:\s|//[^\n]*\n)*\}) | //[^\n]*
    | [ ]*(?P<sign> [][=,;:?(){}<>*&|] | (?<=[ ])[-+/%](?=[ =][^-+]) )[ ]*""",
    re.VERBOSE,
)
# The ends of lines after which, or before which, a statement goes on or is at its end.
_JOINT = re.compile(r"(?<=[;,{}(\[=&|?:>])\n|\n(?=[})\];,.?:&|=])")


@cache
def source(scripts: tuple[str, ...]) -> str:
    """The script made of these files of `static/`, as written."""
    folder = files(__package__).joinpath("static")
    return "\n".join(folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in scripts)


def module(scripts: tuple[str, ...]) -> str:
    """The same as the ES module that an anywidget wants."""
    return source(scripts) + "\nexport default { render };\n"


@cache
def script(scripts: tuple[str, ...]) -> str:
    """The script, `lean`."""
    return lean(source(scripts))


def lean(code: str) -> str:
    """The code without comments and without the lines, spaces and semicolons that please the eye.

    A template of several lines is taken for a style sheet, in which spaces go too.
    """
    lines = (line.strip() for line in _PIECE.sub(_squeezed, code).splitlines())
    return _JOINT.sub("", "\n".join(line for line in lines if line))


def _squeezed(piece: re.Match) -> str:
    text = piece["text"] or piece["sign"] or ""
    if "\n" in text:
        text = re.sub(r"\s*([{};,])\s*|(?<=:) ", r"\1", text).replace(";}", "}")
    return text


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
