// Every head small: a canvas of all of them, and over it a cell for each that can be focused.

const GAP = 3; // between miniatures
const GUTTER = 30; // for the numbers of layers and heads
const CAPTION = 17; // under a miniature that has a name of its own
const MOST_PARTS = 1700; // with more heads and tokens, heads have no cell of their own in the DOM

// `arrange()` says where each miniature stands: the `side` of one, the `width` and `height` of all,
// its `slots` ({ i, j, x, y }) in reading order with so many `columns`, and the `names` beside them.
// `shows()` says what they show.
class Grid {
  constructor(view, arrange, shows = () => weightsOf(view.maps)) {
    Object.assign(this, { view, arrange, shows, cells: new Map() });
    const { layers, heads, keys, merged } = view.maps;
    const bare = layers.length * heads.length + keys.length > MOST_PARTS;
    this.element = node("div", {
      class: bare ? "grid bare" : "grid",
      role: bare ? "group" : "grid",
      "aria-label": merged ? "Layers" : "Heads: a row per layer",
    });
    if (bare) this.element.tabIndex = 0;
    this.canvas = node("canvas", { "aria-hidden": "true" });
    this.rows = bare ? null : node("div", { class: "rows", role: "presentation" });
    this.element.append(this.canvas, ...(bare ? [] : [this.rows]));
    view.listen(this.element, (event) => this.at(event), (head) => view.choose(head));
    view.parts.push(this);
  }

  at(event) {
    const slot = event.target.slot_ ?? this.under(event);
    return slot ? this.view.withTop({ i: slot.i, j: slot.j }) : null;
  }

  under(event) {
    const { left, top } = this.element.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const wide = this.plan.side + GAP;
    return this.plan.slots.find((slot) => slot.x <= x && x < slot.x + wide && slot.y <= y && y < slot.y + wide);
  }

  slot({ i, j }) {
    return this.plan.slots.find((slot) => slot.i === i && slot.j === j);
  }

  cell({ i, j }) {
    return this.cells.get(`${i}.${j}`) ?? this.element;
  }

  // The head that an arrow key leads to.
  beside({ i, j }, arrow) {
    const { slots, columns, perLayer } = this.plan;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[arrow];
    const to = slots[slots.indexOf(this.slot({ i, j })) + step];
    const across = arrow === "ArrowLeft" || arrow === "ArrowRight";
    if (!to || (perLayer && across && to.i !== i)) return { i, j };
    return { i: to.i, j: to.j };
  }

  // ---- drawing ----

  forget() {
    this.plan = this.arrange();
    const { side, width, height } = this.plan;
    this.element.style.cssText = `--side:${side}px;width:${width}px;height:${height}px`;
    if (this.rows) this.place();
    this.pen = this.drawn = null;
  }

  // A cell over each miniature, in rows as they are seen.
  place() {
    const { slots, columns } = this.plan;
    const cells = slots.map((slot) => {
      const cell = this.cells.get(`${slot.i}.${slot.j}`) ?? this.make(slot);
      cell.slot_ = slot;
      cell.style.left = `${slot.x}px`;
      cell.style.top = `${slot.y}px`;
      return cell;
    });
    const rows = [];
    for (let at = 0; at < cells.length; at += columns) {
      rows.push(node("div", { role: "row" }, ...cells.slice(at, at + columns)));
    }
    this.rows.replaceChildren(...rows);
  }

  make({ i, j }) {
    const cell = node("div", { class: "cell", role: "gridcell", tabindex: "-1" });
    this.cells.set(`${i}.${j}`, cell);
    return cell;
  }

  // What a cell is called: its head, and the patterns that this head follows.
  label({ i, j }) {
    const { maps } = this.view;
    return maps.name(i, j) + maps.badges[i][j].map(([name, share]) => `, ${name} ${share} %`).join("");
  }

  // Mark the head on show for eye and screen reader, and the chosen one for the keyboard.
  draw() {
    if (!this.drawn) for (const cell of this.cells.values()) cell.title = cell.ariaLabel = this.label(cell.slot_);
    const { shown, selected } = this.view;
    const cell = this.cell(shown);
    if (cell !== this.marked) {
      this.marked?.removeAttribute("aria-selected");
      if (cell !== this.element) cell.setAttribute("aria-selected", "true");
      this.marked = cell;
    }
    if (!this.rows) {
      const { x, y } = this.slot(shown) ?? { x: -999, y: 0 };
      this.element.style.setProperty("--x", `${x}px`);
      this.element.style.setProperty("--y", `${y}px`);
    }
    const tab = this.cell(selected);
    if (tab !== this.tab && tab !== this.element) {
      if (this.tab) this.tab.tabIndex = -1;
      tab.tabIndex = 0;
      this.tab = tab;
    }
  }

