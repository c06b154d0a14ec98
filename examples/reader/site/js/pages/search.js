// Search: words, where they were found, and ways to narrow what was found.
import { allSections, get } from "../api.js";
import { h } from "../dom.js";
import { richText } from "../rich-text.js";
import { SUMMARY, teaser } from "../teaser.js";
import { moreOf } from "./lists.js";

const FILTERS = ["section", "topic", "kind"];
const TITLES = { section: "Section", topic: "Topic", kind: "Kind" };
const SHOWN = 8;

const addressWith = (url, changes) => {
  const next = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.searchParams.delete(name);
    else next.searchParams.set(name, value);
  }
  return next.pathname + next.search;
};

const facetGroup = (name, facet, url) => {
  const chosen = url.searchParams.get(name);
  if (!facet.values.length) return null;
  return h(
    "section",
    { "aria-labelledby": `facet-${name}` },
    h("h2", { id: `facet-${name}` }, TITLES[name]),
    h(
      "ul",
      {},
      facet.values.map(({ value, name: words, count }) => {
        const here = value === chosen;
        const address = addressWith(url, { [name]: here ? null : value });
        return h(
          "li",
          {},
          h(
            "a",
            { href: address, "aria-current": here && "true" },
            words,
            " ",
            h("span", { class: "number" }, here ? "×" : count),
          ),
        );
      }),
    ),
  );
};

const result = (story) => {
  const { highlight } = story;
  return teaser(story, {
    shape: "row",
    level: 2,
    title: richText(highlight.title),
    text: highlight.text ? ["… ", richText(highlight.text), " …"] : story.standfirst,
  });
};

const header = (title, words) =>
  h("header", { class: "title" }, h("h1", {}, title), h("p", { class: "standfirst" }, words));

export const search = async (url, { signal }) => {
  const q = url.searchParams.get("q")?.trim() ?? "";
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, url.searchParams.get(name)]));
  const title = q ? `Search: ${q}` : "Search";
  const head = { title, robots: "noindex" };
  if (!q) {
    document.getElementById("find").focus();
    const sections = (await allSections()) ?? [];
    return {
      head,
      content: [
        header("Search", "Words, “a phrase”, -not this."),
        h("ul", { class: "chips" }, sections.map((one) => h("li", {}, h("a", { href: one.path }, one.name)))),
      ],
    };
  }
  const page = await get(
    "articles/",
    {
      q,
      ...chosen,
      order: "relevance",
      highlight: true,
      count: true,
      facets: FILTERS.join(","),
      facet_limit: SHOWN,
      limit: 20,
      fields: SUMMARY,
    },
    { signal },
  );
  const list = h("div", { class: "results" }, page.items.map(result));
  const count = page.count === 1 ? "One story" : `${page.count} stories`;
  return {
    head,
    content: [
      header(title, page.count ? count : "Nothing was found."),
      h(
        "div",
        { class: "sides" },
        h(
          "aside",
          { class: "facets", "aria-label": "Narrow the search" },
          FILTERS.map((name) => facetGroup(name, page.facets[name], url)),
        ),
        h("div", {}, list, moreOf(list, page.next, result)),
      ),
    ],
  };
};
