// Heads one after the other, each under a picture of it, in an order that says something.

// One after the other as a text runs, each over its name: `run` holds { i, j, name, share }.
function inRun(run, { width, height, most }) {
  const n = Math.max(run.length, 1);
  let side = most;
  const columns = () => Math.max(1, Math.floor((width + GAP) / (side + GAP)));
  const tall = () => Math.ceil(n / columns()) * (side + CAPTION);
  while (side > 26 && tall() > height) side -= 1;
  const slots = run.map((head, at) => ({
    ...head,
    x: (at % columns()) * (side + GAP),
    y: Math.floor(at / columns()) * (side + CAPTION),
  }));
  return { side, slots, names: [], columns: columns(), width, height: tall() };
}
