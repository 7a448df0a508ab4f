// A table of coloured cells, a row for each layer: what the lens, patching and ablation stand on.
//
// A view extends CellTable and says what is in a cell (`text`, `colour`, `name`), what stands
// above the table (`controls`) and below it (`parts`), and what changes there (`drawParts`).

const RED = 0.2126, GREEN = 0.7152, BLUE = 0.0722; // how bright each is to the eye (sRGB)

class CellTable {
  constructor(root, model, payload) {
    Object.assign(this, payload, { root, model });
    this.selected = this.inward(model.get("selected"));
    this.hovered = null;
    this.locked = false;
    this.build();
    this.answer = () => this.hear(model.get("selected"));
    model.on("change:selected", this.answer);
    this.repaint();
    requestAnimationFrame(() => this.reveal()); // once there is a layout
  }

  end() {
    this.model.off("change:selected", this.answer);
  }

  // Python names the two axes of the table; inside, they are row i and column j.
  inward(selected) {
    const [i, j] = this.axes.map((axis) => selected[axis]);
    return { i, j };
  }
  outward() {
    const { i, j } = this.selected;
    return { [this.axes[0]]: i, [this.axes[1]]: j };
  }

  // What is on show: the selection, or what the pointer is over; the lock wins.
  get shown() {
    return this.locked ? this.selected : (this.hovered ?? this.selected);
  }

  // Whether there is room for a number in each cell.
  get roomy() {
    return this.columns.length <= 24;
  }

  // ---- what can happen ----

  choose(place) {
    this.selected = place;
    this.hovered = null;
    this.tell();
    this.draw();
    this.live.textContent = this.sentence();
  }

  tell() {
    this.model.set("selected", this.outward());
    this.model.save_changes();
  }

  // Follow a selection made in Python; our own comes back too.
  hear(selected) {
    const { i, j } = this.inward(selected);
    if (!this.tds[i]?.[j] || (i === this.selected.i && j === this.selected.j)) return;
    this.selected = { i, j };
    this.draw();
  }

