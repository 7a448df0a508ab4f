// One head large: its tokens, its matrix, its strongest looks, and the selection they share.

const ARC_FROM = 5; // levels (2 %): weaker looks get no arc
const MONO = "11px ui-monospace, Menlo, Consolas, monospace";

// What all views of attention have: a frame, one selection, and what pointer and keys do to it.
// A view says what stands in its frame (`build`, which fills `parts`) and how it fits a width
// (`fit`). A part has an `element`. `draw()` brings its text and its styles up to date with what the
// view shows, `measure()` asks where things stand now, `lay()` gives canvases their sizes, `paint()`
// fills them: in this order over all parts, so that the page is laid out as rarely as can be.
// `forget()` makes a part do anew what it has kept.
class AttentionView {
  constructor(root, model, maps) {
    Object.assign(this, { root, model, maps, parts: [], hovered: {}, locked: false });
    this.selected = this.inward(model.get("selected"));
    this.live = node("p", { class: "hidden", "aria-live": "polite" });
    this.reading = node("p", { class: "reading" });
    const { title } = maps;
    this.frame = node("section", { class: "frame", "aria-label": title });
    root.append(this.frame);
    this.fit(); // while there is nothing to lay out
    this.frame.append(
      node("header", {}, node("h3", {}, title), node("p", {}, this.describe()), this.legend()),
      ...this.build(),
      keyHelp(this.help()),
      this.live,
    );
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.resized = new ResizeObserver(() => this.layout());
    this.resized.observe(this.frame);
    this.answer = () => this.hear(this.inward(model.get("selected")));
    model.on("change:selected", this.answer);
    this.repaint();
    this.tokens.reveal();
  }

  end() {
    this.resized.disconnect();
    this.model.off("change:selected", this.answer);
  }

  describe() {
    const { layers, heads, keys, causal, crossed, merged } = this.maps;
    const counts = [count(layers.length, "layer"), count(heads.length, "head"), count(keys.length, "token")];
    if (merged) counts.splice(1, 1);
    if (causal) counts.push("each token looks only back");
    if (crossed) counts.push("two texts");
    return counts.join(" · ");
  }

  legend() {
    return legend();
  }

  help() {
    return [
      ["hover", "preview a token, a head or a pair"],
      ["click, Enter", "lock the token; while locked, hovering changes nothing"],
      ["Esc", "free"],
      ["arrows", "token that looks, Home and End too (Shift: token looked at); on the grid: head"],
      ["[ ]", "layer"],
      [", .", "head"],
    ];
  }

  // Python names layers and heads by number; inside, they are rows and columns of the grid.
  inward({ layer, head, query, key }) {
    const { layers, heads } = this.maps;
    return { i: layers.indexOf(layer), j: heads.indexOf(head), query, key };
  }
  outward({ i, j, query, key }) {
    return { layer: this.maps.layers[i], head: this.maps.heads[j], query, key };
  }

  // What is on show: the selection, or what the pointer is over; the lock wins.
  get shown() {
    return this.locked ? this.selected : { ...this.selected, ...this.hovered };
  }

  // How much the query looks at each key: levels, -255 to 255.
  levels({ i, j, query }) {
    return this.maps.row(i, j, query);
  }

  // ---- what can happen ----

  // Change the selection; `quiet` when Python already knows.
  choose(change, { quiet = false } = {}) {
    if (change.key === undefined) change = this.withTop(change);
    this.selected = { ...this.selected, ...change };
    this.hovered = {};
    if (!quiet) {
      this.model.set("selected", this.outward(this.selected));
      this.model.save_changes();
    }
    this.draw();
    this.live.textContent = this.sentence();
    this.tokens.reveal();
  }

  // Follow a selection made in Python; our own comes back too.
  hear(place) {
    const news = Object.keys(place).some((name) => place[name] !== this.selected[name]);
    if (news && !Object.values(place).includes(-1)) this.choose(place, { quiet: true });
  }

