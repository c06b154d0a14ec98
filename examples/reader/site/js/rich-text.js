// HTML of the API.
//
// `html` members hold a few tags and were cleaned by Copydesk before they were stored. The reader still builds what it
// shows from a list of its own: whatever is not on it becomes the text inside it.
import { parse } from "./trust.js";

const KNOWN = new Set(["P", "B", "STRONG", "I", "EM", "A", "BR", "UL", "OL", "LI", "MARK"]);
const ADDRESS = /^(https?:|mailto:|tel:|\/|#)/i;

const copy = (node, paths) => {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const children = [...node.childNodes].flatMap((child) => copy(child, paths));
  if (!KNOWN.has(node.tagName)) return children;
  const element = document.createElement(node.tagName);
  if (node.tagName === "A") {
    const address = node.getAttribute("href") ?? "";
    if (!ADDRESS.test(address)) return children;
    element.href = paths.get(address)?.path ?? address;
    if (paths.get(address)) element.dataset.thing = thing(paths.get(address));
    else element.rel = "noopener";
  }
  element.append(...children);
  return [element];
};

/** What a link leads to, as the router reads it: "article:…", "section:…". */
const thing = (link) => `${link.kind}:${link.kind === "article" ? link.id : link.slug}`;

/** Nodes of a piece of HTML; links to stories of ours (`links`) lead to their pages here. */
export const richText = (html, links = []) => {
  const paths = new Map(links.filter((link) => link.path).map((link) => [link.url, link]));
  return [...parse(html ?? "").body.childNodes].flatMap((node) => copy(node, paths));
};
