// Counts the characters of a field while one writes; marks a text that is longer than it should be.
const { Controller } = window.StimulusModule;

class CharacterCount extends Controller {
  static values = { best: { type: Number, default: 0 } };

  connect() {
    this.output = document.createElement("output");
    this.output.className = "character-count";
    this.output.setAttribute("aria-live", "polite");
    this.element.after(this.output);
    this.element.addEventListener("input", this.show);
    this.show();
  }

  disconnect() {
    this.element.removeEventListener("input", this.show);
    this.output.remove();
  }

  show = () => {
    const count = Array.from(this.element.value).length;
    this.output.textContent = `${count} of ${this.bestValue}`;
    this.output.classList.toggle("character-count--over", count > this.bestValue);
  };
}

window.wagtail.app.register("character-count", CharacterCount);
