// A story in a list.
import { age } from "./dates.js";
import { enumerate, h, written } from "./dom.js";
import { picture } from "./picture.js";

const KINDS = {
  analysis: "Analysis",
  opinion: "Opinion",
  interview: "Interview",
  review: "Review",
  explainer: "Explainer",
  live: "Live",
};

const BREAKING_MILLISECONDS = 6 * 3_600_000;

/** The fields of a story that a list shows. */
export const SUMMARY =
  "kind,path,title,short_title,kicker,standfirst,language,published_at,flags,section,authors,image";

/** Whether a story is breaking now; the flag stays with it for ever. */
export const isBreaking = (story) =>
  story.flags.breaking && Date.now() - new Date(story.published_at) < BREAKING_MILLISECONDS;

/** What readers must know before they read: that it was paid for, that it is an opinion, that it is breaking. */
export const labels = (story) => [
  story.flags.sponsored && h("span", { class: "label sponsored" }, "Sponsored"),
  isBreaking(story) && h("span", { class: "label urgent" }, "Breaking"),
  KINDS[story.kind] && KINDS[story.kind] !== story.kicker && h("span", { class: "label" }, KINDS[story.kind]),
];

/** A link that the router can follow without asking what is there. */
export const storyLink = (story, ...children) =>
  h("a", { href: story.path, "data-thing": `article:${story.id}`, ...written(story.language) }, ...children);

/**
 * A story as lists show it.
 *
 * `shape` is "lead", "card", "row" or "line" (no picture); `level` that of its heading; `title` and `text` stand for
 * headline and standfirst; `extra` is below.
 */
export const teaser = (story, options = {}) => {
  const { shape = "card", level = 3, title = story.title, text = story.standfirst, extra, sizes, urgent } = options;
  const shown = shape !== "line" && story.image?.renditions?.length;
  const ratio = shape === "lead" ? 16 / 10 : 3 / 2;
  return h(
    "article",
    { class: `teaser ${shape}${story.flags.sponsored ? " paid" : ""}`, "data-id": story.id },
    shown && h("div", { class: "look" }, picture(story.image, { ratio, urgent, sizes: sizes ?? SIZES[shape] })),
    h(
      "div",
      { class: "words" },
      h("p", { class: "over" }, labels(story), story.kicker && h("span", { class: "kicker" }, story.kicker)),
      h(`h${level}`, {}, storyLink(story, title)),
      shape !== "line" && h("p", { class: "standfirst", ...written(story.language) }, text),
      h(
        "p",
        { class: "under" },
        story.kind === "opinion" && story.authors?.length
          ? [h("span", {}, enumerate(story.authors.map((author) => author.name))), " · "]
          : null,
        age(story.published_at),
      ),
      extra,
    ),
  );
};

const SIZES = {
  lead: "(min-width: 64rem) 44rem, 100vw",
  card: "(min-width: 64rem) 18rem, (min-width: 40rem) 46vw, 100vw",
  row: "(min-width: 40rem) 14rem, 7rem",
};