  // Show what the pointer is over, at the next frame.
  hover(part) {
    this.hovered = part;
    if (this.locked || this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  // Hover previews what `find` sees under the pointer; a click chooses it, and locks a token.
  listen(element, find, clicked = (place) => this.pin(place)) {
    element.addEventListener("pointermove", (event) => this.hover(find(event) ?? {}));
    element.addEventListener("pointerleave", () => this.hover({}));
    element.addEventListener("click", (event) => {
      const place = find(event);
      if (place) clicked(place);
    });
  }

  // A place with the key that is looked at most there.
  withTop(place) {
    return { ...place, key: top(this.levels({ ...this.selected, ...place }), 1)[0][0] };
  }

  lock(on) {
    this.locked = on;
    this.hovered = {};
    this.draw();
    this.live.textContent = (on ? "Locked. " : "Free. ") + this.sentence();
  }

  // Choose and lock; a second click on the same place frees it.
  pin(place) {
    const { query, key } = this.selected;
    const again = this.locked && place.query === query && place.key === key;
    this.choose(place);
    this.lock(!again);
  }

  move(name, step, count) {
    const to = Math.min(count - 1, Math.max(0, this.selected[name] + step));
    if (to !== this.selected[name]) this.choose({ [name]: to });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /SELECT|INPUT/.test(event.target.tagName)) return;
    const { maps, grid } = this;
    const onGrid = grid.element.contains(event.target);
    const onTokens = event.target === this.tokens.element;
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.key === "[") this.move("i", -1, maps.layers.length);
    else if (event.key === "]") this.move("i", 1, maps.layers.length);
    else if (event.key === ",") this.move("j", -1, maps.heads.length);
    else if (event.key === ".") this.move("j", 1, maps.heads.length);
    else if (event.key === "Escape") this.lock(false);
    else if (event.key === " " && onGrid) this.choose({});
    else if (event.key === "Enter" && (onTokens || onGrid)) this.lock(!this.locked);
    else if (step && onGrid) this.choose(grid.beside(this.selected, event.key));
    else if (step && event.shiftKey) this.move("key", step, maps.seen(this.selected.query));
    else if (step) this.move("query", step, maps.queries.length);
    else if (event.key === "Home") this.choose({ query: 0 });
    else if (event.key === "End") this.choose({ query: maps.queries.length - 1 });
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (onGrid) grid.cell(this.selected).focus({ preventScroll: true });
  }

  // ---- drawing ----

  // Fit everything to the width there is.
  layout() {
    if (!this.fit()) return;
    this.repaint();
    this.tokens.reveal();
  }

  // Take the width there is; says whether it is another than before.
  fit() {
    const width = this.frame.clientWidth - 2 * PADDING;
    if (width < 80 || width === this.width) return false;
    this.width = width;
    this.frame.classList.toggle("wide", width >= 730);
    return true;
  }

  repaint() {
    if (!this.width) return;
    this.colors = {};
    for (const part of this.parts) part.forget?.();
    this.draw();
  }

  // Everything that depends on the selection.
  draw() {
    if (!this.width) return;
    this.frame.classList.toggle("locked", this.locked);
    for (const part of this.parts) part.draw?.();
    write(this.reading, this.sentence());
    for (const step of ["measure", "lay", "paint"]) for (const part of this.parts) part[step]?.();
  }

  color(name) {
    return (this.colors[name] ??= getComputedStyle(this.frame).getPropertyValue(`--${name}`));
  }

  get wide() {
    return this.frame.classList.contains("wide");
  }

  // Which map is on show, as a word to compare by.
  get map() {
    return `${this.shown.i}.${this.shown.j}`;
  }

  sentence() {
    const { key } = this.shown;
    const level = this.levels(this.shown)[key] ?? 0;
    return `${this.asking()} looks at ${this.maps.keys[key]} (${key}) with ${percent(level)} of its attention`;
  }

  asking() {
    const { maps, shown } = this;
    return `${maps.queries[shown.query]} (${shown.query + maps.offset})`;
  }
}

// The name of the head on show, the patterns it follows, and a line that `says` more about it.
class Heading {
  constructor(view, says) {
    Object.assign(this, { view, says, element: node("h4") });
    view.parts.push(this);
  }
  forget() {
    this.drawn = null;
  }
  draw() {
    const { maps, map, shown } = this.view;
    if (this.drawn === map) return;
    this.drawn = map;
    const name = maps.name(shown.i, shown.j).replace(", ", " · ");
    const earned = maps.badges[shown.i][shown.j];
    const badges = earned.map((one) => badge(one, maps.patterns));
    const more = this.says?.(shown) ?? (earned.length ? maps.patterns[earned[0][0]] : "");
    this.element.replaceChildren(name[0].toUpperCase() + name.slice(1), ...badges, node("small", {}, more));
  }
}

