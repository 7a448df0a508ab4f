// The x-ray of a forward pass: one tensor large, step by step; all of them as thumbnails in a table.

const LABELS = 96; // room for tokens left of a picture
const SPACE = 6; // between panels
const TOP = 18; // room above the panels
const MISSING = [255, 0, 160];
const NOT_FINITE = -128;
const COLUMNS = ["tensor", "", "formula", "shape", "mean", "std", "min", "max", "made at"];

class XRay {
  constructor(root, model, payload, levels) {
    Object.assign(this, payload, { root, model });
    let start = 0;
    for (const step of this.steps) {
      const size = step.panels * this.tokens.length * step.columns;
      step.levels = levels.subarray(start, (start += size));
    }
    this.cursor = { panel: 0, row: this.tokens.length - 1, column: 0 };
    this.build();
    this.repaint();
    this.hear = () => this.go(this.find(model.get("selected")), { quiet: true });
    model.on("change:selected", this.hear);
    this.go(this.find(model.get("selected")), { quiet: true });
    this.resized = new ResizeObserver(() => this.paint());
    this.resized.observe(this.canvas.parentElement);
  }

  end() {
    this.resized.disconnect();
    this.model.off("change:selected", this.hear);
  }

  find({ step }) {
    return this.steps.findIndex(({ name }) => name === step);
  }

  // ---- the page, built once ----

  build() {
    this.canvas = node("canvas", { tabindex: "0", role: "img" });
    this.canvas.addEventListener("mousemove", (event) => this.point(event.offsetX, event.offsetY));
    this.canvas.addEventListener("keydown", (event) => this.walk(event));
    this.head = node("div", { class: "head" });
    this.meta = node("div", { class: "meta" });
    this.reading = node("output", { class: "reading" });
    this.stream = node("div", { class: "stream" });
    this.code = node("pre");
    this.frame = node(
      "section",
      { class: "frame", "aria-label": this.title },
      node("header", {}, node("h3", {}, this.title)),
      this.buildBar(),
      this.head,
      this.meta,
      node("div", {}, this.canvas),
      this.reading,
      this.stream,
      node("details", {}, node("summary", {}, "the code"), this.code),
      this.buildTable(),
      this.buildNext(),
    );
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.root.append(this.frame);
  }

  buildBar() {
    const button = (sign, name, by) => {
      const made = node("button", { "aria-label": name }, sign);
      made.addEventListener("click", () => this.go(this.at + by));
      return made;
    };
    const last = String(this.steps.length - 1);
    this.slider = node("input", { type: "range", min: "0", max: last, "aria-label": "step" });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    return node("div", { class: "steps" }, button("◀", "step back", -1), this.slider, button("▶", "step forward", 1));
  }

  buildTable() {
    const names = COLUMNS.map((name) => node("th", { scope: "col" }, name));
    this.rows = this.steps.map((step, i) => this.buildRow(step, i));
    const table = node("table", {}, node("thead", {}, node("tr", {}, ...names)), node("tbody", {}, ...this.rows));
    return node("div", { class: "table" }, table);
  }

  buildRow(step, i) {
    const { name, formula, shape, mean, std, low, high } = step;
    const place = this.origins[step.origin].place.replace("lmlab/", "");
    const small = node("canvas", { width: "72", height: "20" });
    const numbers = [formula, shape, mean, std, low, high, place].map((text) => node("td", {}, text));
    const row = node("tr", {}, node("td", {}, node("button", {}, name)), node("td", {}, small), ...numbers);
    row.addEventListener("click", () => this.go(i));
    return Object.assign(row, { small });
  }

  buildNext() {
    const names = ["likeliest next", "logit", "probability"].map((name) => node("th", { scope: "col" }, name));
    const rows = this.next.map((cells) => node("tr", {}, ...cells.map((cell) => node("td", {}, cell))));
    return node("div", { class: "next" }, node("table", {}, node("tr", {}, ...names), ...rows));
  }

  // ---- what can happen ----

  go(to, { quiet = false } = {}) {
    const i = Math.max(0, Math.min(this.steps.length - 1, to));
    this.at = i;
    const step = this.steps[i];
    this.cursor.panel = Math.min(this.cursor.panel, step.panels - 1);
    this.cursor.column = Math.min(this.cursor.column, step.columns - 1);
    if (!quiet) {
      this.model.set("selected", { step: step.name });
      this.model.save_changes();
    }
    this.tell(step, i);
    this.paint();
    if (!quiet) this.reveal(this.rows[i]);
  }

