// Activation patching: how much of the clean answer each patched tensor brings back.

class Patching extends CellTable {
  text(i, j) {
    return this.roomy ? inPrint(this.shares[i][j]) : "";
  }
  colour(i, j) {
    return this.signs.mix(this.shares[i][j] / this.scale);
  }
  name(i, j) {
    return `${this.rows[i]}, ${this.spot(j)}: ${inPrint(this.shares[i][j])} brought back`;
  }
  // What a column is: a head, or a position with its tokens.
  spot(j) {
    if (this.lines.length === 1) return `head ${j}`;
    const [clean, corrupt] = this.columns[j];
    return `position ${j}, ${clean === corrupt ? clean : `${corrupt} → ${clean}`}`;
  }
  sentence() {
    const { i, j } = this.shown;
    const share = Math.round(100 * this.shares[i][j]);
    return `${this.rows[i]}, ${this.spot(j)}: the clean ${this.what} brings back ${share} % of the difference`;
  }

  drawLegend() {
    const end = this.scale.toFixed(2);
    this.drawScale("Colour: share of the difference brought back", [[`−${end}`, 0], ["0", 0.5], [end, 1]], true);
  }

  // The texts, where the columns are heads, and the strongest cells.
  parts() {
    const rows = this.strongest.map(([i, j]) => {
      return node("tr", {}, this.leading(i, j), node("td", {}, inPrint(this.shares[i][j])));
    });
    const names = ["patched", "share"].map((name) => node("th", { scope: "col" }, name));
    const table = node(
      "table",
      { class: "strongest" },
      node("caption", {}, "Where most is brought back"),
      node("thead", {}, node("tr", {}, ...names)),
      node("tbody", {}, ...rows),
    );
    const texts = Object.entries(this.texts).map(([name, tokens]) => {
      const chips = tokens.map(([token, differs]) => this.chip(token, differs));
      return node("p", { class: "text" }, node("b", {}, `${name} `), ...chips);
    });
    return [table, node("div", {}, ...texts)];
  }

  leading(i, j) {
    const button = node("button", {}, `${this.rows[i]}, ${this.spot(j)}`);
    button.addEventListener("click", () => (this.choose({ i, j }), this.reveal()));
    return node("th", { scope: "row" }, button);
  }

  chip(token, differs) {
    const chip = node("span", { class: "chip", dir: "auto" }, token);
    if (differs) chip.classList.add("differs");
    return chip;
  }

  drawParts() {}
}

// A share to two digits, and never "-0.00".
function inPrint(share) {
  return (Math.round(100 * share) / 100 || 0).toFixed(2).replace("-", "−");
}

const PATCH_STYLE = `
.text { line-height: 32px; } .text b { color: var(--faint); font-weight: 400; display: inline-block; min-width: 4.5em; }
.chip.differs { color: var(--query); font-weight: 700; outline: 1px solid var(--query); }
.strongest { max-width: 420px; } .strongest th:first-child { max-width: none; font: inherit; } .strongest td { font-variant-numeric: tabular-nums; }
.strongest button { padding: 0; border: 0; background: none; color: var(--ink); cursor: pointer; text-align: start;
  font: inherit; overflow-wrap: anywhere; white-space: normal; }
.strongest button:hover { text-decoration: underline; }
`;

VIEWS.patch_view = {
  style: CELL_STYLE + BESIDE_STYLE + PATCH_STYLE,
  open: async (root, model, payload) => new Patching(root, model, payload),
};
