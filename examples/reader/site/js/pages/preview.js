// A draft, by the secret address that an editor was given. The admin's preview panel loads the page anew whenever the
// draft has changed, each time with another token, so all that is left to do is to stay at the same place.
import { get, Problem } from "../api.js";
import { moment } from "../dates.js";
import { h } from "../dom.js";
import { storyElements } from "./story.js";

const banner = (expires) =>
  h(
    "p",
    { class: "draft", role: "note" },
    h("strong", {}, "Draft. "),
    "Readers cannot see this. The address works until ",
    moment(expires),
    ".",
  );

const refused = () => ({
  head: { title: "Preview", robots: "noindex" },
  content: h(
    "div",
    { class: "trouble" },
    h("h1", {}, "This preview is over"),
    h("p", {}, "Its address has expired or was withdrawn. Ask the newsroom for a new one."),
  ),
});

const keepPlace = (id) => {
  const name = `preview ${id}`;
  window.scrollTo(0, Number(sessionStorage.getItem(name) ?? 0));
  const keep = () => sessionStorage.setItem(name, window.scrollY);
  window.addEventListener("scroll", keep);
  return () => window.removeEventListener("scroll", keep);
};

export const preview = async (url, { signal }) => {
  const token = encodeURIComponent(url.searchParams.get("token") ?? "");
  try {
    const draft = await get(`previews/${token}/`, {}, { signal, cache: "no-store" });
    return {
      head: { title: `Preview: ${draft.title}`, robots: "noindex" },
      content: [banner(draft.preview_expires_at), storyElements(draft)],
      enter: () => (window.parent === window ? null : keepPlace(draft.id)),
    };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return refused();
    throw error;
  }
};
