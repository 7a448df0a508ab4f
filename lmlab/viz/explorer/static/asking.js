// Questions to Python, where Python listens: each is numbered, and so is its answer.

class Python {
  constructor(model) {
    this.model = model;
    this.listens = model.get("asked") !== undefined; // no such thing in a page
    this.waiting = new Map();
    this.hear = () => {
      const answer = model.get("answered");
      this.waiting.get(answer.number)?.(answer);
      this.waiting.delete(answer.number);
    };
    model.on("change:answered", this.hear);
  }

  // Resolves to the answer, or to { error } with what went wrong, in words.
  ask(question) {
    const number = String(Math.random()); // another view of this model may ask too
    this.model.set("asked", { ...question, number });
    this.model.save_changes();
    return new Promise((done) => this.waiting.set(number, done));
  }

  end() {
    this.model.off("change:answered", this.hear);
  }
}
