// The view of every head: all of them small, one large.

const GAP = 3; // between miniatures
const GUTTER = 30; // for the numbers of layers and heads
const WIDE = 730; // from this width the grid stands beside the head
const MOST_PARTS = 1700; // with more heads and tokens, heads have no cell of their own in the DOM
const ARC_FROM = 5; // levels (2 %): weaker looks get no arc
const MONO = "11px ui-monospace, Menlo, Consolas, monospace";

class HeadView {
  constructor(root, model, maps) {
    Object.assign(this, { root, model, maps });
    this.selected = this.inward(model.get("selected"));
    this.hovered = {};
    this.locked = false;
    this.build();
    this.resized = new ResizeObserver(() => this.layout());
    this.resized.observe(this.frame);
    this.answer = () => this.hear(this.inward(model.get("selected")));
    model.on("change:selected", this.answer);
    this.layout();
  }

  end() {
    this.resized.disconnect();
    this.model.off("change:selected", this.answer);
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
    this.reveal();
    this.live.textContent = this.sentence();
  }

  // Follow a selection made in Python; our own comes back too.
  hear(place) {
    const news = Object.keys(place).some((name) => place[name] !== this.selected[name]);
    if (news && place.i >= 0 && place.j >= 0) this.choose(place, { quiet: true });
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

  lock(on) {
    this.locked = on;
    this.hovered = {};
    this.draw();
    this.live.textContent = (on ? "Locked. " : "Free. ") + this.sentence();
  }

  move(name, step, count) {
    const to = Math.min(count - 1, Math.max(0, this.selected[name] + step));
    if (to !== this.selected[name]) this.choose({ [name]: to });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { maps } = this;
    const onGrid = this.grid.contains(event.target);
    const onTokens = event.target === this.strip;
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (event.key === "[") this.move("i", -1, maps.layers.length);
    else if (event.key === "]") this.move("i", 1, maps.layers.length);
    else if (event.key === ",") this.move("j", -1, maps.heads.length);
    else if (event.key === ".") this.move("j", 1, maps.heads.length);
    else if (event.key === "Escape") this.lock(false);
    else if (event.key === "Enter" && (onTokens || onGrid)) this.lock(!this.locked);
    else if (step && onGrid && across) this.move("j", step, maps.heads.length);
    else if (step && onGrid) this.move("i", step, maps.layers.length);
    else if (step && event.shiftKey) this.move("key", step, maps.seen(this.selected.query));
    else if (step) this.move("query", step, maps.queries.length);
    else if (event.key === "Home") this.choose({ query: 0 });
    else if (event.key === "End") this.choose({ query: maps.queries.length - 1 });
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (onGrid) this.cell(this.selected)?.focus({ preventScroll: true });
  }

  // ---- the page, built once ----

  build() {
    const { maps } = this;
    this.live = node("p", { class: "hidden", "aria-live": "polite" });
    this.frame = node(
      "section",
      { class: "frame", "aria-label": maps.title },
      node("header", {}, node("h3", {}, maps.title), node("p", {}, this.describe()), legend()),
      node("div", { class: "columns" }, ...this.buildColumns()),
      this.buildHelp(),
      this.live,
    );
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.root.append(this.frame);
  }

  describe() {
    const { layers, heads, keys, causal, crossed } = this.maps;
    const looks = causal ? " · each token looks only back" : crossed ? " · two texts" : "";
    const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
    return [count(layers.length, "layer"), count(heads.length, "head"), count(keys.length, "token")]
      .join(" · ")
      .concat(looks);
  }

  // Left the choice and the numbers, right the head; a narrow page puts them in one column.
  buildColumns() {
    const left = node("div", { class: "column" }, this.buildHeads(), this.buildTable());
    const right = node("div", { class: "column" }, this.buildTokens(), this.buildMatrix());
    return [left, right];
  }

  // Every head: one canvas, and over it a cell for each head that can be focused and named.
  buildHeads() {
    const { layers, heads, keys } = this.maps;
    this.thumbs = node("canvas", { "aria-hidden": "true" });
    this.grid = node("div", { class: "grid", role: "grid", "aria-label": "Heads: a row per layer" });
    this.cells = [];
    if (layers.length * heads.length + keys.length <= MOST_PARTS) {
      this.cells = layers.map((_, i) => heads.map((_, j) => this.buildCell(i, j)));
      this.grid.append(...this.cells.map((row) => node("div", { role: "row" }, ...row)));
    } else {
      this.grid.tabIndex = 0;
      this.grid.setAttribute("role", "group");
      this.grid.classList.add("bare");
    }
    this.grid.prepend(this.thumbs);
    this.listen(this.grid, (event) => this.headAt(event), (head) => this.choose(head));
    return node("div", { class: "heads" }, this.grid, this.buildBadges());
  }

  buildCell(i, j) {
    const earned = this.maps.badges[i][j].map(([name, share]) => `, ${name} ${share} %`).join("");
    const label = `layer ${this.maps.layers[i]}, head ${this.maps.heads[j]}${earned}`;
    const names = { role: "gridcell", tabindex: "-1", "aria-label": label, title: label };
    return Object.assign(node("button", names), { place: { i, j } });
  }

  cell({ i, j }) {
    return this.cells[i]?.[j] ?? this.grid;
  }

  // A button for each pattern found: it steps through the heads that follow it, strongest first.
  buildBadges() {
    const found = new Map();
    this.maps.badges.forEach((row, i) =>
      row.forEach((earned, j) =>
        earned.forEach(([name, share]) => {
          found.set(name, [...(found.get(name) ?? []), { i, j, share }]);
        }),
      ),
    );
    const buttons = Object.keys(this.maps.patterns).flatMap((name) => {
      const heads = found.get(name)?.sort((a, b) => b.share - a.share);
      if (!heads) return [];
      const title = `${name}: ${this.maps.patterns[name]}. Go to the next such head.`;
      const button = node("button", { class: "badge", title }, letter(name), `${name} ${heads.length}`);
      button.addEventListener("click", () => {
        const now = heads.findIndex(({ i, j }) => i === this.selected.i && j === this.selected.j);
        const { i, j } = heads[(now + 1) % heads.length];
        this.choose({ i, j });
      });
      return [button];
    });
    return node("div", { class: "badges", role: "group", "aria-label": "Patterns found" }, ...buttons);
  }

  // The tokens as a text. In cross-attention the tokens that look stand above those looked at.
  buildTokens() {
    const { maps } = this;
    this.heading = node("h4");
    this.reading = node("p", { class: "reading" });
    this.chips = maps.keys.map((token, k) => this.buildChip(token, k, "key"));
    this.askers = maps.crossed
      ? maps.queries.map((token, q) => this.buildChip(token, q, "query"))
      : this.chips.slice(maps.offset);
    this.arcs = node("canvas", { class: "over", "aria-hidden": "true" });
    this.strip = node("div", {
      class: "strip",
      role: "listbox",
      tabindex: "0",
      "aria-label": "Tokens. Arrows choose the token that looks, Enter locks it.",
    });
    if (maps.crossed) this.strip.append(...this.askers, node("hr"));
    this.strip.append(...this.chips, this.arcs);
    this.listen(this.strip, (event) => this.tokenAt(event));
    return node("div", { class: "head" }, this.heading, this.strip, this.reading);
  }

  buildMatrix() {
    this.matrix = node("canvas", { role: "img" });
    this.cross = node("canvas", { class: "over", "aria-hidden": "true" });
    this.square = node("div", { class: "matrix" }, node("div", {}, this.matrix, this.cross));
    this.listen(this.square, (event) => this.pairAt(event));
    return this.square;
  }

  buildTable() {
    this.caption = node("caption");
    this.body = node("tbody");
    const names = ["key token", "at", "weight"].map((name) => node("th", { scope: "col" }, name));
    const head = node("thead", {}, node("tr", {}, ...names));
    const table = node("table", {}, this.caption, head, this.body);
    this.details = node("details", { class: "top", open: "" }, node("summary", {}, "Top weights"), table);
    this.details.addEventListener("toggle", () => this.drawTable());
    return this.details;
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

  buildChip(token, at, side) {
    const label = `${token}, ${side === "key" ? "position" : "query"} ${at}`;
    const chip = node("span", { class: "chip", role: "option", "aria-label": label, dir: "auto" }, token);
    chip.id = `${side}${at}`; // ids are private to the shadow root
    if (token.length > 8) chip.title = token;
    return chip;
  }

  buildHelp() {
    const rows = [
      ["hover", "preview a token, a head or a pair"],
      ["click, Enter", "lock the token; while locked, hovering changes nothing"],
      ["Esc", "free"],
      ["arrows", "token that looks, Home and End too (Shift: token looked at); on the grid: head"],
      ["[ ]", "layer"],
      [", .", "head"],
    ];
    const list = rows.flatMap(([keys, what]) => [node("dt", {}, keys), node("dd", {}, what)]);
    return node("details", { class: "help" }, node("summary", {}, "Keys"), node("dl", {}, ...list));
  }

  // ---- pointer to place ----

  headAt(event) {
    if (event.target.place) return this.withTop(event.target.place);
    const { left, top } = this.grid.getBoundingClientRect();
    const j = Math.floor((event.clientX - left - GUTTER) / (this.side + GAP));
    const i = Math.floor((event.clientY - top - GUTTER) / (this.side + GAP));
    const inside = i >= 0 && j >= 0 && i < this.maps.layers.length && j < this.maps.heads.length;
    return inside ? this.withTop({ i, j }) : null;
  }

  tokenAt(event) {
    const chip = event.target.closest(".chip");
    const query = chip ? this.askers.indexOf(chip) : -1;
    return query < 0 ? null : this.withTop({ query });
  }

  pairAt(event) {
    const { left, top } = this.matrix.getBoundingClientRect();
    const { x, y, size } = this.plot;
    const key = Math.floor((event.clientX - left - x) / size);
    const query = Math.floor((event.clientY - top - y) / size);
    if (query < 0 || query >= this.maps.queries.length || key < 0) return null;
    return key < this.maps.seen(query) ? { query, key } : null;
  }

  // A place with the key that is looked at most there.
  withTop(place) {
    const { i, j, query } = { ...this.selected, ...place };
    return { ...place, key: this.maps.top(i, j, query, 1)[0][0] };
  }

  // Choose and lock; a second click on the same place frees it.
  pin(place) {
    const { query, key } = this.selected;
    const again = this.locked && place.query === query && place.key === key;
    this.choose(place);
    this.lock(!again);
  }

  // ---- drawing ----

  // Fit everything to the width there is.
  layout() {
    const width = this.frame.clientWidth - 2 * PADDING;
    if (width < 80 || width === this.width) return;
    this.width = width;
    const { layers, heads } = this.maps;
    this.wide = width >= WIDE;
    this.frame.classList.toggle("wide", this.wide);
    const room = this.wide ? Math.min(0.42 * width, 460) : width;
    const across = (room - GUTTER) / heads.length - GAP;
    const down = ((this.wide ? 480 : 340) - GUTTER) / layers.length - GAP;
    this.side = Math.max(6, Math.floor(Math.min(across, Math.max(down, 14), 56)));
    this.repaint();
    this.reveal();
  }

  repaint() {
    if (!this.side) return;
    this.ink = getComputedStyle(this.frame);
    this.drawThumbs();
    this.painted = "";
    this.places = null;
    this.draw();
  }

  // Everything that depends on the selection.
  draw() {
    if (!this.side) return;
    const { i, j } = this.shown;
    if (this.painted !== `${i}.${j}`) {
      this.painted = `${i}.${j}`;
      this.drawMatrix();
      this.drawHeading();
    }
    this.drawFocus();
    this.drawCross();
    this.drawTokens();
    this.drawTable();
    this.reading.textContent = this.sentence();
  }

  color(name) {
    return this.ink.getPropertyValue(`--${name}`);
  }

  drawThumbs() {
    const { maps, side } = this;
    const step = side + GAP;
    const width = GUTTER + maps.heads.length * step;
    const height = GUTTER + maps.layers.length * step;
    this.grid.style.cssText = `--side:${side}px;width:${width}px;height:${height}px`;
    const [pen, scale] = canvas(this.thumbs, width, height);
    const pixels = Math.round(side * scale);
    maps.layers.forEach((_, i) =>
      maps.heads.forEach((_, j) => {
        const x = Math.round((GUTTER + j * step) * scale);
        const y = Math.round((GUTTER + i * step) * scale);
        pen.putImageData(paint(maps, i, j, pixels, pixels), x, y);
      }),
    );
    pen.font = "10px system-ui, sans-serif";
    pen.fillStyle = this.color("faint");
    pen.textBaseline = "middle";
    pen.fillText("head", GUTTER, 7);
    pen.textAlign = "right";
    upright(pen, () => pen.fillText("layer", -GUTTER, 7));
    pen.textAlign = "center";
    const every = Math.ceil(14 / step); // numbers must not touch
    maps.heads.forEach((name, j) => {
      if (j % every === 0) pen.fillText(name, GUTTER + j * step + side / 2, 21);
    });
    maps.layers.forEach((name, i) => {
      if (i % every === 0) pen.fillText(name, 20, GUTTER + i * step + side / 2);
    });
    if (side >= 14) this.drawLetters(pen, step);
  }

  // The letter of each head's first badge, in the corner that a causal head leaves free.
  drawLetters(pen, step) {
    pen.font = "bold 10px system-ui, sans-serif";
    this.maps.badges.forEach((row, i) =>
      row.forEach((earned, j) => {
        if (!earned.length) return;
        const x = GUTTER + j * step + this.side - 12;
        const y = GUTTER + i * step;
        pen.fillStyle = this.color("badge");
        pen.fillRect(x, y, 12, 12);
        pen.fillStyle = this.color("badge-ink");
        pen.fillText(earned[0][0][0].toUpperCase(), x + 6, y + 6.5);
      }),
    );
  }

  drawHeading() {
    const { i, j } = this.shown;
    const name = `Layer ${this.maps.layers[i]} · head ${this.maps.heads[j]}`;
    const earned = this.maps.badges[i][j].map(([pattern, share]) =>
      node("span", { class: "badge", title: this.maps.patterns[pattern] }, letter(pattern), `${pattern} ${share} %`),
    );
    const meaning = earned.length ? this.maps.patterns[this.maps.badges[i][j][0][0]] : "";
    this.heading.replaceChildren(name, ...earned, node("small", {}, meaning));
    this.matrix.setAttribute("aria-label", `Attention matrix. ${name}, rows look, columns are looked at`);
  }

  // Mark the head and the token on show for eye, keyboard and screen reader.
  drawFocus() {
    const head = this.cell(this.shown);
    if (head !== this.markedHead && head !== this.grid) {
      this.markedHead?.removeAttribute("aria-selected");
      head.setAttribute("aria-selected", "true");
      this.markedHead = head;
    }
    this.grid.style.setProperty("--i", this.shown.i);
    this.grid.style.setProperty("--j", this.shown.j);
    const tab = this.cell(this.selected);
    if (tab !== this.tabbed && tab !== this.grid) {
      if (this.tabbed) this.tabbed.tabIndex = -1;
      tab.tabIndex = 0;
      this.tabbed = tab;
    }
    this.frame.classList.toggle("locked", this.locked);
  }

  drawMatrix() {
    const { maps } = this;
    const { i, j } = this.shown;
    const rows = maps.queries.length;
    const columns = maps.keys.length;
    const most = Math.max(rows, columns);
    const room = Math.min(this.square.parentElement.clientWidth || this.width, this.wide ? 460 : 340);
    const named = (room - 70) / most >= 10; // room for a name on each row
    const gutter = named ? this.longest() + 12 : 20;
    const size = Math.min((room - gutter - 4) / most, 44);
    this.plot = { x: gutter, y: 4, size, width: size * columns, height: size * rows };
    const width = gutter + this.plot.width + 4;
    const height = gutter + this.plot.height + 8;
    const [pen, scale] = canvas(this.matrix, width, height);
    const px = (value) => Math.round(value * scale);
    const image = paint(maps, i, j, px(this.plot.height), px(this.plot.width));
    pen.putImageData(image, px(gutter), px(4));
    if (named) this.nameRows(pen);
    else this.nameAxes(pen);
    canvas(this.cross, width, height);
  }

  nameRows(pen) {
    const { x, y, size, height } = this.plot;
    pen.font = MONO;
    pen.fillStyle = this.color("ink");
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const at = (n) => (n + 0.5) * size;
    this.maps.queries.forEach((token, q) => pen.fillText(short(token), x - 5, y + at(q)));
    upright(pen, () =>
      this.maps.keys.forEach((token, k) => pen.fillText(short(token), -y - height - 5, x + at(k))),
    );
  }

  nameAxes(pen) {
    const { x, y, height } = this.plot;
    pen.font = MONO;
    pen.fillStyle = this.color("faint");
    pen.fillText("key: looked at →", x, y + height + 14);
    pen.textAlign = "right";
    upright(pen, () => pen.fillText("← query: looks", -y, x - 6));
  }

  // The width of the longest name beside the matrix.
  longest() {
    const pen = this.matrix.getContext("2d");
    pen.font = MONO;
    const names = [...this.maps.queries, ...this.maps.keys];
    return Math.max(...names.map((token) => pen.measureText(short(token)).width));
  }

  // The row of the query on show, and the pair in it.
  drawCross() {
    const { query, key } = this.shown;
    const { x, y, size } = this.plot;
    const pen = this.cross.getContext("2d");
    pen.clearRect(0, 0, this.cross.width, this.cross.height);
    const side = Math.max(size, 4);
    const frame = (color, column, columns, out) => {
      pen.strokeStyle = color;
      pen.strokeRect(x + column * size - out, y + query * size - out, columns + 2 * out, side + 2 * out);
    };
    pen.lineWidth = 2;
    frame(this.color("query"), 0, size * this.maps.seen(query), 1);
    pen.lineWidth = 1;
    frame("#fff", key, side, 0.5);
    frame("#000", key, side, 1.5);
  }

  // Each token tinted by how much of the query's attention it gets, and an arc to each.
  drawTokens() {
    const { maps } = this;
    const { i, j, query, key } = this.shown;
    const row = maps.row(i, j, query);
    this.chips.forEach((chip, k) => {
      const level = row[k];
      const kind = level === undefined ? "chip future" : level > 120 ? "chip strong" : "chip";
      if (chip.className !== kind) chip.className = kind;
      const tint = level ? Math.round(100 * Math.sqrt(level / 255)) + "%" : "0%";
      if (chip.tint !== tint) chip.style.setProperty("--tint", (chip.tint = tint));
      const share = level >= 13 ? percent(level) : ""; // from 5 %
      if (chip.dataset.share !== share) chip.dataset.share = share;
    });
    const asker = this.askers[query];
    if (this.asker !== asker) {
      this.asker?.removeAttribute("aria-selected");
      asker.setAttribute("aria-selected", "true");
      this.strip.setAttribute("aria-activedescendant", asker.id);
      this.asker = asker;
    }
    if (this.target !== this.chips[key]) {
      this.target?.removeAttribute("data-key");
      this.target = this.chips[key];
      this.target.dataset.key = "";
    }
    this.drawArcs(row, query);
  }

  drawArcs(row, query) {
    this.places ??= this.measure();
    const pen = this.arcs.getContext("2d");
    pen.clearRect(0, 0, this.arcs.width, this.arcs.height);
    pen.strokeStyle = this.color("arc");
    pen.lineCap = "round";
    const from = this.places.askers[query];
    row.forEach((level, k) => {
      const to = this.places.chips[k];
      if (level < ARC_FROM || to === from) return;
      const share = level / 255;
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
    canvas(this.arcs, 0, 0); // must not stretch what is measured
    const box = this.strip.getBoundingClientRect();
    canvas(this.arcs, this.strip.clientWidth, this.strip.scrollHeight);
    const place = (chip) => {
      const { left, right, top, bottom } = chip.getBoundingClientRect();
      const down = this.strip.scrollTop - box.top;
      return { x: (left + right) / 2 - box.left, top: top + down, bottom: bottom + down };
    };
    const chips = this.chips.map(place);
    const askers = this.maps.crossed ? this.askers.map(place) : chips.slice(this.maps.offset);
    return { chips, askers };
  }

  // Scroll the tokens, and nothing else, until the chosen one is seen.
  reveal() {
    if (!this.places) return;
    const { top, bottom } = this.places.askers[this.selected.query];
    const { scrollTop, clientHeight } = this.strip;
    if (top < scrollTop) this.strip.scrollTop = top - 20;
    else if (bottom + 20 > scrollTop + clientHeight) this.strip.scrollTop = bottom + 20 - clientHeight;
  }

  drawTable() {
    if (!this.details.open) return;
    const { i, j, query } = this.shown;
    this.caption.textContent = `${this.maps.queries[query]} (${query + this.maps.offset}) looks at`;
    this.rows ??= Array.from({ length: Math.min(8, this.maps.keys.length) }, () => {
      const cells = [node("th", { scope: "row" }), node("td"), node("td", { class: "bar" })];
      this.body.append(node("tr", {}, ...cells));
      return cells;
    });
    const found = this.maps.top(i, j, query, this.rows.length);
    const top = found.filter(([, level]) => level > 0);
    this.rows.forEach((cells, n) => {
      const [key, level] = top[n] ?? [];
      const texts = key === undefined ? ["", "", ""] : [this.maps.keys[key], key, percent(level)];
      cells.forEach((cell, c) => (cell.textContent = texts[c]));
      cells[2].style.setProperty("--share", `${((level ?? 0) / 255) * 100}%`);
    });
  }

  sentence() {
    const { i, j, query, key } = this.shown;
    const { maps } = this;
    const level = maps.row(i, j, query)[key] ?? 0;
    const asks = `${maps.queries[query]} (${query + maps.offset})`;
    return `${asks} looks at ${maps.keys[key]} (${key}) with ${percent(level)} of its attention`;
  }
}

const HEAD_STYLE = `
.columns { display: flex; flex-wrap: wrap; gap: 14px 22px; }
.column { display: contents; }
.heads, .head { flex: 1 0 100%; min-width: 0; }
.head { order: 1; } .matrix { order: 2; } .top { order: 3; flex: 1 1 190px; max-width: 340px; }
.wide .columns { flex-wrap: nowrap; }
.wide .column { display: flex; flex-direction: column; gap: 14px; flex: 1 1 0; min-width: 0; }
.wide .column:first-child { flex: none; max-width: 46%; }
.wide .heads, .wide .head, .wide .top { flex: none; }
.grid { position: relative; }
.grid canvas { position: absolute; inset: 0; }
.grid [role="row"] { display: flex; gap: ${GAP}px; margin: 0 0 ${GAP}px ${GUTTER}px; }
.grid [role="row"]:nth-of-type(1) { padding-top: ${GUTTER}px; }
.grid button { position: relative; width: var(--side); height: var(--side); flex: none; padding: 0;
  border: 0; border-radius: 1px; background: none; cursor: pointer; outline-offset: 0; }
.grid button:hover { outline: 2px solid var(--faint); }
.bare::after { content: ""; position: absolute; width: var(--side); height: var(--side);
  left: calc(${GUTTER}px + var(--j) * (var(--side) + ${GAP}px));
  top: calc(${GUTTER}px + var(--i) * (var(--side) + ${GAP}px)); outline: 2px solid var(--query); }
.grid button[aria-selected] { outline: 3px solid var(--query); }
.badges { display: flex; flex-wrap: wrap; gap: 6px; margin: 4px 0 0 ${GUTTER}px; max-width: 400px; }
small { flex: 1 0 100%; min-height: 18px; color: var(--faint); font-weight: 400; font-size: 12px; }
h4 { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; min-height: 24px; }
.strip hr { border: 0; border-top: 1px dashed var(--line); margin: 6px 0; }
.locked .chip[aria-selected] { outline-width: 3px; box-shadow: 0 0 0 5px color-mix(in srgb, var(--query) 35%, transparent); }
.reading { min-height: 20px; font-size: 14px; }
.locked .reading::after { content: "  · locked (Esc)"; color: var(--query); white-space: pre; }
.matrix > div { position: relative; line-height: 0; cursor: crosshair; width: max-content; }
`;

VIEWS.head_view = {
  style: HEAD_STYLE,
  open: async (root, model, payload) => new HeadView(root, model, await Maps.read(payload)),
};
