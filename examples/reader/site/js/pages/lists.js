// Stories of a section, a topic or an author, newest first, and more of them on request.
import { allSections, get } from "../api.js";
import { button, h } from "../dom.js";
import { picture } from "../picture.js";
import { SUMMARY, teaser } from "../teaser.js";

const A_PAGE = 18;

/** The rest of a list: a button that follows `next`. What it brings is put after `list` and gets the focus. */
export const moreOf = (list, next, show) => {
  if (!next) return null;
  const status = h("p", { role: "status" });
  let address = next;
  const more = button("More stories", async () => {
    more.disabled = true;
    status.textContent = "Fetching more stories…";
    try {
      const page = await get(address);
      const added = page.items.map(show);
      list.append(...added);
      status.textContent = `${added.length} more stories.`;
      added[0]?.querySelector("a")?.focus({ preventScroll: true });
      address = page.next;
      if (!address) more.remove();
    } catch {
      status.textContent = "They could not be fetched. Try again in a moment.";
    } finally {
      more.disabled = false;
    }
  });
  return h("div", { class: "more" }, more, status);
};

const stories = (page) => {
  const show = (story) => teaser(story, { level: 2 });
  const list = h("div", { class: "stories" }, page.items.map(show));
  if (!page.items.length) return h("p", { class: "waiting" }, "There are no stories here yet.");
  return [list, moreOf(list, page.next, show)];
};

const newest = (filter, signal) => get("articles/", { ...filter, limit: A_PAGE, fields: SUMMARY }, { signal });

const canonical = (path) => new URL(path, location.origin).href;

export const section = async ({ slug }, url, { signal }) => {
  const [place, page, all] = await Promise.all([
    get(`sections/${slug}/`, {}, { signal }),
    newest({ section: slug }, signal),
    allSections(),
  ]);
  const inside = (all ?? []).filter((one) => one.parent?.slug === slug);
  return {
    path: place.path,
    head: { title: place.name, description: place.description, canonical: place.url },
    content: [
      h(
        "header",
        { class: "title" },
        place.parent && h("p", { class: "over" }, place.parent.name),
        h("h1", {}, place.name),
        place.description && h("p", { class: "standfirst" }, place.description),
        inside.length > 0 &&
          h(
            "ul",
            { class: "chips" },
            inside.map((one) => h("li", {}, h("a", { href: one.path, "data-thing": `section:${one.slug}` }, one.name))),
          ),
      ),
      stories(page),
    ],
  };
};

export const topic = async ({ slug }, url, { signal }) => {
  const [place, page] = await Promise.all([get(`topics/${slug}/`, {}, { signal }), newest({ topic: slug }, signal)]);
  return {
    head: { title: place.name, description: place.definition, canonical: canonical(`/topics/${slug}/`) },
    content: [
      h(
        "header",
        { class: "title" },
        h(
          "p",
          { class: "over" },
          "Topic",
          place.parent && [" in ", h("a", { href: `/topics/${place.parent.slug}/` }, place.parent.name)],
        ),
        h("h1", {}, place.name),
        place.definition && h("p", { class: "standfirst" }, place.definition),
      ),
      stories(page),
    ],
  };
};

export const author = async ({ slug }, url, { signal }) => {
  const [person, page] = await Promise.all([
    get(`authors/${slug}/`, {}, { signal }),
    newest({ author: slug }, signal),
  ]);
  return {
    head: { title: person.name, description: person.bio, canonical: canonical(`/authors/${slug}/`) },
    content: [
      h(
        "header",
        { class: "title person" },
        person.portrait && picture(person.portrait, { crop: "1:1", sizes: "8rem", urgent: true }),
        h(
          "div",
          {},
          h("h1", {}, person.name),
          person.bio && h("p", { class: "standfirst" }, person.bio),
          person.links.length > 0 &&
            h(
              "ul",
              { class: "chips" },
              person.links.map((link) => h("li", {}, h("a", { href: link.url, rel: "me noopener" }, link.label))),
            ),
        ),
      ),
      stories(page),
    ],
  };
};
