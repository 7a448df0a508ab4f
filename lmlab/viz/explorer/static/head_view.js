// The view of every head: all of them small, one large.

class HeadView extends AttentionView {
  // Left the choice and the numbers, right the head; a narrow page puts them in one column.
  build() {
    this.grid = new Grid(this, () => this.arrange());
    const badges = node("div", { class: "badges", role: "group", "aria-label": "Patterns found" }, ...this.buildPatterns());
    const heading = new Heading(this);
    this.tokens = new Tokens(this);
    this.matrix = new Matrix(this, () => Math.min(this.right.clientWidth || this.width, this.wide ? 460 : 340));
    const table = topTable(this);
    const choice = node("div", { class: "heads" }, this.grid.element, badges);
    const head = node("div", { class: "head" }, heading.element, this.tokens.element, this.reading);
    const left = node("div", { class: "column" }, choice, table.element);
    this.right = node("div", { class: "column" }, head, this.matrix.element);
    return [node("div", { class: "columns" }, left, this.right)];
  }

  buildPatterns() {
    return patternSteppers(this);
  }

  arrange() {
    const width = this.wide ? Math.min(0.42 * this.width, 460) : this.width;
    return inRows(this.maps, { width, height: this.wide ? 480 : 340, least: 14, most: 56 });
  }
}

const HEAD_VIEW_STYLE = ".wide .column:first-child { flex: none; max-width: 46% }";

VIEWS.head_view = {
  style: HEAD_STYLE + GRID_STYLE + HEAD_VIEW_STYLE,
  open: async (root, model, payload) => new HeadView(root, model, await Maps.read(payload)),
};
