// The only two places where a string may become more than text. The page's policy (require-trusted-types-for) stops
// every other one.
import { h } from "./dom.js";

const RULES = {
  createHTML: (html) => html,
  // JSON is all that passes; whatever else throws.
  createScript: (json) => JSON.stringify(JSON.parse(json)),
};
const policy = globalThis.trustedTypes?.createPolicy("reader", RULES) ?? RULES;

/** `html` as a document that runs nothing and loads nothing. */
export const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");

/** A script element that holds data and is never run. */
export const dataBlock = (type, value) => {
  const block = h("script", { type });
  block.text = policy.createScript(JSON.stringify(value));
  return block;
};
