// Numbers with a sign as colours: blue below zero, orange above, the page's own colour at zero.

class Signs {
  // Reads the theme that the element has now.
  constructor(element) {
    const ink = getComputedStyle(element);
    const names = ["tintable", "card", "query"];
    const [below, zero, above] = names.map((name) => fromHex(ink.getPropertyValue(`--${name}`)));
    Object.assign(this, { below, zero, above });
  }

  // -1 to 1 as [r, g, b].
  mix(amount) {
    const end = amount > 0 ? this.above : this.below;
    const size = Math.min(1, Math.abs(amount));
    return this.zero.map((c, k) => c + size * (end[k] - c));
  }
}

function fromHex(text) {
  const hex = text.trim().slice(1);
  return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
}
