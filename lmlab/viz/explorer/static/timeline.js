// The view of heads while a model learns: each checkpoint's attention and, above it, the scores of
// the patterns as curves, and the loss with them.

const SECONDS = 0.6; // between checkpoints while playing

// Attention at several checkpoints, of which the one `at` the pointer of time is read.
class Film extends Maps {
  head(i, j) {
    return super.head(this.at * this.layers.length + i, j);
  }
  get badges() {
    return this.earned[this.at];
  }
}

class TimelineView extends HeadView {
  constructor(root, model, maps) {
    maps.at = maps.steps.indexOf(model.get("selected").step);
    super(root, model, maps);
  }

  end() {
    clearInterval(this.playing);
    super.end();
  }

  inward(selected) {
    return { ...super.inward(selected), at: this.maps.steps.indexOf(selected.step) };
  }
  outward(selected) {
    return { step: this.maps.steps[selected.at], ...super.outward(selected) };
  }

  get map() {
    return `${this.maps.at}.${super.map}`;
  }

  describe() {
    return `${super.describe()} · ${count(this.maps.steps.length, "checkpoint")}`;
  }

  help() {
    return [...super.help(), ["PgUp PgDn", "checkpoint"]];
  }

  choose(change, how) {
    if (change.at !== undefined && change.at !== this.maps.at) {
      this.maps.at = change.at;
      this.grid.drawn = false;
    }
    super.choose(change, how);
  }

  key(event) {
    const step = { PageUp: -1, PageDown: 1 }[event.key];
    if (!step) return super.key(event);
    event.preventDefault();
    event.stopPropagation();
    this.move("at", step, this.maps.steps.length);
  }

  build() {
    const curves = new Curves(this);
    this.button = node("button", { class: "badge play" });
    this.button.addEventListener("click", () => this.play(!this.playing));
    this.play(false);
    const bar = node("div", { class: "time" }, this.button, curves.slider, curves.now);
    return [curves.element, bar, this.buildScores().element, ...super.build()];
  }

  // Patterns come and go: the curves say where they are.
  buildPatterns() {
    return [];
  }

  // The same numbers as the curves, for who would rather read them.
  buildScores() {
    const { maps } = this;
    const columns = ["step", ...Object.keys(maps.scores), ...(maps.losses ? ["loss"] : [])];
    const row = (step, at) => {
      const { i, j } = this.shown;
      const scores = Object.values(maps.scores).map((of) => `${of[at][i][j]} %`);
      return { texts: [step, ...scores, maps.losses?.[at]] };
    };
    const read = () => ({ caption: maps.name(this.shown.i, this.shown.j), rows: maps.steps.map(row) });
    return new Table(this, { called: "Scores as a table", columns, read, go: (at) => this.choose({ at }), open: false });
  }

  play(on) {
    clearInterval(this.playing);
    const last = this.maps.steps.length - 1;
    if (on && this.selected.at === last) this.choose({ at: 0 });
    this.playing = on ? setInterval(() => this.advance(last), 1000 * SECONDS) : 0;
    this.button.textContent = on ? "❚❚ Pause" : "▶ Play";
  }

  advance(last) {
    this.choose({ at: this.selected.at + 1 });
    if (this.selected.at >= last) this.play(false);
  }
}

const PLOT = { left: 46, right: 92, top: 8, scores: 120, gap: 24, loss: 60, bottom: 32 };

// The scores of the head on show at all checkpoints, the loss, and a slider through them.
class Curves {
  constructor(view) {
    this.view = view;
    const { steps } = view.maps;
    this.element = node("canvas", { role: "img", class: "curves" });
    this.element.addEventListener("click", (event) => view.choose({ at: this.under(event) }));
    this.slider = node("input", { type: "range", min: 0, max: steps.length - 1, "aria-label": "Checkpoint" });
    this.slider.addEventListener("input", () => view.choose({ at: Number(this.slider.value) }));
    this.now = node("output");
    view.parts.push(this);
  }

  under(event) {
    const near = Math.round((event.clientX - this.element.getBoundingClientRect().left - PLOT.left) / this.apart);
    return Math.min(this.view.maps.steps.length - 1, Math.max(0, near));
  }

  forget() {
    const { steps, losses } = this.view.maps;
    this.low = PLOT.top + PLOT.scores + (losses ? PLOT.gap + PLOT.loss : 0); // where the axis lies
    [this.pen] = canvas(this.element, this.view.width, this.low + PLOT.bottom);
    this.apart = (this.view.width - PLOT.left - PLOT.right) / Math.max(1, steps.length - 1);
  }

