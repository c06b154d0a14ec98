// Counts the characters of a panel's field while one writes; says so when a text is longer than it should be.
const { Controller } = window.StimulusModule;

class CharacterCount extends Controller {
  static values = { best: { type: Number, default: 0 } };

  connect() {
    this.field = this.element.querySelector("input:not([type=hidden]), textarea");
    if (!this.field) return;
    this.output = document.createElement("p");
    this.output.className = "character-count";
    this.field.after(this.output);
    this.field.addEventListener("input", this.show);
    this.show();
  }

  disconnect() {
    this.field?.removeEventListener("input", this.show);
    this.output?.remove();
  }

  show = () => {
    const count = Array.from(this.field.value).length;
    const over = count > this.bestValue;
    this.output.textContent = `${count} of ${this.bestValue}${over ? ": too long for most places" : ""}`;
    this.output.classList.toggle("character-count--over", over);
  };
}

window.wagtail.app.register("character-count", CharacterCount);