  // Show what the pointer is over, at the next frame.
  hover(place) {
    this.hovered = place;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  // Choose and lock; a second time on the same place frees it.
  pick(place) {
    const again = this.locked && place.i === this.selected.i && place.j === this.selected.j;
    this.choose(place);
    this.lock(!again);
  }

  lock(on) {
    this.locked = on;
    this.draw();
    this.live.textContent = (on ? "Locked. " : "Free. ") + this.sentence();
  }

  move(down, across) {
    const within = (at, count) => Math.min(count - 1, Math.max(0, at));
    const i = within(this.selected.i + down, this.rows.length);
    const j = within(this.selected.j + across, this.columns.length);
    if (i !== this.selected.i || j !== this.selected.j) this.choose({ i, j });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input")) return;
    const onCells = this.table.contains(event.target);
    const steps = { "[": [-1, 0], "]": [1, 0], ",": [0, -1], ".": [0, 1] };
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const ends = { Home: [0, -Infinity], End: [0, Infinity] };
    const step = steps[event.key] ?? (onCells ? (arrows[event.key] ?? ends[event.key]) : undefined);
    if (step) this.move(...step);
    else if (event.key === "Escape") this.lock(false);
    else if (onCells && (event.key === "Enter" || event.key === " ")) this.pick(this.selected);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (onCells) this.tds[this.selected.i][this.selected.j].focus({ preventScroll: true });
    this.reveal();
  }

  // ---- the page, built once ----

  build() {
    this.live = node("p", { class: "hidden", "aria-live": "polite" });
    this.legend = node("div", { class: "legend", role: "img" });
    this.reading = node("p", { class: "reading" });
    this.frame = node(
      "section",
      { class: "frame", "aria-label": this.title },
      node("header", {}, node("h3", {}, this.title), node("p", {}, this.about), ...this.controls(), this.legend),
      node(
        "div",
        { class: "main" },
        node("div", {}, node("div", { class: "scroll" }, this.buildTable()), this.reading),
        node("div", { class: "parts" }, ...this.parts()),
      ),
      this.buildHelp(),
      this.live,
    );
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.root.append(this.frame);
  }

  controls() {
    return [];
  }

  buildTable() {
    this.tds = this.rows.map((_, i) => this.columns.map((_, j) => this.buildCell(i, j)));
    const lines = this.lines.map((name, n) => this.buildLine(name, n));
    const rows = this.rows.map((name, i) =>
      node("tr", { role: "row" }, node("th", { scope: "row", role: "rowheader" }, name), ...this.tds[i]),
    );
    this.table = node(
      "table",
      { class: this.roomy ? "cells" : "cells bare", role: "grid", "aria-label": this.label },
      node("thead", { role: "rowgroup" }, ...lines),
      node("tbody", { role: "rowgroup" }, ...rows),
    );
    this.listen();
    return this.table;
  }

  // A line of names above the columns; `marked` are columns where the lines differ.
  buildLine(name, n) {
    const names = this.columns.map((column, j) => {
      const marked = this.marked?.includes(j);
      const label = `${column[n]}${marked ? ", differs" : ""}`;
      const named = { scope: "col", role: "columnheader", "aria-label": label, title: column[n], dir: "auto" };
      const cell = node("th", named, column[n]);
      cell.classList.toggle("differs", Boolean(marked));
      return cell;
    });
    return node("tr", { role: "row" }, node("th", { role: "columnheader" }, name), ...names);
  }

  buildCell(i, j) {
    return Object.assign(node("td", { role: "gridcell", tabindex: "-1", dir: "auto" }), { place: { i, j } });
  }

  listen() {
    const find = (event) => event.target.closest("td")?.place ?? null;
    this.table.addEventListener("pointermove", (event) => this.hover(find(event)));
    this.table.addEventListener("pointerleave", () => this.hover(null));
    this.table.addEventListener("click", (event) => {
      const place = find(event);
      if (place) this.pick(place);
    });
  }

  keys() {
    return [
      ["hover", "preview a cell"],
      ["click, Enter", "lock it; while locked, hovering changes nothing"],
      ["Esc", "free"],
      ["arrows, Home, End", "move in the table"],
      ["[ ] and , .", "row and column, from anywhere in the view"],
    ];
  }

  buildHelp() {
    const list = this.keys().flatMap(([keys, what]) => [node("dt", {}, keys), node("dd", {}, what)]);
    return node("details", { class: "help" }, node("summary", {}, "Keys"), node("dl", {}, ...list));
  }

  // ---- drawing ----

  // Everything that depends on colours and on what the cells show.
  repaint() {
    this.signs = new Signs(this.frame);
    this.tds.flat().forEach((td) => {
      const { i, j } = td.place;
      const colour = this.colour(i, j);
      td.textContent = this.text(i, j);
      td.setAttribute("aria-label", this.name(i, j));
      td.style.background = `rgb(${colour.map(Math.round)})`;
      td.style.color = bright(colour) ? "#000" : "#fff";
    });
    this.drawLegend();
    this.draw();
  }

  // Everything that depends on what is chosen.
  draw() {
    const { i, j } = this.shown;
    this.mark("seen", this.tds[i][j], (td, on) => this.show(td, on));
    this.mark("tabbed", this.tds[this.selected.i][this.selected.j], (td, on) => (td.tabIndex = on ? 0 : -1));
    this.frame.classList.toggle("locked", this.locked);
    this.reading.textContent = this.sentence();
    this.drawParts();
  }

  // Move a mark, remembered by name, from the cell that has it to another.
  mark(name, td, set) {
    if (this[name] === td) return;
    if (this[name]) set(this[name], false);
    set(td, true);
    this[name] = td;
  }

  show(td, on) {
    if (on) td.setAttribute("aria-selected", "true");
    else td.removeAttribute("aria-selected");
  }

  // Scroll the table sideways, and nothing else, until the chosen cell is seen.
  reveal() {
    const box = this.table.parentElement;
    const td = this.tds[this.selected.i][this.selected.j];
    const left = td.offsetLeft - this.table.rows[0].cells[0].offsetWidth - 8;
    const right = td.offsetLeft + td.offsetWidth + 8;
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  }

  // The scale of the colours: numbers at places from 0 to 1 along it.
  drawScale(label, marks, signed = false) {
    const names = marks.map(([text, at]) => {
      const mark = node("span", {}, text);
      mark.style.left = `${100 * at}%`;
      return mark;
    });
    const ends = [-1, 0, 1].map((at) => `rgb(${this.signs.mix(at)})`);
    this.legend.style.background = signed ? `linear-gradient(90deg, ${ends})` : "";
    this.legend.setAttribute("aria-label", label);
    this.legend.title = label;
    this.legend.replaceChildren(...names);
  }

  // Cividis for 0 to 1, on its square-root scale.
  magnitude(share) {
    const colour = RAMP[Math.round(255 * share)];
    return [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  }
}

// Whether black is easier to read on this colour than white.
function bright([r, g, b]) {
  const [red, green, blue] = [r, g, b].map((c) => (c / 255) ** 2.2);
  return RED * red + GREEN * green + BLUE * blue > 0.179;
}

// A number with its sign, to two digits after the point, or three when it is small.
function withSign(number) {
  const size = Math.abs(number);
  if (size < 0.0005) return "0.00";
  return `${number < 0 ? "−" : "+"}${size.toFixed(size < 0.1 ? 3 : 2)}`;
}

const CELL_STYLE = `
.scroll { overflow-x: auto; padding: 3px 0 6px; }
.cells { width: auto; border-collapse: separate; border-spacing: 2px; margin: 0; }
.cells td { min-width: 2.1em; height: 26px; max-width: 8.5em; padding: 0 5px; overflow: hidden; text-overflow: ellipsis;
  white-space: pre; text-align: center; border-radius: 3px; cursor: pointer; unicode-bidi: isolate;
  font: 12px/26px ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.cells tbody th, .cells thead th { border: 0; height: 22px; white-space: pre; font-size: 12px; }
.cells tr > th:first-child { position: sticky; left: 0; z-index: 1; max-width: none; padding: 0 8px 0 2px; background: var(--card);
  color: var(--faint); font: 12px/22px system-ui, sans-serif; text-align: end; }
.cells thead th { max-width: 8.5em; padding: 0 4px; overflow: hidden; text-overflow: ellipsis; text-align: center;
  color: var(--ink); font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; unicode-bidi: isolate; }
.cells thead th.differs { color: var(--query); font-weight: 700; text-decoration: underline 2px; text-underline-offset: 3px; }
.cells td:hover { box-shadow: inset 0 0 0 2px var(--faint); }
.cells td[aria-selected="true"] { outline: 3px solid var(--ink); outline-offset: -1px; box-shadow: inset 0 0 0 4px var(--card); }
.cells.bare td { min-width: 20px; padding: 0; } .cells.bare thead th { padding: 0 2px; }
.locked .cells td[aria-selected="true"] { outline-color: var(--query); }
.reading { width: 0; min-width: 100%; min-height: 22px; margin: 2px 0 4px; font-size: 14px; }
.locked .reading::after { content: "  · locked (Esc)"; color: var(--query); white-space: pre; }
.legend { width: 160px; margin-inline: 20px 26px; box-shadow: 0 0 0 1px var(--line); }
header label { color: var(--faint); }
select { font: inherit; padding: 1px 4px; border: 1px solid var(--line); border-radius: 4px; background: var(--chip); color: var(--ink); }
@container (max-width: 560px) { .reading { min-height: 42px; } }
.main > div { min-width: 0; max-width: 100%; }
.parts { display: grid; gap: 10px; align-content: start; grid-template-columns: minmax(0, 1fr); }
`;

// The table and what belongs to it side by side, where there is room.
const BESIDE_STYLE = `
.main { display: flex; flex-wrap: wrap; gap: 4px 32px; }
.main > div:first-child { flex: 0 1 max-content; min-width: min(300px, 100%); }
.main > .parts { flex: 1 1 300px; }
`;
