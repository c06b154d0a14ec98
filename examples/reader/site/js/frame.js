// What stands around every page: the date and the sections.
import { allSections } from "./api.js";
import { dateline } from "./dates.js";
import { h } from "./dom.js";

const markCurrent = (nav) => {
  for (const anchor of nav.querySelectorAll("a")) {
    if (location.pathname === anchor.pathname) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
};

/** Fill the masthead; sections come when the API answers, and are asked for again on the next page if it does not. */
export const setUpFrame = () => {
  document.querySelector(".today").textContent = dateline();
  const nav = document.querySelector("nav.sections");
  const fill = async () => {
    if (!nav.childElementCount) {
      const sections = await allSections();
      if (!sections || nav.childElementCount) return;
      const top = sections.filter((section) => !section.parent);
      nav.append(
        h(
          "ul",
          {},
          top.map((one) => h("li", {}, h("a", { href: one.path, "data-thing": `section:${one.slug}` }, one.name))),
        ),
      );
    }
    markCurrent(nav);
  };
  document.addEventListener("reader:page", fill);
  fill();
};
