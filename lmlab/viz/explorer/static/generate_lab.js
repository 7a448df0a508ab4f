// A text written token by token: the distribution at each place, what it is cut to, what is taken.

const OFF = "off";
const SETTINGS = {
  temperature: { name: "temperature", steps: Array.from({ length: 21 }, (_, n) => n / 10) },
  top_k: { name: "top-k", steps: [1, 2, 3, 5, 10, 20, 50, 100, OFF] },
  top_p: { name: "top-p", steps: [...Array.from({ length: 19 }, (_, n) => (n + 1) / 20), OFF] },
  seed: { name: "seed", steps: Array.from({ length: 20 }, (_, n) => n) },
};

// `places` holds what was expected after each token written, and which token was taken there; at
// the last place none is taken yet. `at` is the place on show.
class Generation {
  constructor(root, model, payload) {
    Object.assign(this, payload, { root, model });
    this.python = new Python(model);
    this.at = model.get("selected").at;
    this.build();
    this.hear = () => this.go(model.get("selected").at, { quiet: true });
    model.on("change:selected", this.hear);
    this.draw();
  }

  end() {
    this.python.end();
    this.model.off("change:selected", this.hear);
  }

  repaint() {} // all colours come from the style sheet

  get last() {
    return this.places.length - 1;
  }
  // The ids written before a place.
  path(at) {
    return this.places.slice(0, at).map((place) => place.taken.id);
  }

  // ---- what can happen ----

  go(at, { quiet = false } = {}) {
    this.at = Math.min(this.last, Math.max(0, at));
    if (!quiet) this.tell();
    this.draw();
    this.live.textContent = this.sentence();
  }

  tell() {
    this.model.set("selected", { at: this.at, path: this.path(this.last) });
    this.model.save_changes();
  }

  // Take a token at the place on show: "likeliest", "draw", or the id of one. What was written
  // from there on is forgotten.
  take(how) {
    this.ask(how, (answer, at) => {
      const place = { next: answer.here, taken: answer.taken };
      this.places = [...this.places.slice(0, at), place, { next: answer.next, taken: null }];
      this.go(at + 1);
    });
  }

  // What is cut from the distribution on show, after a setting has changed.
  recut() {
    this.ask(null, (answer, at) => {
      this.places[at] = { ...this.places[at], next: answer.next };
      this.draw();
    });
  }

  async ask(take, done) {
    const at = this.at;
    const asked = (this.asked = {}); // a later question makes this one void
    this.note.textContent = "Asking Python …";
    const answer = await this.python.ask({ path: this.path(at), settings: this.settings, take });
    if (asked !== this.asked) return;
    this.note.textContent = answer.error ?? "";
    this.note.classList.toggle("error", Boolean(answer.error));
    if (!answer.error) done(answer, at);
  }