  lay() {
    if (!this.pen) [this.pen, this.scale] = canvas(this.canvas, this.plan.width, this.plan.height);
  }

  paint() {
    if (this.drawn) return;
    this.drawn = true;
    const { side, width, height, slots, names } = this.plan;
    const { view, pen, scale } = this;
    const px = (value) => Math.round(value * scale);
    const image = new ImageData(px(width) + 1, px(height) + 1); // a rounded miniature may stand out
    const raster = new Raster(view.maps, px(side), px(side), image.width);
    const shows = this.shows();
    for (const { i, j, x, y } of slots) raster.paint(image, px(y) * image.width + px(x), shows, i, j);
    pen.putImageData(image, 0, 0);
    pen.textBaseline = "middle";
    for (const slot of slots) this.caption(pen, slot);
    pen.font = "10px system-ui, sans-serif";
    pen.fillStyle = view.color("faint");
    for (const { text, x, y, align, up } of names) {
      pen.textAlign = align ?? "center";
      if (up) upright(pen, () => pen.fillText(text, -y, x));
      else pen.fillText(text, x, y);
    }
  }

  // What a miniature says beside its pattern: its first badge, in the corner that a causal head
  // leaves free; under it, where it has one, its name over a bar. What is `dim` is set back.
  caption(pen, { i, j, x, y, name, share, dim }) {
    const { side } = this.plan;
    const { view } = this;
    const earned = view.maps.badges[i][j];
    if (earned.length && side >= 14) {
      pen.font = "bold 10px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.fillStyle = view.color("badge");
      pen.fillRect(x + side - 12, y, 12, 12);
      pen.fillStyle = view.color("badge-ink");
      pen.fillText(earned[0][0][0].toUpperCase(), x + side - 6, y + 6.5);
    }
    if (name !== undefined) {
      pen.fillStyle = view.color("line");
      pen.fillRect(x, y + side + 1, side, 2);
      pen.fillStyle = view.color("query");
      pen.fillRect(x, y + side + 1, side * share, 2);
      pen.font = "10px system-ui, sans-serif";
      pen.textAlign = "left";
      pen.fillStyle = view.color("faint");
      pen.fillText(name, x, y + side + 10);
    }
    if (dim) {
      pen.globalAlpha = 0.85;
      pen.fillStyle = view.color("card");
      pen.fillRect(x, y, side, side);
      pen.globalAlpha = 1;
    }
  }
}

// A row for each layer; where that leaves the width empty, in up to `blocks` blocks side by side.
function inRows({ layers, heads }, { width, height, least = 6, most, blocks = 1 }) {
  let plan = { side: 0 };
  for (let n = 1; n <= Math.min(blocks, layers.length); n++) {
    const rows = Math.ceil(layers.length / n);
    const across = Math.floor((width / n - GUTTER) / heads.length) - GAP;
    const down = Math.floor((height - GUTTER) / rows) - GAP;
    const side = Math.max(6, Math.min(across, Math.max(down, least), most));
    if (side > plan.side) plan = { side, rows };
  }
  const { side, rows } = plan;
  const step = side + GAP;
  const block = GUTTER + heads.length * step;
  const at = (i, j) => ({
    x: Math.floor(i / rows) * block + GUTTER + j * step,
    y: GUTTER + (i % rows) * step,
  });
  const every = Math.ceil(14 / step); // numbers must not touch
  const names = [];
  for (let i = 0; i < layers.length; i++) {
    const { x, y } = at(i, 0);
    if (i % every === 0) names.push({ text: layers[i], x: x - 10, y: y + side / 2 });
    if (i % rows) continue;
    names.push({ text: "head", x, y: 7, align: "left" });
    names.push({ text: "layer", x: x - GUTTER + 7, y: GUTTER, align: "right", up: true });
    heads.forEach((name, j) => {
      if (j % every === 0) names.push({ text: name, x: x + j * step + side / 2, y: 21 });
    });
  }
  const slots = layers.flatMap((_, i) => heads.map((_, j) => ({ i, j, ...at(i, j) })));
  const size = { width: block * Math.ceil(layers.length / rows), height: GUTTER + rows * step };
  return { side, slots, names, columns: heads.length, perLayer: true, ...size };
}

const GRID_STYLE = `
.grid { position: relative; }
.grid canvas { position: absolute; left: 0; top: 0; }
.cell { position: absolute; width: var(--side); height: var(--side);
  border-radius: 1px; cursor: pointer; outline-offset: 0; }
.cell:hover { outline: 2px solid var(--faint); }
.cell[aria-selected] { outline: 3px solid var(--query); }
.bare::after { content: ""; position: absolute; width: var(--side); height: var(--side);
  left: var(--x); top: var(--y); outline: 2px solid var(--query); }
.badges { display: flex; flex-wrap: wrap; gap: 6px; margin: 4px 0 0 ${GUTTER}px; max-width: 400px; }
`;
