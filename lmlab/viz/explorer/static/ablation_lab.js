// Heads knocked out, one or several at a time: the loss and the next token, before and without.

class Ablation extends CellTable {
  end() {
    this.python.end();
    super.end();
  }

  // ---- which heads are knocked out ----

  // Python's selection is a list of heads; the cursor is where the keyboard stands.
  inward({ heads }) {
    this.gone = new Set(heads.map(([i, j]) => `${i}.${j}`));
    return { i: heads.at(-1)?.[0] ?? 0, j: heads.at(-1)?.[1] ?? 0 };
  }
  outward() {
    return { heads: [...this.gone].map((head) => head.split(".").map(Number)) };
  }
  hear(selected) {
    if (this.key_of(selected.heads.map((head) => head.join("."))) === this.key_of(this.gone)) return;
    this.selected = this.inward(selected);
    this.draw();
  }

  pick(place) {
    const head = `${place.i}.${place.j}`;
    if (!this.gone.delete(head)) this.gone.add(head);
    this.choose(place);
  }

  // Esc brings all heads back.
  lock(on) {
    if (on) return;
    this.gone.clear();
    this.choose(this.selected);
  }

  // The heads whose absence is on show: those chosen, or the one under the pointer.
  get out() {
    return this.gone.size || !this.hovered ? [...this.gone] : [`${this.hovered.i}.${this.hovered.j}`];
  }
  key_of(heads) {
    return [...heads].sort().join(" ");
  }

  // ---- what is in a cell ----

  text(i, j) {
    return this.roomy ? withSign(this.effects[i][j]) : "";
  }
  colour(i, j) {
    return this.signs.mix(this.effects[i][j] / this.scale);
  }
  name(i, j) {
    return `layer ${i}, head ${j}: loss ${withSign(this.effects[i][j])} nats a token`;
  }
  sentence() {
    const { i, j } = this.hovered ?? this.selected;
    const effect = this.effects[i][j];
    const does = effect > 0 ? "it helps" : effect < 0 ? "without it the model does better" : "it changes nothing";
    return `Layer ${i}, head ${j}: the loss changes by ${withSign(effect)} nats a token; ${does}`;
  }

  drawLegend() {
    const end = withSign(this.scale).replace("+", "");
    this.drawScale("Colour: change of the loss in nats a token", [[`−${end}`, 0], ["0", 0.5], [`+${end}`, 1]], true);
  }

  // ---- below the table ----

  keys() {
    return [
      ["hover", "preview a head"],
      ["click, Enter, Space", "knock a head out, or bring it back; several may be out"],
      ["Esc", "bring all back"],
      ["arrows, Home, End", "move in the table"],
      ["[ ] and , .", "layer and head, from anywhere in the view"],
    ];
  }

  buildTable() {
    const table = super.buildTable();
    table.setAttribute("aria-multiselectable", "true");
    return table;
  }

  parts() {
    this.python = new Python(this.model);
    this.listens = this.python.listens;
    this.heading = node("h4");
    this.loss = node("p", { class: "loss" });
    this.note = node("p", { class: "note", role: "status" });
    this.bars = new Bars(["whole model", "without"]);
    this.bars.table.classList.add("against");
    const back = node("button", { class: "back" }, "bring all back");
    back.addEventListener("click", () => this.lock(false));
    const chips = this.tokens.map((token) => node("span", { class: "chip", dir: "auto" }, token));
    const text = node("p", { class: "text" }, ...chips);
    return [node("div", {}, this.heading, this.loss, back, this.note, text), this.bars.table];
  }

  // All chosen heads are marked, not only the one under the cursor.
  show() {}

  draw() {
    super.draw();
    this.tds.flat().forEach((td) => {
      const gone = this.gone.has(`${td.place.i}.${td.place.j}`);
      td.setAttribute("aria-selected", gone);
      td.classList.toggle("gone", gone);
    });
  }

  drawParts() {
    const heads = this.out;
    const gone = `Without head${heads.length > 1 ? "s" : ""} ${heads.join(", ")}`;
    this.heading.textContent = heads.length ? gone : "All heads in place";
    const key = this.key_of(heads);
    const answer = this.answers[key];
    if (!answer && this.listens && heads.length && this.gone.size) this.ask(key);
    this.drawAnswer(heads, answer);
  }

  ask(key) {
    this.asking ??= new Set();
    if (this.asking.has(key)) return;
    this.asking.add(key);
    this.python.ask(this.outward()).then((answer) => {
      this.asking.delete(key);
      this.answers[key] = answer;
      this.drawParts();
      this.live.textContent = this.loss.textContent;
    });
  }

  drawAnswer(heads, answer) {
    const whole = this.answers[""];
    this.note.textContent = answer?.error ?? this.missing(heads, answer);
    this.note.classList.toggle("error", Boolean(answer?.error));
    this.loss.textContent = this.losses(heads, answer);
    const next = answer?.next ?? whole?.next ?? [];
    const rows = next.map(([token, before, after]) => ({ token, shares: [before, answer?.next ? after : "?"] }));
    this.bars.table.hidden = !rows.length;
    this.bars.fill("The next token", rows);
  }

  losses(heads, answer) {
    const whole = this.answers[""]?.loss;
    if (answer?.loss !== undefined && whole !== undefined) {
      if (!heads.length) return `Loss ${whole.toFixed(3)} nats a token`;
      return `Loss ${whole.toFixed(3)} → ${answer.loss.toFixed(3)} nats a token (${withSign(answer.loss - whole)})`;
    }
    if (!heads.length) return "";
    const sum = heads.map((head) => head.split(".")).reduce((total, [i, j]) => total + this.effects[i][j], 0);
    return `Loss ${withSign(sum)} nats a token${heads.length > 1 ? ", if their effects add up" : ""}`;
  }

  missing(heads, answer) {
    if (answer || !heads.length) return "";
    if (this.listens) return this.gone.size ? "Asking Python …" : "Click to knock it out.";
    if (heads.length > 1) return "Together heads may do more, or less, than the sum. A live view asks the model.";
    return Object.keys(this.answers).length ? "The next token without this head was not recorded." : "";
  }
}

const ABLATION_STYLE = `
.cells:not(.bare) td { min-width: 3.6em; }
.cells td.gone, .cells td:focus-visible { position: relative; }
.cells td:focus-visible { box-shadow: 0 0 0 2px var(--card), 0 0 0 5px var(--faint); z-index: 1; }
.loss { margin: 4px 0; font-size: 14px; font-variant-numeric: tabular-nums; min-height: 20px; }
.note { min-height: 22px; color: var(--faint); } .note.error { color: var(--query); white-space: pre-wrap; overflow-wrap: anywhere; }
.back { margin: 4px 0; padding: 1px 10px; border: 1px solid var(--line); border-radius: 4px; background: var(--chip); cursor: pointer; }
.text { line-height: 30px; max-height: 130px; overflow: auto; }
`;

VIEWS.ablation_lab = {
  style: CELL_STYLE + BESIDE_STYLE + BAR_STYLE + ABLATION_STYLE,
  open: async (root, model, payload) => new Ablation(root, model, payload),
};