  undo() {
    if (!this.at) return;
    this.places = this.places.slice(0, this.at);
    this.places[this.at - 1] = { ...this.places[this.at - 1], taken: null };
    this.go(this.at - 1);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
    const [back, on] = [this.at - 1, this.at + 1];
    const to = { ArrowLeft: back, ",": back, ArrowRight: on, ".": on, Home: 0, End: this.last }[event.key];
    const live = this.python.listens && event.target === this.strip;
    if (to !== undefined) this.go(to);
    else if (live && event.key === "Enter") this.take("draw");
    else if (live && event.key === "Backspace") this.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // ---- the page, built once ----

  build() {
    this.live = node("p", { class: "hidden", "aria-live": "polite" });
    this.strip = node("div", {
      class: "strip",
      role: "listbox",
      tabindex: "0",
      "aria-label": "The text. Arrows choose a place in it.",
    });
    this.strip.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-place]");
      if (chip) this.go(Number(chip.dataset.place));
    });
    this.heading = node("h4");
    this.note = node("p", { class: "note", role: "status" }, this.python.listens ? "" : this.recorded);
    this.bars = new Bars(["the model", "after the cuts"], this.python.listens ? (id) => this.take(id) : null);
    this.frame = node(
      "section",
      { class: "frame", "aria-label": this.title },
      node("header", {}, node("h3", {}, this.title), node("p", {}, this.about)),
      this.strip,
      node("div", { class: "parts" }, this.buildControls(), node("div", {}, this.heading, this.bars.table)),
      this.buildHelp(),
      this.live,
    );
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.root.append(this.frame);
  }

  buildControls() {
    const button = (name, act) => {
      const made = node("button", {}, name);
      made.addEventListener("click", act);
      return made;
    };
    this.back = button("◀ back", () => this.go(this.at - 1));
    this.on = button("forward ▶", () => this.go(this.at + 1));
    const steps = node("div", { class: "buttons" }, this.back, this.on);
    const takes = [
      button("draw", () => this.take("draw")),
      button("take the likeliest", () => this.take("likeliest")),
      (this.undoing = button("undo", () => this.undo())),
    ];
    if (this.python.listens) steps.append(...takes);
    const sliders = Object.keys(SETTINGS).map((name) => this.buildSlider(name));
    return node("div", {}, steps, ...sliders, this.note);
  }

  buildSlider(setting) {
    const { name, steps } = SETTINGS[setting];
    const now = this.settings[setting] ?? OFF;
    const numbers = new Set([...steps, now].filter((step) => step !== OFF));
    const values = [...numbers].sort((a, b) => a - b);
    if (steps.includes(OFF)) values.push(OFF);
    const input = node("input", { type: "range", min: "0", max: String(values.length - 1), "aria-label": name });
    input.value = String(values.indexOf(now));
    const output = node("output", {}, String(now));
    input.setAttribute("aria-valuetext", String(now));
    input.disabled = !this.python.listens;
    input.addEventListener("input", () => {
      const value = values[input.value];
      output.textContent = String(value);
      input.setAttribute("aria-valuetext", String(value));
      this.settings = { ...this.settings, [setting]: value === OFF ? null : value };
    });
    input.addEventListener("change", () => this.recut());
    return node("label", { class: "slider" }, node("span", {}, name), input, output);
  }

  buildHelp() {
    const rows = [["arrows, Home, End", "go to a place in the text"], ["a token of the text", "what was expected there"]];
    const live = [["Enter, Backspace", "on the text: draw, undo"], ["a token below", "take it"]];
    if (this.python.listens) rows.push(...live);
    const list = rows.flatMap(([keys, what]) => [node("dt", {}, keys), node("dd", {}, what)]);
    return node("details", { class: "help" }, node("summary", {}, "Keys"), node("dl", {}, ...list));
  }

  // ---- drawing ----

  draw() {
    const { next, taken } = this.places[this.at];
    this.drawText();
    this.heading.textContent = this.before(this.at);
    const rows = next.rows.map(([id, token, before, after]) => {
      return { id, token, shares: [before, after || "cut"], marked: taken?.id === id };
    });
    const [count, ...others] = next.others;
    if (count) rows.push({ token: `${count.toLocaleString("en")} more`, shares: others.map(percentage) });
    this.bars.fill(`${this.cuts(next.settings)} · ${next.possible.toLocaleString("en")} possible`, rows);
    this.back.disabled = this.undoing.disabled = this.at === 0;
    this.on.disabled = this.at === this.last;
  }

  cuts({ temperature, top_k, top_p }) {
    return `temperature ${temperature} · top-k ${top_k ?? OFF} · top-p ${top_p ?? OFF}`;
  }

  before(at) {
    const tokens = [...this.prompt, ...this.places.slice(0, at).map(({ taken }) => taken.token)];
    return `${tokens.length > 6 ? "… " : ""}${tokens.slice(-6).join(" ")} →`;
  }

  // The prompt plain; each written token tinted by the probability with which it was taken.
  drawText() {
    const prompt = this.prompt.map((token) => node("span", { class: "chip prompt", dir: "auto" }, token));
    const written = this.places.map((place, n) => this.chip(place.taken, n));
    this.strip.replaceChildren(...prompt, ...written);
    this.strip.setAttribute("aria-activedescendant", `place${this.at}`);
    const chip = written[this.at];
    const { top } = this.strip.getBoundingClientRect();
    const { top: high, bottom: low } = chip.getBoundingClientRect();
    if (high < top || low > top + this.strip.clientHeight) this.strip.scrollTop += high - top - 40;
  }

  chip(taken, n) {
    const named = { class: "chip", role: "option", id: `place${n}`, "data-place": n, dir: "auto" };
    const chip = node("span", named, taken?.token ?? "…");
    const share = taken ? percentage(taken.share) : "";
    chip.setAttribute("aria-label", taken ? `${taken.token}, ${share}, ${taken.how}` : "the next token");
    if (taken?.token.length > 8) chip.title = taken.token;
    chip.dataset.share = share;
    chip.style.setProperty("--tint", `${Math.round(100 * Math.sqrt(taken?.share ?? 0))}%`);
    chip.classList.toggle("strong", taken?.share > 0.47);
    if (n === this.at) chip.setAttribute("aria-selected", "true");
    return chip;
  }

  sentence() {
    const { next, taken } = this.places[this.at];
    const [, likeliest, share] = next.rows[0];
    const took = taken ? `, taken: ${taken.token} (${percentage(taken.share)})` : "";
    return `After ${this.before(this.at)} the likeliest is ${likeliest} (${percentage(share)})${took}`;
  }
}

const GENERATION_STYLE = `
.chip.prompt { background: none; color: var(--faint); padding: 1px 1px; }
.strip .chip[data-place] { min-width: 36px; }
.strip { max-height: 220px; padding-bottom: 14px; }
.parts { display: grid; gap: 10px 28px; }
.parts h4 { min-height: 22px; white-space: pre-wrap; overflow-wrap: anywhere; font: 600 13px/22px ui-monospace, Menlo, Consolas, monospace; }
@container (min-width: 700px) { .parts { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); align-items: start; } }
.buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 10px; }
.buttons button { padding: 3px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--chip); color: var(--ink);
  font: inherit; cursor: pointer; } .buttons button:hover:enabled { border-color: var(--query); }
.buttons button:disabled { opacity: 0.45; cursor: default; }
.slider { display: grid; grid-template-columns: 6.5em 1fr 3em; align-items: center; gap: 8px; min-height: 28px; }
.slider input { width: 100%; margin: 0; accent-color: var(--arc); } .slider output { font-variant-numeric: tabular-nums; }
.note { min-height: 20px; margin-top: 6px; color: var(--faint); } .note.error { color: var(--query); white-space: pre-wrap; overflow-wrap: anywhere; }
`;

VIEWS.generate_lab = {
  style: BAR_STYLE + GENERATION_STYLE,
  open: async (root, model, payload) => new Generation(root, model, payload),
};
