// What every view of the attention explorer stands on: carriers, data, colours, canvas, DOM.
//
// A view is a script of its own that follows this one and adds itself to VIEWS; together they are
// one script without dependencies. Two ways in:
//   mount(id)              a bundle in a page (a notebook's output, an exported page, a file)
//   render({ model, el })  an anywidget, with Python listening
//
// Rules that hold throughout: text enters the page as text nodes only; nothing is fetched; each
// view lives in a shadow root of its own, so that views and pages cannot disturb each other;
// weights are painted on canvas, so that the number of DOM nodes stays small.

// ---- carriers ----

// By the name in the payload: { style, open }. `open(root, model, payload)` draws the view and
// resolves to it: repaint() when colours change, update(payload) when Python has news, end().
const VIEWS = {};

// Draw the view that the model's payload asks for into `el`. Returns the function that ends it.
async function render({ model, el }) {
  const payload = model.get("payload");
  const { style, open } = VIEWS[payload.view];
  const host = el.matches?.(".lmlab-view") ? el : el.appendChild(node("div"));
  host.dataset.lmSuppressShortcuts = "true"; // JupyterLab: the keys pressed here are ours
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet(STYLE), sheet(style)];
  let view = null;
  const forget = followTheme(host, () => view?.repaint());
  view = await open(root, model, payload);
  const update = () => view.update?.(model.get("payload"));
  model.on("change:payload", update);
  host.dataset.painted = ""; // all is in place; the next frame shows it
  return () => (forget(), model.off("change:payload", update), view.end());
}

// Bring every bundle with this id to life. The same view may stand on a page more than once.
function mount(id) {
  for (const el of document.querySelectorAll(`[data-lmlab="${id}"]:not([data-mounted])`)) {
    el.dataset.mounted = "";
    const payload = JSON.parse(el.querySelector("script").textContent);
    render({ model: new PageModel(el, payload), el });
  }
}

// Stands in for an anywidget model where no kernel listens. The page hears "lmlab:select".
class PageModel {
  constructor(el, payload) {
    this.el = el;
    this.values = { payload, selected: payload.selected };
  }
  get(name) {
    return this.values[name];
  }
  set(name, value) {
    this.values[name] = value;
  }
  save_changes() {
    const event = { detail: this.values.selected, bubbles: true, composed: true };
    this.el.dispatchEvent(new CustomEvent("lmlab:select", event));
  }
  on() {}
  off() {}
}

// ---- data ----

async function inflate(base64) {
  const { readable, writable } = new DecompressionStream("deflate");
  const writer = writable.getWriter();
  writer.write(Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (sign) => sign.charCodeAt()));
  writer.close();
  const reader = readable.getReader();
  const parts = [];
  for (let part; (part = (await reader.read()).value); ) parts.push(part);
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

// ---- colours ----

// Cividis (Nuñez, Anderton and Renslow 2018) at nine places, with straight lines between.
const CIVIDIS = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 fee838"
  .split(" ")
  .map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

// level -> colour as one 32-bit number; the square root lifts small weights into sight.
const RAMP = Int32Array.from({ length: 256 }, (_, level) => {
  const at = Math.sqrt(level / 255) * (CIVIDIS.length - 1);
  const low = Math.min(Math.floor(at), CIVIDIS.length - 2);
  const [r, g, b] = CIVIDIS[low].map((c, k) => c + (at - low) * (CIVIDIS[low + 1][k] - c));
  return (255 << 24) | (b << 16) | (g << 8) | r;
});

// Light or dark as JupyterLab, VS Code or the system has it; `changed` runs when that changes.
function followTheme(host, changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const set = () => {
    const lab = host.closest("[data-jp-theme-light]");
    const code = document.body.dataset.vscodeThemeKind;
    const dark = lab
      ? lab.dataset.jpThemeLight === "false"
      : code
        ? code.includes("dark")
        : system.matches;
    if (host.dataset.theme === (dark ? "dark" : "light")) return;
    host.dataset.theme = dark ? "dark" : "light";
    changed();
  };
  const watch = new MutationObserver(set);
  watch.observe(document.body, { attributes: true });
  system.addEventListener("change", set);
  set();
  return () => (watch.disconnect(), system.removeEventListener("change", set));
}

// ---- drawing ----

// Size a canvas in CSS pixels, sharp on this screen. Returns its pen and the scale.
function canvas(element, width, height) {
  const scale = devicePixelRatio || 1;
  element.width = Math.round(width * scale);
  element.height = Math.round(height * scale);
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
  const pen = element.getContext("2d");
  pen.scale(scale, scale);
  return [pen, scale];
}

function upright(pen, write) {
  pen.save();
  pen.rotate(-Math.PI / 2);
  write();
  pen.restore();
}

// ---- DOM ----

