// A story. One request: `include` brings the authors in full and the related links with it.
import { get } from "../api.js";
import { body } from "../blocks.js";
import { moment } from "../dates.js";
import { enumerate, h, written } from "../dom.js";
import { figure, picture } from "../picture.js";
import { labels, teaser } from "../teaser.js";

const ROLES = [
  ["By", ["author", "reporter"]],
  ["Pictures by", ["photographer"]],
  ["Translated by", ["translator"]],
  ["Edited by", ["editor"]],
];

const byline = (authors) =>
  ROLES.flatMap(([words, roles]) => {
    const people = authors.filter((author) => roles.includes(author.role));
    if (!people.length) return [];
    const names = people.map((author) => h("a", { href: `/authors/${author.slug}/`, rel: "author" }, author.name));
    return [h("span", {}, words, " ", enumerate(names))];
  });

const dates = (story) => {
  const changed = new Date(story.updated_at) - new Date(story.published_at) > 5 * 60_000;
  return h(
    "p",
    { class: "dates" },
    story.published_at && h("span", {}, "Published ", moment(story.published_at)),
    changed && h("span", {}, "Updated ", moment(story.updated_at)),
    story.reading_minutes > 0 && h("span", {}, `${story.reading_minutes} min read`),
    story.corrections.length > 0 && h("a", { href: "#corrections" }, "Corrected"),
  );
};

const corrections = (story) =>
  story.corrections.length > 0 &&
  h(
    "section",
    { class: "corrections", id: "corrections", "aria-labelledby": "corrections-title" },
    h("h2", { id: "corrections-title" }, story.corrections.length === 1 ? "Correction" : "Corrections"),
    h("dl", {}, story.corrections.map((one) => [h("dt", {}, moment(one.at)), h("dd", {}, one.text)])),
  );

const people = (authors) => {
  const known = authors.filter((author) => author.bio);
  return (
    known.length > 0 &&
    h(
      "section",
      { class: "people", "aria-label": "About the authors" },
      known.map((author) =>
        h(
          "div",
          { class: "person" },
          author.portrait && picture(author.portrait, { crop: "1:1", sizes: "5rem" }),
          h("p", {}, author.bio, " ", h("a", { href: `/authors/${author.slug}/` }, `More by ${author.name}`)),
        ),
      ),
    )
  );
};

const why = (story) =>
  story.origin === "editor"
    ? h("p", { class: "why" }, "Picked by the editors")
    : story.reasons.length > 0 && h("p", { class: "why" }, sentence(story.reasons[0].text));

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const related = (stories = []) =>
  stories.length > 0 &&
  h(
    "section",
    { class: "next", "aria-labelledby": "next" },
    h("h2", { id: "next" }, "What to read next"),
    h("div", { class: "stories" }, stories.map((story) => teaser(story, { shape: "card", extra: why(story) }))),
  );

const otherLanguages = (alternates = []) =>
  alternates.length > 0 &&
  h(
    "p",
    { class: "languages" },
    "Also in ",
    enumerate(
      alternates.map((one) => {
        const name = new Intl.DisplayNames(undefined, { type: "language" }).of(one.language);
        return h("a", { href: one.path, hreflang: one.language, "data-thing": `article:${one.id}` }, name);
      }),
    ),
  );

/** The elements of a story, as a page and as a preview show it. */
export const storyElements = (story) => [
  h(
    "article",
    { class: "story", "data-id": story.id, ...written(story.language) },
    h(
      "header",
      {},
      story.flags.sponsored &&
        h("p", { class: "paid-note", role: "note" }, "Sponsored: this was paid for by an advertiser."),
      h(
        "p",
        { class: "over" },
        h("a", { href: sectionPath(story), "data-thing": `section:${story.section.slug}` }, story.section.name),
        labels(story),
        story.kicker && h("span", { class: "kicker" }, story.kicker),
      ),
      h("h1", {}, story.title),
      h("p", { class: "standfirst" }, story.standfirst),
      h("p", { class: "byline" }, byline(story.authors)),
      dates(story),
      otherLanguages(story.alternates),
    ),
    story.image &&
      h(
        "div",
        { class: "main-picture" },
        figure(story.image, { sizes: "(min-width: 64rem) 60rem, 100vw", urgent: true }),
      ),
    h("div", { class: "body" }, body(story.body.blocks)),
    h(
      "footer",
      {},
      corrections(story),
      story.topics.length > 0 &&
        h(
          "nav",
          { "aria-label": "Topics" },
          h(
            "ul",
            { class: "chips" },
            story.topics.map((topic) => h("li", {}, h("a", { href: `/topics/${topic.slug}/` }, topic.name))),
          ),
        ),
      people(story.authors),
      story.rights.usage_terms && h("p", { class: "rights" }, story.rights.usage_terms),
    ),
  ),
  related(story.related),
];

// The path of a story is that of its section and its slug.
const sectionPath = (story) => story.path.replace(/[^/]+\/$/, "");

export const story = async ({ id }, url, { signal }) => {
  const found = await get(`articles/${id}/`, { include: "authors,related" }, { signal });
  return {
    id: found.id,
    version: found.version,
    path: found.path,
    head: {
      title: found.seo.title,
      description: found.seo.description,
      robots: found.seo.robots,
      canonical: found.seo.canonical_url,
      story: found,
    },
    content: storyElements(found),
  };
};
