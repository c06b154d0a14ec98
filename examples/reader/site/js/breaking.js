// The bar for breaking news, and what becomes of the open page when a story changes or goes.
import { get } from "./api.js";
import { age } from "./dates.js";
import { button, h } from "./dom.js";
import { listen } from "./live.js";
import { again } from "./router.js";
import { isBreaking, storyLink } from "./teaser.js";

const DISMISSED = "dismissed";

let page = null;

const dismissed = () => JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]");

const show = (bar, story) => {
  if (!isBreaking(story) || story.id === page?.id || dismissed().includes(story.id)) return;
  const close = button("×", () => {
    sessionStorage.setItem(DISMISSED, JSON.stringify([...dismissed(), story.id]));
    bar.replaceChildren();
    document.getElementById("main").focus({ preventScroll: true });
  }, { "aria-label": "Dismiss", class: "close" });
  bar.replaceChildren(
    h(
      "p",
      { "data-id": story.id },
      h("strong", {}, "Breaking"),
      " ",
      storyLink(story, story.short_title ?? story.title),
      " ",
      age(story.published_at),
    ),
    close,
  );
};

const hide = (bar, id) => {
  if (bar.querySelector(`[data-id="${CSS.escape(id)}"]`)) bar.replaceChildren();
};

const notice = (...content) => document.getElementById("notice").replaceChildren(...content);

const onChanged = (bar, { id, article }) => {
  if (!article) return;
  if (article.flags.breaking) show(bar, article);
  else hide(bar, id);
  if (page?.id !== id || !(page.version < article.version)) return;
  const renew = button("Show the new version", () => {
    notice();
    again({ scroll: window.scrollY });
  });
  const close = button("×", () => notice(), { "aria-label": "Dismiss", class: "close" });
  notice(h("p", {}, "This story has just been updated. "), renew, close);
};

const onWithdrawn = (bar, { id }) => {
  hide(bar, id);
  if (page?.id === id) again({ scroll: 0, focus: true });
  else document.querySelectorAll(`#main [data-id="${CSS.escape(id)}"]`).forEach((element) => element.remove());
};

/** Fill the bar with what is breaking now, and keep the page true from then on. */
export const setUpBreaking = (bar) => {
  document.addEventListener("reader:page", ({ detail }) => {
    page = detail;
    notice();
    if (page.id) hide(bar, page.id);
  });
  document.addEventListener("newsroom:published", ({ detail }) => onChanged(bar, detail));
  document.addEventListener("newsroom:updated", ({ detail }) => onChanged(bar, detail));
  document.addEventListener("newsroom:withdrawn", ({ detail }) => onWithdrawn(bar, detail));
  // Something was missed, and nobody knows what.
  document.addEventListener("newsroom:resync", () => {
    bar.replaceChildren();
    again({ scroll: window.scrollY });
  });
  // In the admin's preview panel the draft alone matters.
  if (window.parent !== window) return;
  listen();
  get("articles/", { breaking: true, limit: 1, fields: "title,short_title,path,published_at,flags,language" })
    .then(({ items }) => items.forEach((story) => show(bar, story)))
    .catch(() => {});
};
