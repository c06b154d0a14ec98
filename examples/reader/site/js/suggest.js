// Suggestions while one types: a combobox with a list box, as the ARIA Authoring Practices describe it.
import { get } from "./api.js";
import { h } from "./dom.js";
import { go } from "./router.js";

const PAUSE_MILLISECONDS = 150;
const SHORTEST = 2;
const WORDS = { article: "Story", section: "Section", topic: "Topic", author: "Author" };

const pathOf = (item) => item.path ?? `/${item.type}s/${item.slug}/`;

/** Make the search form of the masthead suggest stories, topics and authors. */
export const setUpSuggestions = (form) => {
  const input = form.querySelector("input");
  const list = form.querySelector("[role=listbox]");
  let pause = null;
  let controller = null;
  let chosen = -1;

  const close = () => {
    controller?.abort();
    clearTimeout(pause);
    chosen = -1;
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const leave = (path, thing) => {
    close();
    input.blur();
    go(path, { thing });
  };

  const choose = (index) => {
    const options = [...list.children];
    chosen = (index + options.length + 1) % (options.length + 1);
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (options[chosen]) input.setAttribute("aria-activedescendant", options[chosen].id);
    else input.removeAttribute("aria-activedescendant");
  };

  const show = (items) => {
    list.replaceChildren(
      ...items.map((item, index) => {
        const option = h(
          "li",
          { role: "option", id: `suggestion-${index}`, "aria-selected": "false" },
          h("span", {}, item.title ?? item.name),
          " ",
          h("small", {}, WORDS[item.type]),
        );
        const thing = `${item.type}:${item.type === "article" ? item.id : item.slug}`;
        // Before the input loses the focus and the list closes.
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => leave(pathOf(item), thing));
        return option;
      }),
    );
    chosen = -1;
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
  };

  const suggest = async () => {
    const q = input.value.trim();
    if (q.length < SHORTEST) return close();
    controller?.abort();
    controller = new AbortController();
    const { signal } = controller;
    try {
      const { items } = await get("suggest/", { q, limit: 8 }, { signal });
      if (!signal.aborted) show(items.filter((item) => WORDS[item.type]));
    } catch {
      // Searching works without suggestions.
      if (!signal.aborted) close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(suggest, PAUSE_MILLISECONDS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? list.childElementCount - 1 : chosen - 1);
    } else if (event.key === "Enter" && list.children[chosen]) {
      event.preventDefault();
      list.children[chosen].click();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const q = input.value.trim();
    if (q) leave(`/search/?q=${encodeURIComponent(q)}`, null);
  });
  document.addEventListener("reader:page", () => {
    const words = new URL(location.href).searchParams.get("q") ?? "";
    input.value = location.pathname === "/search/" ? words : "";
  });
};