// The tokens as a text, each tinted by how much of the query's attention it gets, with an arc to
// each. In cross-attention the tokens that look stand above those looked at.
class Tokens {
  constructor(view, share = (level) => (level >= 13 ? percent(level) : "")) {
    Object.assign(this, { view, share });
    const { maps } = view;
    this.chips = maps.keys.map((token, k) => this.chip(token, k, "key"));
    this.askers = maps.crossed
      ? maps.queries.map((token, q) => this.chip(token, q, "query"))
      : this.chips.slice(maps.offset);
    this.arcs = node("canvas", { class: "over", "aria-hidden": "true" });
    this.element = node("div", {
      class: "strip",
      role: "listbox",
      tabindex: "0",
      "aria-label": "Tokens. Arrows choose the token that looks, Enter locks it.",
    });
    if (maps.crossed) this.element.append(...this.askers, node("hr"));
    this.element.append(...this.chips, this.arcs);
    view.listen(this.element, (event) => this.at(event));
    view.parts.push(this);
  }

  chip(token, at, side) {
    const label = `${token}, ${side === "key" ? "position" : "query"} ${at}`;
    const chip = node("span", { class: "chip", role: "option", "aria-label": label, dir: "auto" }, token);
    chip.id = `${side}${at}`; // ids are private to the shadow root
    if (token.length > 8) chip.title = token;
    return chip;
  }

  at(event) {
    const chip = event.target.closest(".chip");
    const query = chip ? this.askers.indexOf(chip) : -1;
    return query < 0 ? null : this.view.withTop({ query });
  }

  forget() {
    this.places = null;
    canvas(this.arcs, 0, 0); // must not stretch what is measured
  }

  draw() {
    const { shown } = this.view;
    const row = this.view.levels(shown);
    this.chips.forEach((chip, k) => this.tint(chip, row[k]));
    this.mark("aria-selected", this.askers[shown.query]);
    this.mark("data-key", this.chips[shown.key]);
    this.element.setAttribute("aria-activedescendant", this["aria-selected"].id);
  }

  // Move an attribute, remembered by its name, from the token that has it to this one.
  mark(name, chip) {
    if (this[name] === chip) return;
    this[name]?.removeAttribute(name);
    chip.setAttribute(name, "true");
    this[name] = chip;
  }

  tint(chip, level) {
    const strength = Math.abs(level ?? 0);
    const kind = level === undefined ? " future" : (strength > 120 ? " strong" : "") + (level < 0 ? " less" : "");
    if (chip.kind !== kind) chip.className = "chip" + (chip.kind = kind);
    const tint = Math.round(100 * Math.sqrt(strength / 255)) + "%";
    if (chip.tint !== tint) chip.style.setProperty("--tint", (chip.tint = tint));
    const share = this.share(level ?? 0);
    if (chip.dataset.share !== share) chip.dataset.share = share;
  }

  lay() {
    if (this.laid === this.places) return;
    this.laid = this.places;
    canvas(this.arcs, ...this.places.size);
  }

  paint() {
    const { shown } = this.view;
    const pen = this.arcs.getContext("2d");
    pen.clearRect(0, 0, this.arcs.width, this.arcs.height);
    const [more, less] = [this.view.color("arc"), this.view.color("arc-less")];
    pen.lineCap = "round";
    const from = this.places.askers[shown.query];
    this.view.levels(shown).forEach((level, k) => {
      const to = this.places.chips[k];
      const share = Math.abs(level) / 255;
      if (share * 255 < ARC_FROM || to === from) return;
      pen.strokeStyle = level < 0 ? less : more;
      pen.globalAlpha = 0.25 + 0.7 * share;
      pen.lineWidth = 1 + 4 * share;
      pen.beginPath();
      arc(pen, from, to);
      pen.stroke();
    });
    pen.globalAlpha = 1;
  }

  // Where each token stands in the strip, once per layout.
  measure() {
    if (this.places) return;
    const { element } = this;
    const box = element.getBoundingClientRect();
    const place = (chip) => {
      const { left, right, top, bottom } = chip.getBoundingClientRect();
      const down = element.scrollTop - box.top;
      return { x: (left + right) / 2 - box.left, top: top + down, bottom: bottom + down };
    };
    const chips = this.chips.map(place);
    const { crossed, offset } = this.view.maps;
    const askers = crossed ? this.askers.map(place) : chips.slice(offset);
    this.places = { chips, askers, size: [element.clientWidth, element.scrollHeight] };
  }

