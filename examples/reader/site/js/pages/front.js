// The front page: what leads, what is new, and the newest of each section.
//
// Three requests at once: sections, the newest stories, and what is breaking (breaking.js). Most sections are filled
// from the newest stories; one that is quiet asks for its own when it comes into view.
import { allSections, get } from "../api.js";
import { h } from "../dom.js";
import { isBreaking, SUMMARY, teaser } from "../teaser.js";

const NEWEST = 60;
const A_SECTION = 4;
const LATEST = 6;

/** What leads: what is breaking, else the newest with a picture; nothing that was paid for, and no opinion. */
const findLead = (stories) => {
  const fit = stories.filter((story) => !story.flags.sponsored && story.kind !== "opinion");
  return fit.find(isBreaking) ?? fit.find((story) => story.image?.renditions.length) ?? fit[0] ?? null;
};

const spread = ([first, ...others]) =>
  h(
    "div",
    { class: "spread" },
    teaser(first, { shape: "card", sizes: "(min-width: 56rem) 35rem, 100vw" }),
    h("div", { class: "column" }, others.map((story) => teaser(story, { shape: "row" }))),
  );

const abreast = (stories) => h("div", { class: "abreast" }, stories.map((story) => teaser(story)));

/** The newest of a section; neighbours differ in their layout, so that the page has a rhythm. */
const band = (section, stories, at) =>
  h(
    "section",
    { class: "band", "aria-labelledby": `section-${section.slug}` },
    h(
      "h2",
      { id: `section-${section.slug}` },
      h("a", { href: section.path, "data-thing": `section:${section.slug}` }, section.name),
    ),
    stories.length ? (at % 2 ? abreast(stories) : spread(stories)) : h("p", { class: "waiting" }, "…"),
  );

const fillWhenSeen = (waiting, shown) => {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        observer.unobserve(entry.target);
        const { section, at } = waiting.get(entry.target);
        get("articles/", { section: section.slug, limit: A_SECTION + shown.size, fields: SUMMARY })
          .then(({ items }) => items.filter((story) => !shown.has(story.id)).slice(0, A_SECTION))
          .then((left) => (left.length ? entry.target.replaceWith(band(section, left, at)) : entry.target.remove()))
          .catch(() => entry.target.remove());
      }
    },
    { rootMargin: "400px" },
  );
  waiting.forEach((_, element) => observer.observe(element));
  return () => observer.disconnect();
};

export const front = async (url, { signal }) => {
  const [sections, newest] = await Promise.all([
    allSections(),
    get("articles/", { limit: NEWEST, fields: SUMMARY }, { signal }),
  ]);
  const lead = findLead(newest.items);
  const rest = newest.items.filter((story) => story !== lead);
  const latest = rest.slice(0, LATEST);
  const left = rest.slice(LATEST);
  const shown = new Set([lead, ...latest].filter(Boolean).map((story) => story.id));
  const tops = (sections ?? []).filter((section) => !section.parent && section.article_count);
  const within = new Map((sections ?? []).map((section) => [section.slug, section.parent?.slug ?? null]));
  const isIn = (story, slug) => {
    for (let at = story.section.slug; at; at = within.get(at)) if (at === slug) return true;
    return false;
  };
  const waiting = new Map();
  const bands = tops.map((section, at) => {
    const stories = left.filter((story) => isIn(story, section.slug)).slice(0, A_SECTION);
    const enough = stories.length === Math.min(A_SECTION, section.article_count);
    const element = band(section, enough ? stories : [], at);
    if (!enough) waiting.set(element, { section, at });
    return element;
  });
  return {
    head: { title: null, description: "The newest stories, by section." },
    content: [
      h("h1", { class: "hidden" }, "Front page"),
      h(
        "div",
        { class: "opening" },
        lead && teaser(lead, { shape: "lead", level: 2, urgent: true }),
        h(
          "section",
          { class: "latest", "aria-labelledby": "latest" },
          h("h2", { id: "latest" }, "Latest"),
          newest.items.length === 0 && h("p", { class: "waiting" }, "There are no stories yet."),
          latest.map((story, at) => teaser(story, { shape: at === 0 ? "row" : "line" })),
        ),
      ),
      bands,
    ],
    enter: () => fillWhenSeen(waiting, shown),
  };
};
