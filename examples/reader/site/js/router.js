// Pages without loading pages: addresses, history, titles, focus, scrolling.
import { describe } from "./head.js";

const main = document.getElementById("main");
let current = { controller: null, path: "", leave: null };
let open = null;
let apologise = null;

/** Thrown by a page that is somewhere else. */
export class Elsewhere {
  constructor(location) {
    this.location = location;
  }
}

const keepPlace = () => history.replaceState({ ...history.state, scroll: window.scrollY }, "");

const show = (page, { focus, scroll }) => {
  current.leave?.();
  describe(page.head);
  main.replaceChildren(...[page.content].flat(Infinity).filter(Boolean));
  const heading = main.querySelector("h1");
  if (heading && focus) {
    // Who cannot see the page change hears its heading, and goes on from there by keyboard.
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  if (scroll !== null) window.scrollTo(0, scroll);
  current.leave = page.enter?.() ?? null;
};

const render = async ({ focus = true, scroll = 0 } = {}) => {
  current.controller?.abort();
  const controller = new AbortController();
  current.controller = controller;
  current.path = location.pathname + location.search;
  main.setAttribute("aria-busy", "true");
  document.documentElement.dataset.loading = "";
  try {
    const page = await open(new URL(location.href), { signal: controller.signal, thing: history.state?.thing ?? null });
    if (controller.signal.aborted) return;
    if (page.path && page.path !== location.pathname) history.replaceState(history.state, "", page.path);
    show(page, { focus, scroll });
    document.dispatchEvent(new CustomEvent("reader:page", { detail: page }));
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof Elsewhere)) {
      console.error(error);
      show(apologise(error), { focus, scroll });
    } else if (new URL(error.location, location.href).origin === location.origin) {
      go(error.location, { replace: true });
    } else {
      location.assign(error.location);
    }
  } finally {
    if (current.controller === controller) {
      main.removeAttribute("aria-busy");
      delete document.documentElement.dataset.loading;
    }
  }
};

/** Go to a path of this site. `thing` says what is there, where that is known: "article:…", "section:…". */
export const go = (path, { replace = false, thing = null, focus = true } = {}) => {
  keepPlace();
  history[replace ? "replaceState" : "pushState"]({ thing }, "", path);
  return render({ focus });
};

/** Show the page that is open once more, as it is now. */
export const again = ({ scroll = null, focus = false } = {}) => render({ focus, scroll });

const follow = (event) => {
  const anchor = event.target.closest?.("a[href]");
  if (!anchor || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (anchor.target || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
  if (anchor.hash && anchor.pathname + anchor.search === location.pathname + location.search) return;
  event.preventDefault();
  go(anchor.pathname + anchor.search + anchor.hash, { thing: anchor.dataset.thing ?? null });
};

/**
 * Begin. `opener` gives for an address what stands there: { head, content, path?, id?, enter? }; `onFailure` the same
 * for an error that it did not expect.
 */
export const start = (opener, onFailure) => {
  open = opener;
  apologise = onFailure;
  history.scrollRestoration = "manual";
  document.addEventListener("click", follow);
  window.addEventListener("pagehide", keepPlace);
  window.addEventListener("popstate", (event) => {
    // Another place of the same page.
    if (location.pathname + location.search === current.path && location.hash) return;
    render({ scroll: event.state?.scroll ?? 0 });
  });
  const scroll = history.state?.scroll ?? (location.hash ? null : 0);
  return render({ focus: false, scroll });
};