  key(event) {
    const by = { "[": -1, "]": 1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    this.go(this.at + by);
    event.preventDefault();
    event.stopPropagation();
  }

  // Arrow keys on the picture read the numbers beside the last one.
  walk(event) {
    const step = this.steps[this.at], { cursor } = this, rows = this.tokens.length;
    const width = step.panels * step.columns;
    let place = cursor.panel * step.columns + cursor.column;
    if (event.key === "ArrowLeft") place = Math.max(0, place - 1);
    else if (event.key === "ArrowRight") place = Math.min(width - 1, place + 1);
    else if (event.key === "ArrowUp") cursor.row = Math.max(0, cursor.row - 1);
    else if (event.key === "ArrowDown") cursor.row = Math.min(rows - 1, cursor.row + 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    cursor.panel = Math.floor(place / step.columns);
    cursor.column = place % step.columns;
    this.paint();
  }

  point(x, y) {
    const { step, time, wide, high, cell } = this.layout();
    const panel = Math.floor((x - LABELS) / (wide + SPACE));
    const row = Math.floor((y - TOP) / high);
    const column = Math.floor((x - LABELS - panel * (wide + SPACE)) / cell);
    const inside = panel >= 0 && panel < step.panels && row >= 0 && row < time;
    if (!inside || column < 0 || column >= step.columns) return;
    this.cursor = { panel, row, column };
    this.paint();
  }

  // ---- drawing ----

  tell(step, i) {
    const origin = this.origins[step.origin];
    this.slider.value = i;
    this.slider.setAttribute("aria-valuetext", step.name);
    this.head.textContent = `${i + 1} of ${this.steps.length} · ${step.name} = ${step.formula}`;
    this.meta.textContent =
      `${step.shape} · mean ${step.mean}, std ${step.std}, ${step.low} to ${step.high} · ` +
      `${step.parameters} parameters, ${step.flops} FLOPs · ${origin.place}, ${origin.method}`;
    this.code.textContent = origin.code;
    this.rows.forEach((row, j) => row.setAttribute("aria-current", j === i));
  }

  // Scroll the table, and nothing else, until the row is seen.
  reveal(row) {
    const box = row.closest(".table");
    const { offsetTop: top, offsetHeight: height } = row;
    if (top < box.scrollTop + height || top + height > box.scrollTop + box.clientHeight)
      box.scrollTop = top - box.clientHeight / 2;
  }

  // Everything that depends on the theme.
  repaint() {
    this.ink = getComputedStyle(this.frame);
    const signs = new Signs(this.frame);
    const levels = Array.from({ length: 256 }, (_, level) => (level > 127 ? level - 256 : level));
    this.ramps = [false, true].map((signed) => Uint32Array.from(levels, (level) => shade(level, signed && signs)));
    this.rows.forEach((row, i) => {
      const pen = row.small.getContext("2d");
      pen.clearRect(0, 0, 72, 20);
      pen.drawImage(this.image(this.steps[i]), 0, 0, 72, 20);
    });
    if (this.at !== undefined) this.paint();
  }

  color(name) {
    return this.ink.getPropertyValue(`--${name}`);
  }

  // The panels of a step side by side, one pixel for each number.
  image(step) {
    const time = this.tokens.length, width = step.panels * step.columns;
    const pixels = new ImageData(width, time);
    const colours = new Uint32Array(pixels.data.buffer);
    const ramp = this.ramps[Number(step.signed)];
    step.levels.forEach((level, at) => {
      const column = at % step.columns;
      const row = Math.floor(at / step.columns) % time;
      const panel = Math.floor(at / step.columns / time);
      colours[row * width + panel * step.columns + column] = ramp[level & 255];
    });
    const image = node("canvas", { width, height: time });
    image.getContext("2d").putImageData(pixels, 0, 0);
    return image;
  }

  // Where the panels lie on the canvas.
  layout() {
    const step = this.steps[this.at], time = this.tokens.length;
    const room = Math.max(300, this.canvas.parentElement.clientWidth);
    const wide = (room - LABELS - SPACE * step.panels) / step.panels;
    const high = Math.max(9, Math.min(22, Math.floor(300 / time)));
    return { step, time, room, wide, high, cell: wide / step.columns };
  }

  paint() {
    const { step, time, room, wide, high, cell } = this.layout();
    const [pen] = canvas(this.canvas, room, TOP + time * high + 4);
    pen.fillStyle = this.color("ink");
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    this.tokens.forEach((token, row) => {
      pen.fillText(token, 4, TOP + (row + 0.5) * high, LABELS - 8);
    });
    pen.imageSmoothingEnabled = false;
    const image = this.image(step);
    for (let panel = 0; panel < step.panels; panel++) {
      const left = LABELS + panel * (wide + SPACE);
      if (step.panels > 1) pen.fillText(`head ${panel}`, left, TOP / 2, wide);
      pen.drawImage(image, panel * step.columns, 0, step.columns, time, left, TOP, wide, time * high);
    }
    const { panel, row, column } = this.cursor;
    const left = LABELS + panel * (wide + SPACE) + column * cell;
    for (const [width, name] of [[3, "ink"], [1, "card"]]) {
      pen.lineWidth = width;
      pen.strokeStyle = this.color(name);
      pen.strokeRect(left - 0.5, TOP + row * high - 0.5, Math.max(cell, 3) + 1, high + 1);
    }
    this.read();
  }

  // The number under the cursor, and the residual stream at its token.
  read() {
    const step = this.steps[this.at], { panel, row, column } = this.cursor;
    const level = step.levels[(panel * this.tokens.length + row) * step.columns + column];
    const number = level === NOT_FINITE ? "not a finite number" : ((level / 127) * step.scale).toPrecision(2);
    const first = Math.floor((column * step.width) / step.columns);
    const head = step.panels > 1 ? `head ${panel}, ` : "";
    const names = step.across === "key" && step.columns === step.width;
    const place = names ? `looks at ${this.tokens[column]} (${column})` : `${step.across} ${first}`;
    const nearby = step.columns < step.width ? " (the furthest from zero of its neighbours)" : "";
    this.reading.textContent = `${this.tokens[row]} (${row}), ${head}${place}: about ${number}${nearby}`;
    this.canvas.setAttribute("aria-label", `${step.name}. ${this.reading.textContent}`);
    if (this.residual) this.stream.replaceChildren(this.sums(row, step));
  }

  sums(row, step) {
    const { adds, sums, check } = this.residual;
    const parts = this.residual.parts.map((part) => part.replace("blocks.", "").replace(".out", ""));
    const line = (tag, name, texts) =>
      node("tr", {}, node("th", {}, name), ...texts.map((text) => node(tag, {}, text)));
    const caption = `The residual stream at ${this.tokens[row]} (${row}), root mean square; ${check}`;
    const table = node("table", {}, node("caption", {}, caption), line("th", "", parts),
      line("td", "adds", adds.map((sizes) => sizes[row])), line("td", "sum", sums.map((sizes) => sizes[row])));
    const now = this.residual.parts.indexOf(step.name);
    if (now >= 0) for (const tr of table.rows) tr.cells[now + 1].className = "now";
    return table;
  }
}

// A level from -127 to 127 as one 32-bit colour; the square root lifts small numbers into sight.
function shade(level, signs) {
  if (!signs && level >= 0) return RAMP[Math.round((255 * level) / 127)];
  const size = Math.sign(level) * Math.sqrt(Math.abs(level) / 127);
  const [r, g, b] = level === NOT_FINITE || !signs ? MISSING : signs.mix(size);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

const XRAY_STYLE = `
.steps { display: flex; gap: 8px; margin: 2px 0 8px; align-items: center; }
.steps input { flex: 1; min-width: 0; accent-color: var(--arc); }
.steps button { padding: 2px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--chip); color: var(--ink);
  cursor: pointer; } .steps button:hover { border-color: var(--query); }
.head { font-weight: 600; overflow-wrap: anywhere; }
.meta { color: var(--faint); overflow-wrap: anywhere; } .reading { display: block; min-height: 1.5em; font-size: 14px; }
canvas[tabindex] { display: block; max-width: 100%; margin: 6px 0; border-radius: 4px; }
.stream { overflow-x: auto; } .stream .now { font-weight: 700; text-decoration: underline; text-underline-offset: 3px; }
pre { overflow-x: auto; margin: 4px 0; font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.table { max-height: 320px; overflow: auto; position: relative; margin: 10px 0; font-size: 12px; }
.frame table { width: auto; margin: 0; } caption { white-space: nowrap; }
.frame :is(td, th) { max-width: none; padding: 1px 6px; text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
.table :is(td, th):is(:first-child, :last-child, :nth-child(3)), .next :is(td, th):first-child { text-align: start; }
.table thead th { position: sticky; top: 0; background: var(--card); }
.table tbody tr { cursor: pointer; } .table tbody tr:hover { background: var(--chip); }
tr[aria-current="true"] { outline: 2px solid var(--query); outline-offset: -2px; }
td button { all: unset; cursor: pointer; } td button:focus-visible { outline: 2px solid var(--focus); }
td canvas { vertical-align: middle; border-radius: 2px; }
.next th { color: var(--faint); font-size: 11px; }
`;

VIEWS.xray = {
  style: XRAY_STYLE,
  open: async (root, model, payload) => {
    const levels = await inflate(payload.levels);
    return new XRay(root, model, payload, new Int8Array(levels.buffer));
  },
};