// An element with attributes and children; strings become text nodes, never markup.
function node(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function short(text) {
  const signs = [...text];
  return signs.length > 10 ? signs.slice(0, 9).join("") + "…" : text;
}

// A style sheet, one shared by all views of a page.
function sheet(style) {
  const sheets = (globalThis[Symbol.for("lmlab.sheets")] ??= new Map());
  if (!sheets.has(style)) {
    const made = new CSSStyleSheet();
    made.replaceSync(style);
    sheets.set(style, made);
  }
  return sheets.get(style);
}

const PADDING = 14; // of the frame, in CSS pixels

const STYLE = `
:host { display: block; margin: 4px 0; color-scheme: light; text-align: start;
  --ink: #1f2933; --faint: #5b6570; --line: #d5dae0; --card: #ffffff; --chip: #eef1f4;
  --tintable: #2166ac; --arc: #2166ac; --query: #c25a00; --mark: #ffffff;
  --badge: #ffd9b0; --badge-ink: #5a2a00; --focus: #c25a00;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, monospace; --sans: system-ui, sans-serif; }
:host([data-theme="dark"]) { color-scheme: dark;
  --ink: #e6eaee; --faint: #a3adb8; --line: #3a434d; --card: #14181d; --chip: #242b33;
  --tintable: #3f8fdc; --arc: #6db3f2; --query: #ff9d45; --mark: #ffffff;
  --badge: #6b3a0c; --badge-ink: #ffe3c4; --focus: #ff9d45; }
* { box-sizing: border-box; }
.frame { container-type: inline-size; max-width: 1080px; padding: 12px ${PADDING}px; color: var(--ink);
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  font: 13px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; margin-bottom: 8px; }
h3 { margin: 0; font-size: 15px; } h4 { margin: 0; font-size: 14px; }
p { margin: 0; } header p { color: var(--faint); flex: 1; }
.legend { position: relative; width: 150px; height: 8px; margin: 0 22px 15px 8px; border-radius: 2px;
  background: linear-gradient(90deg, #00224e, #123570, #3b496c, #575d6d, #707173, #8a8678, #a59c74,
  #c3b369, #fee838); }
.legend span { position: absolute; top: 9px; transform: translateX(-50%); font-size: 10px;
  color: var(--faint); white-space: nowrap; }
.badge { display: inline-flex; gap: 5px; align-items: center; padding: 1px 8px 1px 2px; border: 0;
  border-radius: 4px; background: var(--chip); color: var(--ink); font: 12px/1.5 var(--sans); }
.badge b { min-width: 17px; border-radius: 3px; text-align: center; background: var(--badge);
  color: var(--badge-ink); }
button.badge { cursor: pointer; } button.badge:hover { background: var(--line); }
.strip { position: relative; margin-top: 4px; padding: 6px 4px 6px; max-height: 340px; overflow: auto;
  border-radius: 4px; line-height: 40px; margin-bottom: 8px; user-select: none; cursor: pointer; }
.over { position: absolute; left: 0; top: 0; pointer-events: none; }
.chip { position: relative; display: inline-block; max-width: 11em; min-width: 1.2em; margin: 0 2px;
  padding: 1px 4px; line-height: 20px; vertical-align: middle; text-align: center; white-space: pre;
  border-radius: 4px; font-family: var(--mono); font-size: 13px;
  unicode-bidi: isolate;
  background: color-mix(in srgb, var(--tintable) var(--tint, 0%), var(--chip)); }
.chip[title] { overflow-x: clip; text-overflow: ellipsis; }
.chip.strong { color: #fff; } .chip.future { opacity: 0.45; }
.chip::after { content: attr(data-share); position: absolute; left: 0; right: 0; top: 21px;
  font: 10px/12px var(--sans); color: var(--faint); text-align: center; white-space: nowrap; }
.chip[aria-selected] { outline: 2px solid var(--query); outline-offset: 1px; }
.chip[data-key] { text-decoration: underline 2px; text-underline-offset: 3px; }
summary { cursor: pointer; color: var(--faint); }
table { width: 100%; border-collapse: collapse; margin-top: 4px; }
caption { text-align: start; padding: 2px 0; color: var(--faint); font-size: 12px; }
th, td { padding: 2px 6px; text-align: end; font-weight: 400; height: 23px; }
thead th { color: var(--faint); font-size: 11px; border-bottom: 1px solid var(--line); }
th:first-child { text-align: start; white-space: pre; overflow: hidden; text-overflow: ellipsis; max-width: 11em; }
tbody th { font-family: var(--mono); }
.bar { width: 42%; white-space: nowrap; background: linear-gradient(color-mix(in srgb, var(--tintable) 40%, transparent) 0 0)
  no-repeat 0 50% / var(--share, 0%) 70%; }
.help { margin-top: 8px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 4px 0 0; }
dt { font-family: var(--mono); } dd { margin: 0; color: var(--faint); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;
