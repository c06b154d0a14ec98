// What is not there, what is not there any more, and what cannot be reached.
import { button, h } from "../dom.js";
import { again } from "../router.js";

const trouble = (title, robots, ...content) => ({
  head: { title, robots },
  content: h("div", { class: "trouble" }, h("h1", {}, title), content),
});

const ways = () => h("p", {}, h("a", { href: "/" }, "To the front page"));

/** 404. The words of the address may still find what was meant. */
export const missing = (url) => {
  const words = decodeURIComponent(url.pathname).split("/").filter(Boolean).pop()?.replaceAll("-", " ") ?? "";
  return trouble(
    "This page does not exist",
    "noindex",
    h("p", {}, "Perhaps the address was typed wrongly, or the link that brought you here is wrong."),
    words && h("p", {}, h("a", { href: `/search/?q=${encodeURIComponent(words)}` }, `Search for “${words}”`)),
    ways(),
  );
};

/** 410, with the reason where the newsroom gives one. */
export const gone = ({ reason }) =>
  trouble(
    "This story has been withdrawn",
    "noindex",
    reason ? h("p", { class: "reason" }, reason) : h("p", {}, "It is no longer available."),
    ways(),
  );

const retry = () => h("p", {}, button("Try again", () => again({ focus: true, scroll: 0 })));

/** No answer. Tries again by itself when the network is back. */
export const unreachable = () => ({
  ...trouble(
    "The newsroom cannot be reached",
    "noindex",
    h("p", { role: "alert" }, navigator.onLine ? "It does not answer at the moment." : "You seem to be offline."),
    retry(),
  ),
  enter: () => {
    const onOnline = () => again({ focus: true, scroll: 0 });
    window.addEventListener("online", onOnline, { once: true });
    return () => window.removeEventListener("online", onOnline);
  },
});

/** An answer that this page does not know what to do with. */
export const unexpected = (error) =>
  trouble(
    "Something went wrong",
    "noindex",
    h(
      "p",
      { role: "alert" },
      error.status === 429
        ? `Too many pages at once. Try again in ${error.retryAfter ?? "some"} seconds.`
        : "The page could not be shown.",
    ),
    error.body?.request_id && h("p", {}, "Tell us this number: ", h("code", {}, error.body.request_id)),
    retry(),
    ways(),
  );
