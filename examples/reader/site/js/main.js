// What stands at an address.
import { config } from "/config.js";
import { allSections, get, Problem, Unreachable } from "./api.js";
import { setUpBreaking } from "./breaking.js";
import { setUpFrame } from "./frame.js";
import { front } from "./pages/front.js";
import { author, section, topic } from "./pages/lists.js";
import { preview } from "./pages/preview.js";
import { search } from "./pages/search.js";
import { story } from "./pages/story.js";
import { gone, missing, unexpected, unreachable } from "./pages/trouble.js";
import { Elsewhere, start } from "./router.js";
import { setUpSuggestions } from "./suggest.js";

const OWN_PAGES = { "/": front, "/search/": search, "/preview/": preview };
const THINGS = { article: story, section, topic, author };

// What the server of this page has asked already. Good for one page only.
let resolved = JSON.parse(document.getElementById("resolved").textContent.replace(/^<!--.*-->$/, "null"));

/** What is at a path: { type, id, slug }, from the cheapest source that knows. */
const whatIsAt = async (path, { signal, thing }) => {
  if (thing) {
    const [type, key] = thing.split(":");
    return { type, id: key, slug: key };
  }
  const told = resolved;
  resolved = null;
  if (told?.path === path) return told;
  const place = /^\/(topic|author)s\/([\w-]+)\/$/.exec(path);
  if (place) return { type: place[1], slug: place[2] };
  const known = (await allSections())?.find((one) => one.path === path);
  return known ? { type: "section", slug: known.slug } : ask(path, signal);
};

const ask = async (path, signal) => {
  try {
    return await get("resolve/", { path }, { signal });
  } catch (error) {
    if (error instanceof Problem && [400, 404].includes(error.status)) return { type: "missing" };
    throw error;
  }
};

const build = async (found, url, options) => {
  if (found.type === "redirect") throw new Elsewhere(found.location);
  if (found.type === "gone") return gone(found);
  if (!THINGS[found.type]) return missing(url);
  return THINGS[found.type](found, url, options);
};

const open = async (url, { signal, thing }) => {
  try {
    if (OWN_PAGES[url.pathname]) return await OWN_PAGES[url.pathname](url, { signal });
    const path = url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
    const found = await whatIsAt(path, { signal, thing });
    try {
      return await build(found, url, { signal });
    } catch (error) {
      // It was there when the link was made. Where has it gone?
      if (!(error instanceof Problem) || ![404, 410].includes(error.status)) throw error;
      const now = await ask(path, signal);
      return now.status === 200 ? missing(url) : await build(now, url, { signal });
    }
  } catch (error) {
    if (signal.aborted || error instanceof Elsewhere) throw error;
    if (error instanceof Unreachable) return unreachable();
    if (error instanceof Problem) return unexpected(error);
    throw error;
  }
};

document.querySelectorAll("[data-name]").forEach((element) => (element.textContent = config.name));
setUpFrame();
setUpSuggestions(document.querySelector(".find"));
setUpBreaking(document.getElementById("breaking"));
start(open, unexpected);
