// The patterns that heads are known by, as buttons.

// A button for each pattern found, with the heads that follow it, strongest first. `clicked` hears
// the pattern and those heads.
function patternButtons(maps, clicked) {
  const score = ({ i, j }, name) => maps.badges[i][j].find(([earned]) => earned === name)?.[1] ?? 0;
  return Object.keys(maps.patterns).flatMap((name) => {
    const heads = maps.places.filter((head) => score(head, name));
    if (!heads.length) return [];
    heads.sort((a, b) => score(b, name) - score(a, name));
    const button = node("button", { class: "badge" }, letter(name), `${name} ${heads.length}`);
    button.addEventListener("click", () => clicked(name, heads));
    return [Object.assign(button, { name })];
  });
}

// Buttons that go to the next head with the pattern, strongest first, round and round.
function patternSteppers(view) {
  const buttons = patternButtons(view.maps, (_, heads) => {
    const now = heads.findIndex(({ i, j }) => i === view.selected.i && j === view.selected.j);
    view.choose(heads[(now + 1) % heads.length]);
  });
  for (const button of buttons) {
    button.title = `${button.name}: ${view.maps.patterns[button.name]}. Go to the next such head.`;
  }
  return buttons;
}
