// What a page is asked while it is measured. Runs before the page's own scripts, in each page.

const frame = () => new Promise((done) => requestAnimationFrame(done));
const afterPaint = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const idle = () => new Promise((done) => requestIdleCallback(done));

// The document and, below it, every open shadow root.
function* elements(root = document) {
  for (const element of root.querySelectorAll("*")) {
    yield element;
    if (element.shadowRoot) yield* elements(element.shadowRoot);
  }
}

globalThis.meter = {
  painted: null, // a promise
  hovers: [],

  // Resolves to the milliseconds from the start of the navigation until what `ready` selects is
  // there, nothing is left to do, and the frame after that stands on the screen; to null when that
  // takes longer than `most`.
  watch(ready, most) {
    const painted = async () => {
      while (!document.querySelector(ready)) await frame();
      await idle();
      await afterPaint();
      return performance.now();
    };
    const late = new Promise((done) => setTimeout(done, most, null));
    this.painted = Promise.race([painted(), late]);
  },

  nodes() {
    let count = 0;
    for (const _ of elements()) count++;
    return count;
  },

  // The centres of elements in sight that match, at most `most` of them, spread over all.
  places(selector, most) {
    const seen = [...elements()].filter((element) => {
      if (!element.matches(selector)) return false;
      const { left, top, right, bottom, width } = element.getBoundingClientRect();
      return width && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    });
    const step = Math.max(1, Math.floor(seen.length / most));
    return seen
      .filter((_, n) => n % step === 0)
      .slice(0, most)
      .map((element) => element.getBoundingClientRect())
      .map(({ left, top, width, height }) => [left + width / 2, top + height / 2]);
  },

  // Until the page has drawn and has nothing more to do.
  async settle() {
    await frame();
    await frame();
    await idle();
  },
};

// From a move of the pointer to the next frame on the screen: handlers, scripts, style, layout.
addEventListener(
  "pointermove",
  async () => {
    const began = performance.now();
    await afterPaint();
    meter.hovers.push(performance.now() - began);
  },
  { capture: true },
);