  draw() {
    const { maps } = this.view;
    const now = `step ${maps.steps[maps.at]}` + (maps.losses ? ` · loss ${maps.losses[maps.at]}` : "");
    this.slider.value = maps.at;
    this.slider.setAttribute("aria-valuetext", now);
    this.now.textContent = now;
  }

  paint() {
    const { pen, view } = this;
    const { maps, shown } = view;
    pen.clearRect(0, 0, this.element.width, this.element.height);
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    this.drawSteps();
    const scores = Object.entries(maps.scores).map(([name, of], n) => ({
      name,
      colour: view.color(`line${n}`),
      values: of.map((step) => step[shown.i][shown.j]),
    }));
    this.drawLines(scores, { top: PLOT.top, tall: PLOT.scores, low: 0, high: 100, unit: " %" });
    const { losses } = maps;
    if (losses) {
      const top = PLOT.top + PLOT.scores + PLOT.gap;
      const [low, high] = [Math.min(...losses), Math.max(...losses)];
      const line = { name: "loss", colour: view.color("ink"), values: losses };
      this.drawLines([line], { top, tall: PLOT.loss, low, high: high > low ? high : low + 1, unit: "" });
    }
    const ends = scores.map(({ name, values }) => `${name} ${values[0]} to ${values.at(-1)} %`);
    this.element.setAttribute("aria-label", `Scores of ${maps.name(shown.i, shown.j)} over training: ${ends.join(", ")}`);
  }

  x(at) {
    return PLOT.left + at * this.apart;
  }

  // The checkpoints along the axis, and a line through the one on show.
  drawSteps() {
    const { pen, view } = this;
    const { steps, at } = view.maps;
    pen.fillStyle = view.color("faint");
    pen.fillRect(this.x(at), PLOT.top, 1, this.low - PLOT.top);
    pen.textAlign = "center";
    let free = -Infinity;
    steps.forEach((step, n) => {
      const half = pen.measureText(step).width / 2;
      if (this.x(n) - half < free) return;
      pen.fillText(step, this.x(n), this.low + 12);
      free = this.x(n) + half + 8;
    });
    pen.textAlign = "left";
    pen.fillText("training step", PLOT.left, this.low + 25);
  }

  // Lines in a panel, each with its name at its end; names are moved apart where they would touch.
  drawLines(lines, { top, tall, low, high, unit }) {
    const { pen, view } = this;
    const y = (value) => top + tall * (1 - (value - low) / (high - low));
    pen.textAlign = "right";
    pen.fillStyle = view.color("faint");
    pen.strokeStyle = view.color("line");
    pen.lineWidth = 1;
    for (const value of [low, high]) {
      pen.fillText(`${value}${unit}`, PLOT.left - 6, y(value));
      pen.strokeRect(PLOT.left, y(value), view.width - PLOT.left - PLOT.right, 0);
    }
    pen.textAlign = "left";
    pen.lineWidth = 2;
    let last = top + tall + 14;
    const ends = lines.map((line) => ({ ...line, end: y(line.values.at(-1)) }));
    ends.sort((a, b) => b.end - a.end);
    for (const { name, colour, values, end } of ends) {
      pen.fillStyle = pen.strokeStyle = colour;
      pen.beginPath();
      values.forEach((value, n) => pen.lineTo(this.x(n), y(value)));
      pen.stroke();
      pen.beginPath();
      pen.arc(this.x(view.maps.at), y(values[view.maps.at]), 3.5, 0, 7);
      pen.fill();
      last = Math.min(end, last - 13);
      pen.fillText(name, view.width - PLOT.right + 8, last);
    }
  }
}

VIEWS.timeline = {
  style: `${HEAD_STYLE}${GRID_STYLE}${HEAD_VIEW_STYLE}
:host { --line0: #c25a00; --line1: #1b7837; --line2: #2166ac; --line3: #762a83; --line4: #5b6570; --line5: #b2182b; }
:host([data-theme="dark"]) { --line0: #ff9d45; --line1: #74c476; --line2: #6db3f2; --line3: #c9a0dc; --line4: #a3adb8; --line5: #f4837d; }
.curves { display: block; cursor: pointer; }
.time { display: flex; gap: 12px; align-items: center; margin: 2px 0 8px; }
.time input { flex: 1; accent-color: var(--query); } .play { padding: 2px 10px; white-space: pre; } output { color: var(--faint); }
.top { max-width: none; margin-bottom: 10px; }`,
  open: async (root, model, payload) => new TimelineView(root, model, await Film.read(payload)),
};
