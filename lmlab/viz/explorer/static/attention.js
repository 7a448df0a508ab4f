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
  // The levels of the head in row i, column j of the grid; `starts` says where each query's begin.
  head(i, j) {
    const size = this.starts.at(-1);
    const at = (i * this.heads.length + j) * size;
    return this.levels.subarray(at, at + size);
  }
  // The levels of one query of that head.
  row(i, j, q) {
    return this.head(i, j).subarray(this.starts[q], this.starts[q + 1]);
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

// How heads become pictures of `height` × `width` pixels: where a pixel covers several weights, the
// largest is seen. The pictures stand in an image with `stride` pixels to a line.
class Raster {
  constructor({ queries, keys, starts }, height, width, stride = width) {
    const down = patches(height, queries.length);
    const across = patches(width, keys.length);
    const most = queries.length * Math.max(width, keys.length);
    const weight = new Int32Array(most); // pairs of a weight and a pixel that covers it
    const pixel = new Int32Array(most);
    let n = 0;
    this.copied = []; // lines of pixels that are as the line above
    for (let y = 0; y < height; y++) {
      if (down[2 * y] === down[2 * y - 2]) {
        this.copied.push(y);
        continue;
      }
      for (let q = down[2 * y]; q < down[2 * y + 1]; q++) {
        const seen = starts[q + 1] - starts[q];
        for (let x = 0; x < width; x++) {
          const end = Math.min(across[2 * x + 1], seen);
          for (let k = across[2 * x]; k < end; k++) {
            weight[n] = starts[q] + k;
            pixel[n++] = y * stride + x;
          }
        }
      }
    }
    Object.assign(this, { width, stride, weight, pixel, n, largest: new Int16Array(height * stride) });
  }

  // Paint head i, j into the image, with its first pixel at `start`. What is shown are the levels
  // of a `head`, -255 to 255, as the colours of a `ramp` that has level 0 at `zero`.
  paint(image, start, { head, ramp, zero }, i, j) {
    const pixels = new Int32Array(image.data.buffer);
    const levels = head(i, j);
    const { weight, pixel, n, largest, width, stride } = this;
    largest.fill(-1);
    for (let at = 0; at < n; at++) {
      const level = levels[weight[at]];
      const size = level < 0 ? -level : level;
      const to = pixel[at];
      if (size > largest[to]) {
        largest[to] = size;
        pixels[start + to] = ramp[zero + level];
      }
    }
    for (const y of this.copied) {
      const line = start + y * stride;
      pixels.copyWithin(line, line - stride, line - stride + width);
    }
  }
}

// What pictures of heads show, and in which colours: here, the weights.
function weightsOf(maps) {
  return { head: (i, j) => maps.head(i, j), ramp: RAMP, zero: 0 };
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
