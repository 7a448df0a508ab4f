// The logit lens: what the model would say after each layer, at each token.

const CHART = 190; // the height of the course, in CSS pixels

class Lens extends CellTable {
  constructor(root, model, payload) {
    super(root, model, payload);
    this.resized = new ResizeObserver(() => this.drawCourse());
    this.resized.observe(this.chart.parentElement);
  }

  end() {
    this.resized.disconnect();
    super.end();
  }

  // ---- what is in a cell ----

  get byRank() {
    return this.choice.value === "rank";
  }
  text(i, j) {
    return this.byRank ? String(this.rank[i][j]) : this.token(i, j);
  }
  token(i, j, n = 0) {
    return this.names[this.top[i][j][n]];
  }
  colour(i, j) {
    if (!this.byRank) return this.magnitude(this.share[i][j][0]);
    return this.magnitude((1 - Math.log(this.rank[i][j]) / Math.log(this.vocab_size)) ** 2);
  }
  name(i, j) {
    const after = `${this.columns[j][0]}, ${this.rows[i]}`;
    return `${after}: ${this.token(i, j)} ${percentage(this.share[i][j][0])}, the final answer has rank ${this.rank[i][j]}`;
  }
  // The token that the model itself says in the end.
  final(j) {
    return this.top[this.rows.length - 1][j][0];
  }

  sentence() {
    const { i, j } = this.shown;
    const share = percentage(this.share[i][j][0]);
    const says = `After ${this.columns[j][0]} (${j}), ${this.rows[i]} says ${this.token(i, j)} (${share})`;
    const place = `the final answer ${this.names[this.final(j)]} has rank ${this.rank[i][j].toLocaleString("en")}`;
    return `${says}; ${place}`;
  }

  // ---- above and below the table ----

  controls() {
    const options = [["share", "probability of the top token"], ["rank", "rank of the final answer"]];
    this.choice = node("select", {}, ...options.map(([value, name]) => node("option", { value }, name)));
    this.choice.addEventListener("change", () => this.repaint());
    return [node("label", {}, "colour: ", this.choice)];
  }

  parts() {
    this.followed = null; // a token chosen in the table of the likeliest; else the final answer
    this.bars = new Bars(["probability"], (id) => this.follow(id));
    this.chart = node("canvas", { role: "img" });
    this.heading = node("h4");
    return [this.bars.table, node("div", { class: "course" }, this.heading, this.chart)];
  }

  keys() {
    return [...super.keys(), ["a token below", "follow it through the layers; again: the final answer"]];
  }

  follow(id) {
    this.followed = this.followed === id ? null : id;
    this.drawParts();
    this.bars.body.querySelectorAll("button")[this.top[this.shown.i][this.shown.j].indexOf(id)]?.focus();
  }

  // ---- drawing ----

  repaint() {
    super.repaint();
    this.tds.flat().forEach((td) => {
      const { i, j } = td.place;
      td.classList.toggle("final", this.top[i][j][0] === this.final(j));
    });
  }

  drawLegend() {
    if (this.byRank) {
      const at = (rank) => 1 - Math.log(rank) / Math.log(this.vocab_size);
      const ranks = [1, 10, 100, 1000, 10000].filter((rank) => at(rank) > 0.12);
      const marks = [...ranks, this.vocab_size].map((rank) => [rank.toLocaleString("en"), at(rank)]);
      this.drawScale("Colour: rank of the final answer, logarithmic; 1 is the likeliest", marks);
    } else {
      const marks = [0, 5, 25, 50, 100].map((share) => [share === 100 ? "100 %" : `${share}`, Math.sqrt(share / 100)]);
      this.drawScale("Colour: probability of the top token, square root scale", marks);
    }
  }

  drawParts() {
    const { i, j } = this.shown;
    const token = this.followed ?? this.final(j);
    const rows = this.top[i][j].map((id, n) => {
      return { id, token: this.names[id], shares: [this.share[i][j][n]], marked: id === token };
    });
    this.bars.fill(`${this.rows[i]}, after ${this.columns[j][0]} (${j}): the likeliest`, rows);
    this.bars.body.querySelectorAll("button").forEach((button, n) => {
      button.setAttribute("aria-pressed", rows[n].id === token);
      button.title = "Follow this token through the layers";
    });
    this.drawCourse();
  }

  // The probability of the followed token after each layer; null where it is not among the likeliest.
  course(j) {
    const token = this.followed ?? this.final(j);
    if (token === this.final(j)) return this.final_share.map((row) => row[j]);
    return this.top.map((row, i) => this.share[i][j][row[j].indexOf(token)] ?? null);
  }

  drawCourse() {
    const { i, j } = this.shown;
    const name = this.names[this.followed ?? this.final(j)];
    const points = this.course(j);
    const said = points.map((p, n) => `${this.rows[n]} ${p === null ? "below the likeliest" : percentage(p)}`);
    this.heading.textContent = `${name} through the layers, after ${this.columns[j][0]} (${j})`;
    this.chart.setAttribute("aria-label", `Probability of ${name}: ${said.join(", ")}`);
    const width = this.chart.parentElement.clientWidth;
    if (width < 60) return;
    const [pen] = canvas(this.chart, width, CHART);
    const ink = getComputedStyle(this.frame);
    const colour = (variable) => ink.getPropertyValue(`--${variable}`);
    const x = (n) => 50 + (n / Math.max(1, points.length - 1)) * (width - 68);
    const y = (p) => CHART - 30 - p * (CHART - 42);
    pen.font = "11px system-ui, sans-serif";
    pen.strokeStyle = colour("line");
    pen.fillStyle = colour("faint");
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const p of [0, 0.5, 1]) {
      line(pen, [[46, y(p)], [width - 10, y(p)]]);
      pen.fillText(`${100 * p} %`, 42, y(p));
    }
    pen.textAlign = "center";
    const every = Math.ceil(points.length / Math.max(2, Math.floor((width - 68) / 30)));
    points.forEach((_, n) => {
      if (n % every === 0) pen.fillText(n === 0 ? "emb." : n - 1, x(n), CHART - 18);
    });
    pen.fillText("after layer", (50 + width) / 2, CHART - 5);
    pen.strokeStyle = colour("query");
    line(pen, [[x(i), y(0)], [x(i), y(1)]]);
    pen.strokeStyle = pen.fillStyle = colour("arc");
    pen.lineWidth = 2;
    line(pen, points.map((p, n) => [x(n), y(p ?? 0)]));
    points.forEach((p, n) => {
      pen.beginPath();
      pen.arc(x(n), y(p ?? 0), 3.5, 0, 7);
      pen.fillStyle = colour(p === null ? "card" : "arc");
      pen.fill();
      pen.stroke();
    });
  }
}

function line(pen, points) {
  pen.beginPath();
  points.forEach(([x, y]) => pen.lineTo(x, y));
  pen.stroke();
}

const LENS_STYLE = `
.cells td.final { font-weight: 700; text-decoration: underline; text-underline-offset: 3px; }
@container (min-width: 700px) { .parts { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 10px 28px; } }
.course canvas { display: block; max-width: 100%; }
.course { min-width: 0; }
`;

VIEWS.logit_lens = {
  style: CELL_STYLE + BAR_STYLE + LENS_STYLE,
  open: async (root, model, payload) => new Lens(root, model, payload),
};