  // Scroll the tokens, and nothing else, until the chosen one is seen.
  reveal() {
    if (!this.places) return;
    const { top, bottom } = this.places.askers[this.view.selected.query];
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top - 20;
    else if (bottom + 20 > scrollTop + clientHeight) this.element.scrollTop = bottom + 20 - clientHeight;
  }
}

// One head as a matrix, in at most `room()` pixels: rows look, columns are looked at.
class Matrix {
  constructor(view, room, { shows = weightsOf(view.maps), called = "Attention matrix" } = {}) {
    Object.assign(this, { view, room, shows, called });
    this.canvas = node("canvas", { role: "img" });
    this.cross = node("canvas", { class: "over", "aria-hidden": "true" });
    this.element = node("div", { class: "matrix" }, node("div", {}, this.canvas, this.cross));
    view.listen(this.element.firstChild, (event) => this.at(event));
    view.parts.push(this);
  }

  at(event) {
    const { maps } = this.view;
    const { left, top } = this.canvas.getBoundingClientRect();
    const { x, y, size } = this.plot;
    const key = Math.floor((event.clientX - left - x) / size);
    const query = Math.floor((event.clientY - top - y) / size);
    if (query < 0 || query >= maps.queries.length || key < 0) return null;
    return key < maps.seen(query) ? { query, key } : null;
  }

  forget() {
    this.drawn = this.plot = this.raster = null;
  }

  draw() {
    const { maps, map, shown } = this.view;
    if (this.drawn === map) return;
    const what = `${this.called}. ${maps.name(shown.i, shown.j)}, rows look, columns are looked at`;
    this.canvas.setAttribute("aria-label", what);
  }

  // How much room there is, once per layout.
  measure() {
    if (this.plot) return;
    const { maps } = this.view;
    const [rows, columns] = [maps.queries.length, maps.keys.length];
    const most = Math.max(rows, columns);
    const room = this.room();
    const named = (room - 70) / most >= 10; // room for a name on each row
    const gutter = named ? this.longest() + 12 : 20;
    const size = Math.min((room - gutter - 4) / most, 44);
    this.plot = { x: gutter, y: 4, size, width: size * columns, height: size * rows, named };
  }

  // The canvases, and where the pixels of any head lie.
  lay() {
    if (this.raster) return;
    const { x, y, width, height } = this.plot;
    const [, scale] = canvas(this.canvas, x + width + 4, x + height + 8);
    canvas(this.cross, x + width + 4, x + height + 8);
    const px = (value) => Math.round(value * scale);
    this.corner = [px(x), px(y)];
    this.pixels = new ImageData(Math.max(1, px(width)), Math.max(1, px(height)));
    this.raster = new Raster(this.view.maps, this.pixels.height, this.pixels.width);
  }

  paint() {
    const { map, shown } = this.view;
    const pen = this.canvas.getContext("2d");
    if (this.drawn !== map) {
      this.raster.paint(this.pixels, 0, this.shows, shown.i, shown.j);
      pen.putImageData(this.pixels, ...this.corner);
    }
    if (!this.drawn) this.plot.named ? this.nameRows(pen) : this.nameAxes(pen);
    this.drawn = map;
    this.paintCross();
  }

  nameRows(pen) {
    const { x, y, size, height } = this.plot;
    const { maps } = this.view;
    pen.font = MONO;
    pen.fillStyle = this.view.color("ink");
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const at = (n) => (n + 0.5) * size;
    maps.queries.forEach((token, q) => pen.fillText(short(token), x - 5, y + at(q)));
    upright(pen, () => maps.keys.forEach((token, k) => pen.fillText(short(token), -y - height - 5, x + at(k))));
  }

  nameAxes(pen) {
    const { x, y, height } = this.plot;
    pen.font = MONO;
    pen.fillStyle = this.view.color("faint");
    pen.fillText("key: looked at →", x, y + height + 14);
    pen.textAlign = "right";
    upright(pen, () => pen.fillText("← query: looks", -y, x - 6));
  }

  // The width of the longest name beside the matrix.
  longest() {
    const pen = this.canvas.getContext("2d");
    pen.font = MONO;
    const { queries, keys } = this.view.maps;
    return Math.max(...[...queries, ...keys].map((token) => pen.measureText(short(token)).width));
  }

