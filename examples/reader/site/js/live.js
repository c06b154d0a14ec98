// What happens in the newsroom while the page is open: server-sent events of the stream.
//
// The browser reconnects by itself and says with Last-Event-ID where it was. Only after an answer that is no stream
// (429, 503) it gives up, and this module tries again later.
import { config } from "/config.js";

const PATIENCE_MILLISECONDS = 30_000;
const EVENTS = ["published", "updated", "withdrawn", "resync"];

let source = null;
let last = null;
let waiting = null;

const tell = (event) => {
  last = event.lastEventId || last;
  document.dispatchEvent(new CustomEvent(`newsroom:${event.type}`, { detail: JSON.parse(event.data) }));
};

const close = () => {
  clearTimeout(waiting);
  source?.close();
  source = null;
  document.documentElement.removeAttribute("data-live");
};

const open = () => {
  const url = new URL(config.stream);
  if (last) url.searchParams.set("after", last);
  source = new EventSource(url);
  EVENTS.forEach((name) => source.addEventListener(name, tell));
  source.addEventListener("open", () => document.documentElement.setAttribute("data-live", ""));
  source.addEventListener("error", () => {
    document.documentElement.removeAttribute("data-live");
    if (source.readyState !== EventSource.CLOSED) return;
    close();
    waiting = setTimeout(open, PATIENCE_MILLISECONDS);
  });
};

/** Listen; each event is sent on the document as `newsroom:published` and so on. */
export const listen = () => {
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    // Back from the browser's memory, where nothing was heard.
    open();
    document.dispatchEvent(new CustomEvent("newsroom:resync"));
  });
  open();
};
