// Attention as every view of it has it: the weights of a text, read and painted.

// ---- data ----

// Attention weights as levels 0 to 255, one byte each, stored row by row. When causal, the row of
// query q holds only the keys it can see: 0 to q + offset.
class Maps {
  static async read(payload, packed = payload.weights) {
    return new this(payload, await inflate(packed));
  }
  constructor(payload, levels) {
    Object.assign(this, payload);
    this.levels = levels;
    this.queries ??= this.keys.slice(this.offset);
    this.crossed = payload.queries !== null;
    this.starts = [0];
    for (let q = 0; q < this.queries.length; q++) this.starts.push(this.starts[q] + this.seen(q));
  }
  // How many keys query q can see.
  seen(q) {
    return this.causal ? q + this.offset + 1 : this.keys.length;
  }
  // The levels of one query of the head in row i, column j of the grid.
  row(i, j, q) {
    const head = (i * this.heads.length + j) * this.starts[this.queries.length];
    return this.levels.subarray(head + this.starts[q], head + this.starts[q + 1]);
  }
  // Every head as its row and column in the grid.
  get places() {
    return this.layers.flatMap((_, i) => this.heads.map((_, j) => ({ i, j })));
  }
  name(i, j) {
    return `layer ${this.layers[i]}` + (this.merged ? "" : `, head ${this.heads[j]}`);
  }
}

// The keys that matter most in a row of levels, as [key, level]: the largest, whatever the sign.
function top(row, n) {
  const pairs = Array.from(row, (level, key) => [key, level]);
  return pairs.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, n);
}

// ---- drawing ----

// One head as an image; where a pixel covers several weights, the largest is seen.
function paint(maps, i, j, height, width) {
  return painted(maps, height, width, (q) => maps.row(i, j, q), (level) => RAMP[level]);
}

// The same for any levels, -255 to 255: `row(q)` gives those of a query, `colour` one as a number.
function painted(maps, height, width, row, colour) {
  const image = new ImageData(Math.max(width, 1), Math.max(height, 1));
  const pixels = new Uint32Array(image.data.buffer);
  const down = patches(height, maps.queries.length);
  const across = patches(width, maps.keys.length);
  const line = new Int16Array(width); // the levels of one line of pixels
  const hidden = 256; // what no query under the pixel can see
  for (let y = 0; y < height; y++) {
    line.fill(hidden);
    for (let q = down[2 * y]; q < down[2 * y + 1]; q++) {
      const levels = row(q);
      for (let x = 0; x < width; x++) {
        const end = Math.min(across[2 * x + 1], levels.length);
        for (let k = across[2 * x]; k < end; k++) {
          if (line[x] === hidden || Math.abs(levels[k]) > Math.abs(line[x])) line[x] = levels[k];
        }
      }
    }
    for (let x = 0; x < width; x++) if (line[x] !== hidden) pixels[y * width + x] = colour(line[x]);
  }
  return image;
}

// For each of `size` pixels in a line, the first and the end of the weights under it.
function patches(size, weights) {
  const edges = new Int32Array(2 * size);
  for (let at = 0; at < size; at++) {
    const first = Math.floor((at * weights) / size);
    edges[2 * at] = first;
    edges[2 * at + 1] = Math.max(first + 1, Math.floor(((at + 1) * weights) / size));
  }
  return edges;
}

// A curve from the token that looks to the token looked at, in the space between the lines.
function arc(pen, from, to) {
  if (Math.abs(from.top - to.top) < 4) {
    const lift = Math.min(20, 7 + Math.abs(from.x - to.x) * 0.06);
    pen.moveTo(from.x, from.top);
    pen.bezierCurveTo(from.x, from.top - lift, to.x, to.top - lift, to.x, to.top);
    return;
  }
  const [start, end] = to.top < from.top ? [from.top, to.bottom + 13] : [from.bottom, to.top];
  const bend = (end - start) / 2;
  pen.moveTo(from.x, start);
  pen.bezierCurveTo(from.x, start + bend, to.x, end - bend, to.x, end);
}

// ---- DOM ----

function letter(pattern) {
  return node("b", { "aria-hidden": "true" }, pattern[0].toUpperCase());
}

function badge([pattern, share], patterns) {
  return node("span", { class: "badge", title: patterns[pattern] }, letter(pattern), `${pattern} ${share} %`);
}

function legend() {
  const label = "Colour: attention weight from 0 to 100 percent, square root scale";
  const marks = [0, 5, 25, 50, 100].map((share) => {
    const mark = node("span", {}, share === 100 ? "100 %" : `${share}`);
    mark.style.left = `${10 * Math.sqrt(share)}%`;
    return mark;
  });
  return node("div", { class: "legend", role: "img", "aria-label": label }, ...marks);
}

function percent(level) {
  return level === 0 ? "0 %" : level < 2 ? "< 1 %" : `${Math.round((level / 255) * 100)} %`;
}

function count(n, what) {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
