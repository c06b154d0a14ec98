// A picture: the right file for the screen, a blurred stand-in meanwhile, words for who cannot see it.
import { decode } from "./blurhash.js";
import { h } from "./dom.js";

const standIn = (image, ratio) => {
  const width = 32;
  const height = Math.max(Math.round(width / ratio), 1);
  const pixels = decode(image.blurhash, width, height);
  if (!pixels) return null;
  const canvas = h("canvas", { width, height, "aria-hidden": "true" });
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
};

/** An address for link previews: the widest file up to 1280 pixels. */
export const shareable = (image) =>
  image?.renditions
    .filter((one) => one.type === "image/jpeg" && one.crop === "16:9")
    .sort((one, other) => other.width - one.width)[0]?.url ?? null;

/**
 * The picture in a frame that keeps its place.
 *
 * `sizes` says how wide it will be; `crop` asks for renditions cut by Copydesk ("16:9", "1:1"); `ratio` cuts the whole
 * picture with CSS, around its focal point; `urgent` is for what is seen first.
 */
export const picture = (image, { sizes = "100vw", crop = null, ratio = null, urgent = false } = {}) => {
  const cut = image.crops[crop] ?? null;
  const [across, down] = (crop ?? "").split(":").map(Number);
  const shape = ratio ?? (down ? across / down : image.width / image.height || 1.5);
  const frame = h("span", { class: "frame" }, standIn(image, shape));
  frame.style.setProperty("--ratio", shape);
  if (image.dominant_colour) frame.style.setProperty("--colour", image.dominant_colour);
  if (image.focal_point) {
    frame.style.setProperty("--focus", `${image.focal_point.x * 100}% ${image.focal_point.y * 100}%`);
  }
  // The best type comes first, JPEG last.
  const files = Object.entries(cut ?? image.srcset);
  if (!files.length) return frame;
  const [, fallback] = files.pop();
  const shown = h("img", {
    alt: image.alt,
    width: cut ? 1280 : image.width,
    height: cut ? Math.round(1280 / shape) : image.height,
    loading: urgent ? "eager" : "lazy",
    fetchpriority: urgent ? "high" : null,
    decoding: "async",
    sizes,
  });
  const reveal = () => frame.classList.add("loaded");
  shown.addEventListener("load", reveal, { once: true });
  shown.addEventListener("error", () => frame.classList.add("broken"), { once: true });
  frame.append(h("picture", {}, files.map(([type, set]) => h("source", { type, srcset: set, sizes })), shown));
  // Last: in a picture element the choice of a file begins with the sources.
  shown.srcset = fallback;
  if (shown.complete && shown.naturalWidth) reveal();
  return frame;
};

/** The picture with its caption and credit. */
export const figure = (image, options) =>
  h(
    "figure",
    {},
    picture(image, options),
    (image.caption || image.credit) &&
      h("figcaption", {}, image.caption, " ", image.credit && h("span", { class: "credit" }, image.credit)),
  );
