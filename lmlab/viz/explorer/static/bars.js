// Tokens with their probabilities: a real table, a bar in each cell, the longest for the likeliest.

class Bars {
  // `columns` names the probabilities that stand beside each token.
  constructor(columns, clicked = null) {
    this.clicked = clicked;
    this.caption = node("caption");
    this.body = node("tbody");
    const names = ["token", ...columns].map((name) => node("th", { scope: "col" }, name));
    this.table = node("table", { class: "bars" }, this.caption, node("thead", {}, node("tr", {}, ...names)), this.body);
  }

  // Rows are { token, shares, marked, id }: shares from 0 to 1, or a word in the place of one.
  fill(caption, rows) {
    this.caption.textContent = caption;
    const known = rows.flatMap((row) => row.shares).filter((share) => typeof share === "number");
    this.longest = Math.max(...known, 0.01);
    this.body.replaceChildren(...rows.map((row) => this.row(row)));
  }

  row({ token, shares, marked = false, id = null }) {
    const cells = shares.map((share) => {
      const known = typeof share === "number";
      const cell = node("td", { class: "bar" }, known ? percentage(share) : share);
      const part = known ? share / this.longest : 0;
      cell.style.setProperty("--share", `calc((100% - 52px) * ${part})`); // the rest is for the number
      return cell;
    });
    const name = node("th", { scope: "row", title: token, dir: "auto" }, this.named(token, id));
    const line = node("tr", {}, name, ...cells);
    line.classList.toggle("marked", marked);
    return line;
  }

  // A token that can be clicked is a button.
  named(token, id) {
    if (!this.clicked || id === null) return token;
    const button = node("button", {}, token);
    button.addEventListener("click", () => this.clicked(id));
    return button;
  }
}

function percentage(share) {
  if (share === 0) return "0 %";
  return share < 0.001 ? "< 0.1 %" : share < 0.1 ? `${(100 * share).toFixed(1)} %` : `${Math.round(100 * share)} %`;
}

const BAR_STYLE = `
.bars { table-layout: fixed; }
.bars thead th:first-child { width: 10.5em; }
.bars .bar { width: auto; padding-inline: 0 6px; font-variant-numeric: tabular-nums; }
.bars tbody th { text-align: start; white-space: pre; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
.bars tbody tr { height: 24px; }
.bars .marked th { color: var(--query); font-weight: 700; }
.bars .marked .bar, .bars.against td:last-child { background-image: linear-gradient(color-mix(in srgb, var(--query) 45%, transparent) 0 0); }
.bars button { max-width: 100%; padding: 0 6px; overflow: hidden; text-overflow: ellipsis; border: 1px solid var(--line);
  border-radius: 4px; background: var(--chip); color: inherit; font: inherit; white-space: pre; cursor: pointer; }
.bars button:hover { border-color: var(--query); }
.bars button[aria-pressed="true"] { border-color: var(--query); background: color-mix(in srgb, var(--query) 22%, var(--chip)); }
`;
