// The body of a story: one function for each type of block. A type that is not known here is passed over, since
// Copydesk may learn new ones.
import { button, h } from "./dom.js";
import { figure } from "./picture.js";
import { richText } from "./rich-text.js";
import { storyLink } from "./teaser.js";
import { parse } from "./trust.js";

const COLUMN = "(min-width: 44rem) 40rem, 100vw";

const paragraph = ({ html, links }) => {
  const nodes = richText(html, links);
  return nodes.some((node) => node instanceof HTMLParagraphElement) ? nodes : [h("p", {}, nodes)];
};

const heading = ({ text, level }) => h(`h${level}`, {}, text);

const list = ({ style, items }) =>
  h(
    style === "numbered" ? "ol" : "ul",
    {},
    items.map(({ html, links }) => h("li", {}, withoutParagraph(richText(html, links)))),
  );

const withoutParagraph = (nodes) =>
  nodes.length === 1 && nodes[0] instanceof HTMLParagraphElement ? [...nodes[0].childNodes] : nodes;

const quote = ({ text, attribution, role, style }) =>
  h(
    "figure",
    { class: `quote ${style}` },
    h("blockquote", {}, text.split(/\n{2,}/).map((part) => h("p", {}, part))),
    attribution &&
      h("figcaption", {}, h("span", { class: "speaker" }, attribution), role && [", ", h("span", {}, role)]),
  );

const divider = () => h("hr");

const image = (value) => (value.id ? figure(value, { sizes: COLUMN }) : null);

const gallery = ({ title, images }, { id }) => {
  if (!images.length) return null;
  const strip = h(
    "div",
    { class: "strip", role: "group", tabindex: "0", "aria-label": title ? `Pictures: ${title}` : "Pictures" },
    images.map((one) => figure(one, { ratio: 3 / 2, sizes: COLUMN })),
  );
  const count = h("span", { class: "count", "aria-live": "polite" }, `1 of ${images.length}`);
  // Backwards where text runs from right to left.
  const direction = () => (getComputedStyle(strip).direction === "rtl" ? -1 : 1);
  const at = () => Math.round(Math.abs(strip.scrollLeft) / strip.clientWidth);
  const move = (step) => strip.scrollTo({ left: direction() * (at() + step) * strip.clientWidth });
  strip.addEventListener("scroll", () => {
    const text = `${Math.min(at() + 1, images.length)} of ${images.length}`;
    if (count.textContent !== text) count.textContent = text;
  });
  return h(
    "section",
    { class: "gallery", "aria-labelledby": title ? `gallery-${id}` : null, "aria-label": title ? null : "Gallery" },
    title && h("h2", { id: `gallery-${id}` }, title),
    strip,
    h(
      "div",
      { class: "turn" },
      button("←", () => move(-1), { "aria-label": "Previous picture" }),
      count,
      button("→", () => move(1), { "aria-label": "Next picture" }),
    ),
  );
};

/** The frame of a service, built anew: of what the service sent only the address, title and shape are used. */
const frameOf = ({ html, title, width, height }) => {
  const sent = html && parse(html).querySelector("iframe[src^='https://']");
  if (!sent) return null;
  const frame = h("iframe", {
    src: sent.getAttribute("src"),
    title: title ?? sent.getAttribute("title") ?? "Embedded content",
    // It runs its own scripts on its own origin; it cannot steer this page.
    sandbox: "allow-scripts allow-same-origin allow-popups allow-presentation",
    allow: "fullscreen; picture-in-picture; encrypted-media",
    referrerpolicy: "strict-origin-when-cross-origin",
    loading: "lazy",
  });
  if (width && height) frame.style.aspectRatio = `${width} / ${height}`;
  else if (height) frame.style.blockSize = `${height}px`;
  return frame;
};

const SERVICES = { youtube: "YouTube", soundcloud: "SoundCloud", ted: "TED" };

const nameOf = (provider) => SERVICES[provider] ?? provider.charAt(0).toUpperCase() + provider.slice(1);

const embed = (value) => {
  const service = value.provider ? nameOf(value.provider) : new URL(value.url).hostname;
  const link = h("a", { href: value.url, rel: "noopener" }, `Open it at ${service}`);
  const frame = frameOf(value);
  const box = h("div", { class: "embed" });
  // Nothing is fetched from the service, not even its thumbnail, before the reader says so.
  const agree =
    frame &&
    button(`Show content from ${service}`, () => {
      box.replaceChildren(frame);
      frame.tabIndex = 0;
      frame.focus();
    });
  box.append(
    h(
      "div",
      { class: "ask" },
      value.title && h("p", { class: "what" }, value.title),
      agree && h("p", {}, `This is kept at ${service}, which learns of your visit when it is shown.`),
      h("p", { class: "choices" }, agree, link),
    ),
  );
  return h("figure", { class: "wide" }, box, value.caption && h("figcaption", {}, value.caption));
};

const factBox = ({ title, html, links }) =>
  h("aside", { class: "facts", "aria-label": title }, h("h2", {}, title), richText(html, links));

const table = ({ caption, columns, rows }) => {
  const kind = (at) => (columns[at]?.type === "number" ? "number" : null);
  // The first column names the row, if it is made of words and every cell is filled.
  const named = columns[0]?.type === "text" && rows.every((row) => row[0]);
  const hasHeadings = columns.some((column) => column.heading);
  return h(
    "div",
    { class: "table", role: "region", tabindex: "0", "aria-label": caption ?? "Table" },
    h(
      "table",
      {},
      caption && h("caption", {}, caption),
      hasHeadings &&
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            columns.map((column, at) =>
              h(column.heading ? "th" : "td", { scope: column.heading && "col", class: kind(at) }, column.heading),
            ),
          ),
        ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, at) =>
              named && at === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: kind(at) }, cell ?? ""),
            ),
          ),
        ),
      ),
    ),
  );
};

const related = ({ title, stories }) =>
  stories.length
    ? h(
        "aside",
        { class: "see-also", "aria-label": title ?? "Related stories" },
        h("h2", {}, title ?? "Related stories"),
        h("ul", {}, stories.map((story) => h("li", { "data-id": story.id }, storyLink(story, story.title)))),
      )
    : null;

const BLOCKS = {
  paragraph,
  heading,
  list,
  quote,
  divider,
  image,
  gallery,
  embed,
  fact_box: factBox,
  table,
  related,
};

/** Elements of the blocks that are known, in order. */
export const body = (blocks) =>
  blocks.flatMap((block) => {
    const made = [BLOCKS[block.type]?.(block.value, block)].flat().filter(Boolean);
    made.forEach((element) => element.setAttribute("data-block", block.type));
    return made;
  });
