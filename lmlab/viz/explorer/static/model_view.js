// The view of a whole model: every head, in the order that the learner asks for; below it, one.

const TALLEST = 460; // of all heads together, so that the one below is seen too
const LARGEST = 150; // of one miniature

class ModelView extends AttentionView {
  build() {
    this.sort = this.maps.sort;
    this.only = null; // the pattern that heads must follow to stand out
    this.grid = new Grid(this, () => this.arrange());
    const says = ({ i, j }) => Object.keys(this.maps.scores).map((name) => this.value(name, i, j)).join(" · ");
    const heading = new Heading(this, says);
    this.tokens = new Tokens(this);
    this.matrix = new Matrix(this, () => Math.min(this.right.clientWidth || this.width, this.wide ? 460 : 340));
    const head = node("div", { class: "head" }, heading.element, this.tokens.element, this.reading);
    const left = node("div", { class: "column" }, head, topTable(this).element);
    this.right = node("div", { class: "column" }, this.matrix.element);
    return [this.buildBar(), this.grid.element, node("div", { class: "columns" }, left, this.right)];
  }

  // In which order, and which patterns.
  buildBar() {
    const names = ["layer and head", ...Object.keys(this.maps.scores)];
    const options = names.map((name, n) => node("option", { value: n ? name : "" }, name));
    const select = node("select", {}, ...options);
    select.value = this.sort ?? "";
    select.addEventListener("change", () => {
      this.sort = select.value;
      this.grid.forget();
      this.draw();
    });
    const buttons = patternButtons(this.maps, (name) => {
      this.only = this.only === name ? null : name;
      for (const button of buttons) button.setAttribute("aria-pressed", button.name === this.only);
      this.grid.forget();
      this.draw();
    });
    for (const button of buttons) {
      button.title = `Show only heads with this pattern: ${this.maps.patterns[button.name]}.`;
      button.setAttribute("aria-pressed", "false");
    }
    const filter = node("div", { class: "badges", role: "group", "aria-label": "Show only" }, ...buttons);
    return node("div", { class: "tools" }, node("label", {}, "Order ", select), filter);
  }

  arrange() {
    const follows = ({ i, j }) => !this.only || this.maps.badges[i][j].some(([name]) => name === this.only);
    const size = { width: this.width, height: TALLEST, most: LARGEST };
    if (!this.sort) {
      const plan = inRows(this.maps, { ...size, blocks: 3 });
      for (const slot of plan.slots) slot.dim = !follows(slot);
      return plan;
    }
    const score = ({ i, j }) => this.maps.scores[this.sort][i][j];
    const heads = this.maps.places.filter(follows);
    heads.sort(this.sort === "entropy" ? (a, b) => score(a) - score(b) : (a, b) => score(b) - score(a));
    const most = Math.max(...heads.map(score), this.sort === "entropy" ? 0.01 : 100);
    const run = heads.map(({ i, j }) => ({
      i,
      j,
      name: `${this.maps.layers[i]}.${this.maps.heads[j]}`,
      share: score({ i, j }) / most,
    }));
    return inRun(run, size);
  }

  value(name, i, j) {
    const score = this.maps.scores[name][i][j];
    return name === "entropy" ? `entropy ${score.toFixed(2)} nats` : `${name} ${score} %`;
  }
}

VIEWS.model_view = {
  style: `${HEAD_STYLE}${GRID_STYLE}
.tools { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; margin-bottom: 10px; }
.tools .badges { margin: 0; max-width: none; }
select { font: inherit; color: var(--ink); background: var(--chip); border: 1px solid var(--line); border-radius: 4px; padding: 2px 4px; }
.badge[aria-pressed="true"] { outline: 2px solid var(--query); }
.grid { margin-bottom: 14px; }`,
  open: async (root, model, payload) => new ModelView(root, model, await Maps.read(payload)),
};
