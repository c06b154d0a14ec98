// Elements. What is a string becomes text, so nothing that the API says can become markup here; see rich-text.js.

const isShown = (child) => child !== null && child !== undefined && child !== false && child !== "";

/** An element: h("a", { href: "/" }, "Front page"). Attributes and children that are null or false are left out. */
export const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(isShown));
  return element;
};

/** A button that does something here. */
export const button = (text, onClick, attributes = {}) => {
  const element = h("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onClick);
  return element;
};

const RIGHT_TO_LEFT = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

/** `lang` and `dir` for something written in `language`. */
export const written = (language) =>
  language ? { lang: language, dir: RIGHT_TO_LEFT.has(language.split("-")[0]) ? "rtl" : "ltr" } : {};

/** "a", "a and b", "a, b and c": between elements, as a sentence puts them. */
export const enumerate = (parts) =>
  parts.flatMap((part, index) => {
    if (index === 0) return [part];
    return [index === parts.length - 1 ? " and " : ", ", part];
  });
