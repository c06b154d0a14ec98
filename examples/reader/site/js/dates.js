// Moments of the API are UTC; readers see them in their own time zone and the words of their own locale.
import { h } from "./dom.js";

const HOUR = 3_600_000;
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
const today = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const phrase = (at) => {
  const passed = Date.now() - at;
  if (passed < 0 || passed > 18 * HOUR) return day.format(at);
  if (passed < HOUR) return ago.format(-Math.round(passed / 60_000), "minute");
  return ago.format(-Math.round(passed / HOUR), "hour");
};

/** A date with its time. */
export const moment = (iso) => h("time", { datetime: iso }, dayAndTime.format(new Date(iso)));

/** A date for lists: "2 hours ago" while it is fresh. */
export const age = (iso) => {
  const at = new Date(iso);
  return h("time", { datetime: iso, title: dayAndTime.format(at), "data-age": true }, phrase(at));
};

/** Today, for the masthead. */
export const dateline = () => today.format(new Date());

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-age]")) {
    element.textContent = phrase(new Date(element.dateTime));
  }
}, 60_000);
