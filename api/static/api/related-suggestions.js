// Suggests published stories to pick, from what stands in the editing form at the moment.
const { Controller } = window.StimulusModule;

const typed = (name) => document.querySelector(`#w-editor-form [name="${name}"], form [name="${name}"]`)?.value ?? "";

// Ids chosen in the forms of an inline panel that are not deleted.
const chosen = (prefix, field) => {
  const found = [];
  document.querySelectorAll(`input[name^="${prefix}-"][name$="-${field}"]`).forEach((input) => {
    const form = input.name.slice(0, -field.length - 1);
    const deleted = document.querySelector(`input[name="${form}-DELETE"]`)?.value;
    if (!deleted && /^\d+$/.test(input.value)) found.push(Number(input.value));
  });
  return found;
};

// What the body says: rich text is stored as Draft.js JSON, the rest of the blocks as plain fields.
const bodyText = () => {
  const pieces = [];
  document.querySelectorAll('[name^="body-"][name*="-value"]').forEach((field) => {
    if (!field.value || field.type === "checkbox") return;
    try {
      const content = JSON.parse(field.value);
      pieces.push(...(content?.blocks ?? []).map((block) => block.text));
    } catch {
      if (/\s/.test(field.value)) pieces.push(field.value);
    }
  });
  return pieces.join("\n");
};

class RelatedSuggestions extends Controller {
  connect() {
    const settings = document.getElementById("related-suggestions");
    if (!settings) return;
    this.words = JSON.parse(settings.textContent);
    this.button = this.make("button", this.words.find, "button button-small button-secondary");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.load());
    this.list = this.make("ul", "", "related-suggestions");
    this.list.setAttribute("aria-live", "polite");
    this.element.replaceChildren(this.button, this.list);
  }

  make(tag, text, className = "") {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = className;
    return element;
  }

  async load() {
    const path = window.location.pathname;
    const data = new FormData();
    data.set("page", path.match(/\/pages\/(\d+)\/edit\//)?.[1] ?? "");
    data.set("parent", path.match(/\/pages\/add\/\w+\/\w+\/(\d+)\//)?.[1] ?? "");
    data.set("title", typed("title"));
    data.set("standfirst", typed("standfirst"));
    data.set("body", bodyText());
    data.set("topics", JSON.stringify(chosen("topic_links", "topic")));
    data.set("authors", JSON.stringify(chosen("byline", "author")));
    data.set("picks", JSON.stringify(chosen("picks", "article")));
    if (document.querySelector('[name="sensitive"]')?.checked) data.set("sensitive", "on");
    this.button.disabled = true;
    try {
      const answer = await fetch(this.words.url, {
        method: "POST",
        headers: { "X-CSRFToken": typed("csrfmiddlewaretoken") },
        body: data,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show((await answer.json()).items);
    } catch {
      this.list.replaceChildren(this.make("li", this.words.failed));
    } finally {
      this.button.disabled = false;
    }
  }

  show(items) {
    if (items.length === 0) {
      this.list.replaceChildren(this.make("li", this.words.none));
      return;
    }
    this.list.replaceChildren(...items.map((item) => this.line(item)));
  }

  line(item) {
    const line = document.createElement("li");
    const link = this.make("a", item.title);
    link.href = item.edit_url;
    link.target = "_blank";
    link.rel = "noreferrer";
    const why = this.make("p", `${item.reasons.join("; ")} (${item.published_at.slice(0, 10)})`);
    const pick = this.make("button", this.words.pick, "button button-small");
    pick.type = "button";
    pick.setAttribute("aria-label", `${this.words.pick}: ${item.title}`);
    pick.addEventListener("click", () => {
      this.pick(item);
      line.remove();
    });
    const copy = this.make("button", this.words.copy, "button button-small button-secondary");
    copy.type = "button";
    copy.setAttribute("aria-label", `${this.words.copy}: ${item.title}`);
    copy.addEventListener("click", () => this.copy(item, copy));
    line.append(link, why, pick, " ", copy);
    return line;
  }

  pick(item) {
    const panel = window.wagtail.editHandler.getPanelByName("picks");
    panel.addForm();
    const field = `${panel.opts.formsetPrefix}-${panel.formCount - 1}-${panel.opts.chooserFieldName}`;
    panel.chooserWidgetFactory.getById(field).setStateFromModalData({
      id: item.id,
      title: item.title,
      adminTitle: item.title,
      editUrl: item.edit_url,
    });
  }

  // Pasted into the text, it is a link to the story.
  async copy(item, button) {
    const anchor = this.make("a", item.title);
    anchor.href = item.url;
    const html = new Blob([anchor.outerHTML], { type: "text/html" });
    const plain = new Blob([item.url], { type: "text/plain" });
    await navigator.clipboard.write([new ClipboardItem({ "text/html": html, "text/plain": plain })]);
    button.textContent = this.words.copied;
  }
}

window.wagtail.app.register("related-suggestions", RelatedSuggestions);