  // The row of the query on show, and the pair in it.
  paintCross() {
    const { query, key } = this.view.shown;
    const { x, y, size } = this.plot;
    const pen = this.cross.getContext("2d");
    pen.clearRect(0, 0, this.cross.width, this.cross.height);
    const side = Math.max(size, 4);
    const frame = (color, column, columns, out) => {
      pen.strokeStyle = color;
      pen.strokeRect(x + column * size - out, y + query * size - out, columns + 2 * out, side + 2 * out);
    };
    pen.lineWidth = 2;
    frame(this.view.color("query"), 0, size * this.view.maps.seen(query), 1);
    pen.lineWidth = 1;
    frame("#fff", key, side, 0.5);
    frame("#000", key, side, 1.5);
  }
}

// A table that can be folded. `read()` gives its caption and its rows, each the texts of its cells
// and the share of the bar in the last one. Where it is given, `go(n)` takes the learner to row n.
class Table {
  constructor(view, { called, columns, read, go, open = true }) {
    Object.assign(this, { columns, read, go, lines: [] });
    this.caption = node("caption");
    this.body = node("tbody");
    const names = columns.map((name) => node("th", { scope: "col" }, name));
    const table = node("table", {}, this.caption, node("thead", {}, node("tr", {}, ...names)), this.body);
    this.element = node("details", { class: "top" }, node("summary", {}, called), table);
    this.element.open = open;
    this.element.addEventListener("toggle", () => this.draw());
    view.parts.push(this);
  }

  draw() {
    if (!this.element.open) return;
    const { caption, rows } = this.read();
    write(this.caption, caption);
    while (this.lines.length < rows.length) this.lines.push(this.line(this.lines.length));
    this.lines.forEach((cells, n) => {
      const { texts = [], share = 0 } = rows[n] ?? {};
      cells.forEach((cell, c) => write(cell, `${texts[c] ?? ""}`));
      cells.at(-1).style.setProperty("--share", `${100 * share}%`);
    });
  }

  line(n) {
    const button = this.go && node("button", { class: "go" });
    button?.addEventListener("click", () => this.go(n));
    const name = node("th", { scope: "row" }, ...(button ? [button] : []));
    const cells = this.columns.slice(1).map(() => node("td"));
    cells.at(-1).classList.add("bar");
    this.body.append(node("tr", {}, name, ...cells));
    return [button ?? name, ...cells];
  }
}

// What stays as it was need not be laid out again.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The keys that the query on show looks at most.
function topTable(view) {
  const read = () => {
    const { maps, shown } = view;
    const found = top(view.levels(shown), 8).filter(([, level]) => level > 0);
    const row = ([key, level]) => ({ texts: [maps.keys[key], key, percent(level)], share: level / 255 });
    return { caption: `${view.asking()} looks at`, rows: found.map(row) };
  };
  return new Table(view, { called: "Top weights", columns: ["key token", "at", "weight"], read });
}

function keyHelp(rows) {
  const list = rows.flatMap(([keys, what]) => [node("dt", {}, keys), node("dd", {}, what)]);
  return node("details", { class: "help" }, node("summary", {}, "Keys"), node("dl", {}, ...list));
}

const HEAD_STYLE = `
:host { --arc-less: #c25a00; --less: #d6700c; } :host([data-theme="dark"]) { --arc-less: #ff9d45; }
.columns { display: flex; flex-wrap: wrap; gap: 14px 22px; }
.column { display: contents; }
.columns > *, .column > * { flex: 1 0 100%; min-width: 0; }
.head { order: 1; } .matrix { order: 2; flex: none; } .top { order: 3; flex: 1 1 190px; max-width: 340px; }
.wide .columns { flex-wrap: nowrap; }
.wide .column { display: flex; flex-direction: column; gap: 14px; flex: 1 1 0; min-width: 0; }
.wide .column > * { flex: none; }
header p { flex: 1 1 230px; }
small { flex: 1 0 100%; min-height: 18px; color: var(--faint); font-weight: 400; font-size: 12px; }
h4 { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; min-height: 24px; }
.strip hr { border: 0; border-top: 1px dashed var(--line); margin: 6px 0; }
.chip.less { --tintable: var(--less); }
.locked .chip[aria-selected] { outline-width: 3px; box-shadow: 0 0 0 5px color-mix(in srgb, var(--query) 35%, transparent); }
.reading { min-height: 20px; font-size: 14px; }
.locked .reading::after { content: "  · locked (Esc)"; color: var(--query); white-space: pre; }
.matrix > div { position: relative; line-height: 0; cursor: crosshair; width: max-content; }
.go { padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; text-decoration: underline; }
`;
