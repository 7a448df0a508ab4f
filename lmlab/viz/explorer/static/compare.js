// Two attentions over the same text: each, and what the second has more (orange) or less (blue).

const MORE = [214, 112, 12], LESS = [43, 123, 200];

// A difference of levels, -255 to 255, as a colour that lets the page shine through where it is
// small; the square root lifts small differences into sight, as it does small weights.
const SIGNED = Int32Array.from({ length: 511 }, (_, at) => {
  const [r, g, b] = at === 255 ? [128, 128, 128] : at > 255 ? MORE : LESS;
  const alpha = Math.round(255 * (0.07 + 0.93 * Math.sqrt(Math.abs(at - 255) / 255)));
  return (alpha << 24) | (b << 16) | (g << 8) | r;
});

class CompareView extends AttentionView {
  constructor(root, model, first, second) {
    first.second = second;
    super(root, model, first);
  }

  levels({ i, j, query }) {
    return differences(this.maps.row(i, j, query), this.maps.second.row(i, j, query));
  }

  build() {
    const { maps } = this;
    const images = {
      difference: { head: (i, j) => differences(maps.head(i, j), maps.second.head(i, j)), ramp: SIGNED, zero: 255 },
      first: weightsOf(maps),
      second: weightsOf(maps.second),
    };
    const called = { ...maps.called, difference: "difference" };
    const select = node("select", {}, ...Object.keys(images).map((name) => node("option", { value: name }, called[name])));
    select.value = maps.small;
    select.addEventListener("change", () => {
      this.grid.drawn = false;
      this.draw();
    });
    this.grid = new Grid(this, () => this.arrange(), () => images[select.value]);
    const heading = new Heading(this, (head) => `${this.share(head)} of the attention differs`);
    this.tokens = new Tokens(this, (level) => (Math.abs(level) >= 13 ? withSign(level) : ""));
    const room = () => Math.min((this.wide ? this.width / 3 : this.width) - 16, 340);
    const matrices = ["first", "second", "difference"].map((name) => {
      const matrix = new Matrix(this, room, { shows: images[name], called: called[name] });
      return node("figure", {}, node("figcaption", {}, called[name]), matrix.element);
    });
    const bar = node("label", {}, "Small pictures show ", select);
    return [
      node("div", { class: "both" }, node("div", {}, bar, this.grid.element), this.buildMost().element),
      node("div", { class: "tokens" }, heading.element, this.tokens.element, this.reading),
      node("div", { class: "both" }, ...matrices),
      this.buildTop().element,
    ];
  }

  // How much of a head's attention the two give to different keys.
  share({ i, j }) {
    return `${this.maps.moved[i][j].toFixed(1)} %`;
  }

  // The heads whose attention differs most; a click leads there.
  buildMost() {
    const { maps } = this;
    const moved = ({ i, j }) => maps.moved[i][j];
    const heads = maps.places.sort((a, b) => moved(b) - moved(a)).slice(0, 8);
    const row = ({ i, j }) => ({ texts: [maps.name(i, j), this.share({ i, j })], share: maps.moved[i][j] / 100 });
    const read = () => ({ caption: "share of the attention that differs", rows: heads.map(row) });
    const names = { called: "Where they differ most", columns: [maps.merged ? "layer" : "head", "share"] };
    return new Table(this, { ...names, read, go: (n) => this.choose(heads[n]) });
  }

  // The keys at which the query on show differs most.
  buildTop() {
    const { maps } = this;
    const columns = ["key token", "at", maps.called.first, maps.called.second, "difference"];
    const read = () => {
      const { i, j, query } = this.shown;
      const found = top(this.levels(this.shown), 8).filter(([, level]) => level);
      const row = ([key, level]) => {
        const each = [maps, maps.second].map((one) => percent(one.row(i, j, query)[key]));
        return { texts: [maps.keys[key], key, ...each, withSign(level)], share: Math.abs(level) / 255 };
      };
      return { caption: `${this.asking()} looks at`, rows: found.map(row) };
    };
    return new Table(this, { called: "Largest differences", columns, read });
  }

  arrange() {
    const { maps } = this;
    const size = { width: this.wide ? this.width - 320 : this.width, height: this.wide ? 400 : 340 };
    if (!maps.merged) return inRows(maps, { ...size, most: 56, blocks: 3 });
    const run = maps.places.map(({ i, j }) => ({ i, j, name: `layer ${maps.layers[i]}`, share: maps.moved[i][j] / 100 }));
    return inRun(run, { ...size, most: 90 });
  }

  legend() {
    const { first, second } = this.maps.called;
    const names = [["more in " + first, 0], ["0", 50], ["more in " + second, 100]];
    const marks = names.map(([text, at]) => {
      const mark = node("span", {}, text);
      mark.style.left = `${at}%`;
      return mark;
    });
    const label = `Colour of differences: blue where ${first} has more, orange where ${second} has`;
    const scale = node("div", { class: "legend signed", role: "img", "aria-label": label }, ...marks);
    return node("div", { class: "legends" }, scale, legend());
  }

  sentence() {
    const { i, j, query, key } = this.shown;
    const { maps } = this;
    const [before, after] = [maps, maps.second].map((one) => percent(one.row(i, j, query)[key] ?? 0));
    return `${this.asking()} looks at ${maps.keys[key]} (${key}): ${maps.called.first} ${before}, ${maps.called.second} ${after}`;
  }
}

function differences(before, after) {
  return Int16Array.from(after, (level, at) => level - before[at]);
}

function withSign(level) {
  return `${level < 0 ? "−" : level > 0 ? "+" : ""}${percent(Math.abs(level))}`;
}

VIEWS.compare = {
  style: `${HEAD_STYLE}${GRID_STYLE}
:host { --arc: #c25a00; --arc-less: #2166ac; --less: #2166ac; }
:host([data-theme="dark"]) { --arc: #ff9d45; --arc-less: #6db3f2; --less: #3f8fdc; }
.strip { --tintable: #c25a00; } .bar { --tintable: var(--faint); }
.both { display: flex; flex-wrap: wrap; gap: 12px 20px; margin-bottom: 12px; justify-content: space-between; }
.both .top { min-width: 220px; }
label { display: block; margin-bottom: 6px; color: var(--faint); }
select { font: inherit; color: var(--ink); background: var(--chip); border: 1px solid var(--line); border-radius: 4px; padding: 2px 4px; }
.tokens { margin-bottom: 12px; } figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: 4px; }
.top { max-width: 560px; }
.legends { display: flex; flex-wrap: wrap; gap: 4px 40px; }
.signed { width: 190px; margin: 0 44px 15px; background: linear-gradient(90deg, #2b7bc8, var(--card), #d6700c); box-shadow: 0 0 0 1px var(--line); }`,
  open: async (root, model, payload) => {
    const each = [payload.weights, payload.others].map((packed) => Maps.read(payload, packed));
    return new CompareView(root, model, ...(await Promise.all(each)));
  },
};
