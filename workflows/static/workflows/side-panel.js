// The editor's side panel about the review: keeps itself up to date, and leads from a finding to its field.
const SECONDS = 20;

const holder = document.querySelector('[data-side-panel="review"]');
const inside = () => holder.querySelector("[data-review-panel]");

function countOnButton() {
  const counter = document.querySelector('[data-side-panel-toggle="review"] [data-side-panel-toggle-counter]');
  const count = Number(inside()?.dataset.blocking ?? 0);
  if (!counter) return;
  counter.textContent = String(count);
  counter.hidden = count === 0;
}

async function refresh() {
  const panel = inside();
  if (!panel || document.hidden || holder.hidden || panel.contains(document.activeElement)) return;
  const response = await fetch(panel.dataset.url);
  // Nobody's place is taken away: what they began to read or to press meanwhile stays.
  if (!response.ok || response.redirected || !panel.isConnected || panel.contains(document.activeElement)) return;
  const open = [...panel.querySelectorAll("details")].map((details) => details.open);
  const fresh = document.createRange().createContextualFragment(await response.text());
  fresh.querySelectorAll("details").forEach((details, index) => {
    details.open = open[index] ?? false;
  });
  panel.replaceWith(fresh);
}

function findPlace(link) {
  const path = link.dataset.place.split(".").map((part) => `[data-contentpath="${CSS.escape(part)}"]`);
  return document.querySelector(path.join(" "));
}

holder?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-place]");
  const place = link && findPlace(link);
  if (!place) return;
  event.preventDefault();
  const tab = place.closest('[role="tabpanel"]')?.getAttribute("aria-labelledby");
  if (tab) document.getElementById(tab)?.click();
  place.closest("[hidden]:not([role])")?.closest("[data-panel]")?.querySelector("[data-panel-toggle]")?.click();
  place.scrollIntoView({ behavior: "smooth", block: "center" });
  const field = "input:not([type=hidden]), textarea, select, [contenteditable=true], button";
  place.querySelector(field)?.focus({ preventScroll: true });
});

if (holder) {
  new MutationObserver(countOnButton).observe(holder, { childList: true, subtree: true });
  window.setInterval(refresh, SECONDS * 1000);
  document.addEventListener("visibilitychange", refresh);
  holder.addEventListener("show", refresh);
}
