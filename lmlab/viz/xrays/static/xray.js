// The x-ray of a forward pass: one tensor large, step by step; all of them as thumbnails in a table.
//
// The table stands in the page before this script runs; the script adds pictures and controls.
// Text enters the page as text nodes only; nothing is fetched; each view lives in a shadow root.

// Bring every x-ray with this id to life.
export function mount(id) {
  for (const el of document.querySelectorAll(`[data-xray="${id}"]:not([data-mounted])`)) {
    el.dataset.mounted = "";
    const payload = JSON.parse(el.querySelector("script").textContent);
    inflate(payload.levels).then((levels) => new XRay(el, payload, levels));
  }
}

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Int8Array(await new Response(stream).arrayBuffer());
}

function node(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// ---- colours ----

const INK = "#1f2933", CARD = "#fbfaf7", MISSING = [255, 0, 160];
const rgb = (hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
const CIVIDIS = "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 fee838".split(" ").map(rgb);
const SIGN = "2166ac fbfaf7 d6700c".split(" ").map(rgb);
const NOT_FINITE = -128;

// A colour for each level from -127 to 127; the square root lifts small numbers into sight.
function ramp(stops, signed) {
  return (level) => {
    if (level === NOT_FINITE) return MISSING;
    const size = Math.sign(level) * Math.sqrt(Math.abs(level) / 127);
    const at = (signed ? (size + 1) / 2 : size) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return stops[low].map((c, k) => c + (at - low) * (stops[low + 1][k] - c));
  };
}

// ---- the view ----

const LABELS = 96; // room for tokens left of a picture
const GAP = 6; // between panels
const TOP = 18; // room above the panels

class XRay {
  constructor(el, payload, levels) {
    Object.assign(this, payload);
    let start = 0;
    for (const step of this.steps) {
      const size = step.panels * this.tokens.length * step.columns;
      step.levels = levels.subarray(start, (start += size));
    }
    this.cursor = { panel: 0, row: this.tokens.length - 1, column: 0 };
    const root = el.attachShadow({ mode: "open" });
    root.append(...el.querySelectorAll(":scope > style"), this.panel());
    root.append(...el.querySelectorAll(":scope > .table, :scope > .next"));
    this.rows = [...root.querySelectorAll(".table tbody tr")];
    const head = root.querySelector(".table thead tr");
    head.insertBefore(node("th"), head.cells[1]);
    this.rows.forEach((row, i) => this.enliven(row, i));
    this.show(this.start, false);
    new ResizeObserver(() => this.paint()).observe(this.canvas);
    el.dataset.painted = "";
  }

  panel() {
    const last = this.steps.length - 1;
    this.slider = node("input", { type: "range", min: 0, max: last, ariaLabel: "step" });
    this.slider.oninput = () => this.show(+this.slider.value);
    const move = (by) => () => this.show(Math.max(0, Math.min(last, this.at + by)));
    const back = node("button", { textContent: "◀", ariaLabel: "step back", onclick: move(-1) });
    const on = node("button", { textContent: "▶", ariaLabel: "step forward", onclick: move(1) });
    this.head = node("div", { className: "head" });
    this.meta = node("div", { className: "meta" });
    this.canvas = node("canvas", { tabIndex: 0, role: "img" });
    this.canvas.onmousemove = (event) => this.point(event.offsetX, event.offsetY);
    this.canvas.onkeydown = (event) => this.key(event);
    this.reading = node("output", { className: "reading" });
    this.stream = node("div", { className: "stream" });
    this.code = node("pre");
    const bar = node("div", { className: "bar" }, back, this.slider, on);
    const code = node("details", {}, node("summary", { textContent: "the code" }), this.code);
    return node("div", { className: "panel" }, node("b", { textContent: this.title }), bar,
      this.head, this.meta, this.canvas, this.reading, this.stream, code);
  }

  // A thumbnail, and a button in the place of the name.
  enliven(row, i) {
    const name = row.cells[0];
    const button = node("button", { textContent: name.textContent, onclick: () => this.show(i) });
    name.replaceChildren(button);
    const small = node("canvas", { width: 72, height: 20 });
    const image = this.image(this.steps[i]);
    small.getContext("2d").drawImage(image, 0, 0, small.width, small.height);
    row.insertCell(1).append(small);
    row.onclick = () => this.show(i);
  }

  show(i, scroll = true) {
    this.at = i;
    const step = this.steps[i], origin = this.origins[step.origin];
    this.slider.value = i;
    this.slider.ariaValueText = step.name;
    this.head.textContent = `${i + 1} of ${this.steps.length} · ${step.name} = ${step.formula}`;
    this.meta.textContent =
      `${step.shape} · mean ${step.mean}, std ${step.std}, ${step.low} to ${step.high} · ` +
      `${step.parameters} parameters, ${step.flops} FLOPs · ${origin.place}, ${origin.method}`;
    this.code.textContent = origin.code;
    this.cursor.panel = Math.min(this.cursor.panel, step.panels - 1);
    this.cursor.column = Math.min(this.cursor.column, step.columns - 1);
    this.rows.forEach((row, j) => (row.ariaCurrent = j === i ? "true" : null));
    const box = this.rows[i].closest(".table");
    const { offsetTop: top, offsetHeight: height } = this.rows[i];
    if (scroll && (top < box.scrollTop + height || top + height > box.scrollTop + box.clientHeight))
      box.scrollTop = top - box.clientHeight / 2;
    this.paint();
  }

  // The panels of a step side by side, one pixel for each number.
  image(step) {
    const time = this.tokens.length, width = step.panels * step.columns;
    const image = node("canvas", { width, height: time });
    const pixels = new ImageData(width, time);
    const colour = step.signed ? ramp(SIGN, true) : ramp(CIVIDIS, false);
    step.levels.forEach((level, at) => {
      const column = at % step.columns;
      const row = Math.floor(at / step.columns) % time;
      const panel = Math.floor(at / step.columns / time);
      const place = 4 * (row * width + panel * step.columns + column);
      pixels.data.set([...colour(level), 255], place);
    });
    image.getContext("2d").putImageData(pixels, 0, 0);
    return image;
  }

  // Where the panels lie on the canvas.
  layout() {
    const step = this.steps[this.at], time = this.tokens.length;
    const wide = Math.max(300, this.canvas.clientWidth) - LABELS - GAP * step.panels;
    const high = Math.max(9, Math.min(22, Math.floor(300 / time)));
    return { step, time, wide: wide / step.panels, high, cell: wide / step.panels / step.columns };
  }

  paint() {
    const { step, time, wide, high, cell } = this.layout();
    const ratio = window.devicePixelRatio || 1;
    const height = TOP + time * high + 4;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.max(300, this.canvas.clientWidth) * ratio;
    this.canvas.height = height * ratio;
    const draw = this.canvas.getContext("2d");
    draw.scale(ratio, ratio);
    draw.fillStyle = CARD;
    draw.fillRect(0, 0, this.canvas.width, this.canvas.height);
    draw.fillStyle = draw.strokeStyle = INK;
    draw.font = "12px system-ui, sans-serif";
    draw.textBaseline = "middle";
    this.tokens.forEach((token, row) => {
      draw.fillText(token, 4, TOP + (row + 0.5) * high, LABELS - 8);
    });
    draw.imageSmoothingEnabled = false;
    const image = this.image(step);
    for (let panel = 0; panel < step.panels; panel++) {
      const left = LABELS + panel * (wide + GAP);
      if (step.panels > 1) draw.fillText(`head ${panel}`, left, TOP / 2, wide);
      draw.drawImage(image, panel * step.columns, 0, step.columns, time, left, TOP, wide, time * high);
    }
    const { panel, row, column } = this.cursor;
    const left = LABELS + panel * (wide + GAP) + column * cell;
    const frame = [left - 0.5, TOP + row * high - 0.5, Math.max(cell, 3) + 1, high + 1];
    draw.lineWidth = 3;
    draw.strokeRect(...frame);
    draw.lineWidth = 1;
    draw.strokeStyle = CARD;
    draw.strokeRect(...frame);
    this.read();
  }

  point(x, y) {
    const { step, time, wide, high, cell } = this.layout();
    const panel = Math.floor((x - LABELS) / (wide + GAP));
    const row = Math.floor((y - TOP) / high);
    const column = Math.floor((x - LABELS - panel * (wide + GAP)) / cell);
    const inside = panel >= 0 && panel < step.panels && row >= 0 && row < time;
    if (!inside || column < 0 || column >= step.columns) return;
    this.cursor = { panel, row, column };
    this.paint();
  }

  key(event) {
    const step = this.steps[this.at], { cursor } = this, rows = this.tokens.length;
    const width = step.panels * step.columns;
    let place = cursor.panel * step.columns + cursor.column;
    if (event.key === "ArrowLeft") place = Math.max(0, place - 1);
    else if (event.key === "ArrowRight") place = Math.min(width - 1, place + 1);
    else if (event.key === "ArrowUp") cursor.row = Math.max(0, cursor.row - 1);
    else if (event.key === "ArrowDown") cursor.row = Math.min(rows - 1, cursor.row + 1);
    else return;
    event.preventDefault();
    cursor.panel = Math.floor(place / step.columns);
    cursor.column = place % step.columns;
    this.paint();
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
    this.reading.textContent =
      `${this.tokens[row]} (${row}), ${head}${place}: about ${number}` +
      (step.columns < step.width ? " (the furthest from zero of its neighbours)" : "");
    this.canvas.ariaLabel = `${step.name}. ${this.reading.textContent}`;
    if (!this.residual) return;
    const cells = (tag, texts) => texts.map((text) => node(tag, { textContent: text }));
    const parts = this.residual.parts.map((part) => part.replace("blocks.", "").replace(".out", ""));
    const line = (tag, name, texts) => node("tr", {}, node("th", { textContent: name }), ...cells(tag, texts));
    const caption =
      `The residual stream at ${this.tokens[row]} (${row}), root mean square; ${this.residual.check}`;
    const table = node("table", {},
      node("caption", { textContent: caption }),
      line("th", "", parts),
      line("td", "adds", this.residual.adds.map((sizes) => sizes[row])),
      line("td", "sum", this.residual.sums.map((sizes) => sizes[row])));
    const now = this.residual.parts.indexOf(step.name);
    if (now >= 0) for (const tr of table.rows) tr.cells[now + 1].className = "now";
    this.stream.replaceChildren(table);
  }
}
