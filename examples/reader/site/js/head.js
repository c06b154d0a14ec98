// What the page says of itself to search engines and to those who share it.
import { config } from "/config.js";
import { h } from "./dom.js";
import { shareable } from "./picture.js";
import { dataBlock } from "./trust.js";

/** Title and meta tags of a page; `story` brings its own from `seo`. */
export const describe = ({ title, description = null, robots = null, canonical = null, story = null }) => {
  document.title = title ? `${title} — ${config.name}` : config.name;
  document.head.querySelectorAll("[data-page]").forEach((element) => element.remove());
  const image = story ? shareable(story.image) : null;
  const tags = [
    description && h("meta", { name: "description", content: description }),
    robots && h("meta", { name: "robots", content: robots }),
    canonical && h("link", { rel: "canonical", href: canonical }),
    h("meta", { property: "og:title", content: title ?? config.name }),
    h("meta", { property: "og:type", content: story ? "article" : "website" }),
    description && h("meta", { property: "og:description", content: description }),
    canonical && h("meta", { property: "og:url", content: canonical }),
    image && h("meta", { property: "og:image", content: image }),
    story && h("meta", { property: "article:published_time", content: story.published_at }),
    story && h("meta", { property: "article:modified_time", content: story.updated_at }),
    ...(story?.alternates ?? []).map((one) => h("link", { rel: "alternate", hreflang: one.language, href: one.url })),
  ].filter(Boolean);
  if (story?.seo) tags.push(dataBlock("application/ld+json", story.seo.json_ld));
  tags.forEach((element) => element.setAttribute("data-page", ""));
  document.head.append(...tags);
};
