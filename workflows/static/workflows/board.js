// The board at work: it keeps itself up to date, and moves cards by drag and by menu. What is legal, and why the rest is
// not, comes with each card from the server, which decides again when it is asked to do it.

const SECONDS = 15;
const root = document.getElementById("board");
const scroller = () => root.querySelector("[data-board-scroll]");
const status = document.querySelector("[data-board-status]");
const filters = document.querySelector("[data-board-filters]");
const dialog = document.querySelector("[data-board-dialog]");
const labels = JSON.parse(document.getElementById("board-labels").textContent);
const WITHOUT_FORM = new Set(["submit", "hold", "claim"]);

let etag = root.dataset.etag;
let words = readWords(document);
let dragged = null;
let menu = null;
let reached = true;

function readWords(source) {
  return JSON.parse(source.getElementById("board-words").textContent);
}

function say(template, values = {}) {
  status.textContent = Object.entries(values).reduce((text, [name, value]) => text.replace(`%(${name})s`, value), template);
}

// Keeping up to date

function busy() {
  return dragged || menu || dialog.open;
}

async function refresh({ quietly = false } = {}) {
  if (busy()) return;
  let response;
  try {
    response = await fetch(window.location.href, {
      cache: "no-store",
      headers: { "X-Board-Part": "columns", "If-None-Match": etag },
    });
  } catch {
    if (reached) say(labels.unreachable);
    reached = false;
    return;
  }
  reached = true;
  if (response.status === 304) return;
  if (response.redirected || response.status === 403) {
    say(labels.signed_out);
    return;
  }
  if (!response.ok) return;
  const text = await response.text();
  if (busy()) return; // It asks again when that is over.
  etag = response.headers.get("ETag");
  update(new DOMParser().parseFromString(text, "text/html"), quietly);
}

function update(fresh, quietly) {
  const before = whereabouts();
  const held = holdFocus();
  words = readWords(fresh);
  for (const part of ["summary", "jump"]) {
    const selector = `[data-board-part="${part}"]`;
    replaceInside(root.querySelector(selector), fresh.querySelector(selector));
  }
  sync(scroller(), fresh.querySelector("[data-board-scroll]"), "column", updateColumn);
  held();
  if (!quietly) announce(before, whereabouts());
  tick();
}

/** Make the children of `list` those of `fresh`, by key: an element that stays where it is keeps its focus. */
function sync(list, fresh, name, change) {
  const old = new Map([...list.children].map((element) => [element.dataset[name], element]));
  const wanted = [...fresh.children].map((element) => {
    const found = old.get(element.dataset[name]);
    if (!found) return document.adoptNode(element);
    old.delete(element.dataset[name]);
    change(found, element);
    return found;
  });
  old.forEach((element) => element.remove());
  wanted.forEach((element, at) => {
    if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
  });
}

function updateColumn(column, fresh) {
  copyAttributes(column, fresh);
  replaceInside(column.querySelector("header"), fresh.querySelector("header"));
  replaceInside(column.querySelector("footer"), fresh.querySelector("footer"));
  sync(column.querySelector("[data-board-cards]"), fresh.querySelector("[data-board-cards]"), "card", updateCard);
}

function updateCard(card, fresh) {
  copyAttributes(card, fresh);
  replaceInside(card, fresh);
}

function copyAttributes(element, fresh) {
  for (const { name, value } of [...fresh.attributes]) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (!fresh.hasAttribute("draggable")) element.removeAttribute("draggable");
}

function replaceInside(element, fresh) {
  if (ageless(element) !== ageless(fresh)) element.innerHTML = fresh.innerHTML;
}

/** What is inside, without the minutes that are left. */
function ageless(element) {
  return element.innerHTML.replace(/(data-board-due="">)[^<]*/g, "$1").trim();
}

/** Remember what has the focus; the function that is returned gives it back, also where its card has gone elsewhere. */
function holdFocus() {
  const focused = document.activeElement;
  const card = focused?.closest("[data-card]");
  if (!card) return () => {};
  const { card: key, article } = card.dataset;
  const controls = (place) => [...place.querySelectorAll("a, button")];
  const number = controls(card).indexOf(focused);
  return () => {
    if (focused.isConnected && document.activeElement === focused) return;
    const place =
      root.querySelector(`[data-card="${key}"]`) ?? (article && root.querySelector(`[data-article="${article}"]`));
    const control = place && (controls(place)[number] ?? controls(place)[0]);
    control?.focus({ preventScroll: true });
  };
}

function whereabouts() {
  const found = new Map();
  for (const card of root.querySelectorAll("[data-card]")) {
    const column = card.closest("[data-column]");
    found.set(card.dataset.article || card.dataset.card, { card, column: column.dataset.title });
  }
  return found;
}

function announce(before, after) {
  const news = [];
  for (const [story, { card, column }] of after) {
    const then = before.get(story);
    if (then?.column === column) continue;
    card.classList.add("board-card--moved");
    news.push([then ? labels.moved : labels.arrived, { title: card.dataset.title, column }]);
  }
  for (const [story, { card }] of before) {
    if (!after.has(story)) news.push([labels.gone, { title: card.dataset.title }]);
  }
  if (news.length > 2) say(labels.more_moved, { count: news.length });
  else if (news.length) say(...news[0]);
}

/** Let the minutes run that are left of each time. */
function tick() {
  for (const element of root.querySelectorAll("[data-board-due]")) {
    const minutes = (Date.parse(element.dateTime) - Date.now()) / 60000;
    const text = (minutes < 0 ? labels.late : labels.left).replace("%(time)s", span(Math.abs(minutes)));
    if (element.textContent !== text) element.textContent = text;
  }
}

function span(length) {
  const minutes = Math.floor(length);
  if (minutes < 60) return labels.minutes.replace("%(minutes)s", minutes);
  if (minutes >= 48 * 60) return labels.days.replace("%(days)s", Math.floor(minutes / (24 * 60)));
  const rest = minutes % 60;
  return (rest ? labels.hours_and_minutes : labels.hours)
    .replace("%(hours)s", Math.floor(minutes / 60))
    .replace("%(minutes)s", rest);
}

// The address of the page: filters, and how much of a column is shown

function go(address) {
  window.history.replaceState(null, "", address);
  refresh({ quietly: true });
}

function applyFilters() {
  const query = new URLSearchParams(new FormData(filters));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  go(`?${query}`);
}

filters.addEventListener("change", (event) => event.target.type !== "search" && applyFilters());
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  applyFilters();
});

function showMore(link) {
  const query = new URLSearchParams(window.location.search);
  const [key] = link.dataset.boardMore.split(":");
  const others = query.getAll("show").filter((value) => !value.startsWith(`${key}:`));
  query.delete("show");
  [...others, link.dataset.boardMore].forEach((value) => query.append("show", value));
  go(`?${query}`);
}

// What may be done with a card

function read(card) {
  const { moves, refusals } = JSON.parse(card.dataset.script);
  const entries = Object.entries(moves).map(([verb, [target, reason]]) => ({
    verb,
    target,
    reason: reason === null ? "" : words[reason],
  }));
  return { moves: entries, refuse: (key) => words[refusals[key]] ?? "" };
}

function titleOf(key) {
  return root.querySelector(`[data-column="${key}"]`)?.dataset.title ?? "";
}

function addressOf(card, verb) {
  return `${root.dataset.base}${card.dataset.article}/${verb}/`;
}

function reviewOf(card) {
  const back = encodeURIComponent(window.location.pathname + window.location.search);
  return `${root.dataset.review.replace("/0/", `/${card.dataset.article}/`)}?next=${back}`;
}

function start(card, verb) {
  if (verb === "sign") window.location.assign(reviewOf(card));
  else if (WITHOUT_FORM.has(verb)) post(card, verb, new FormData());
  else open(card, verb);
}

async function post(card, verb, data) {
  data.set("content_hash", card.dataset.hash);
  data.set("task_state_id", card.dataset.task);
  let answer;
  try {
    const response = await fetch(addressOf(card, verb), {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": dialog.querySelector("[name=csrfmiddlewaretoken]").value },
    });
    if (response.redirected) answer = { reason: labels.signed_out };
    else answer = await response.json();
  } catch {
    answer = { reason: labels.failed };
  }
  if (answer.message) {
    if (dialog.open) dialog.close();
    await refresh({ quietly: true });
  }
  if (answer.reason && dialog.open) dialog.querySelector("[data-board-refusal]").textContent = answer.reason;
  else say(answer.message ?? answer.reason ?? labels.failed);
  return Boolean(answer.message);
}

// The dialog, for moves that need more than a click

async function open(card, verb) {
  const response = await fetch(addressOf(card, verb), { headers: { "X-Board-Part": "dialog" } }).catch(() => null);
  if (!response?.ok || response.redirected) {
    say(response?.redirected ? labels.signed_out : labels.failed);
    return;
  }
  const body = dialog.querySelector("[data-board-dialog-body]");
  body.innerHTML = await response.text();
  dialog.querySelector("[data-board-refusal]").textContent = "";
  dialog.querySelector("[data-board-do]").textContent = body.querySelector("[data-verb]").dataset.verb;
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    post(card, verb, new FormData(event.target));
  };
  dialog.showModal();
  body.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

dialog.querySelector("[data-board-cancel]").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => refresh());

// The menu of a card

function openMenu(button) {
  closeMenu();
  const card = button.closest("[data-card]");
  menu = document.createElement("div");
  menu.className = "board-popup";
  menu.role = "menu";
  menu.ariaLabel = labels.menu;
  menu.button = button;
  for (const { verb, target, reason } of card.dataset.article ? read(card).moves : []) {
    const item = addItem(document.createElement("button"), labels[verb], reason || (target && `${arrow()} ${titleOf(target)}`));
    item.type = "button";
    item.dataset.verb = verb;
    if (reason) item.ariaDisabled = "true";
    else item.addEventListener("click", () => (closeMenu(), start(card, verb)));
  }
  const link = card.querySelector("h3 a");
  addItem(document.createElement("a"), card.dataset.article ? labels.open : labels.plan).href = link.href;
  if (card.dataset.article) addItem(document.createElement("a"), labels.review).href = reviewOf(card);
  button.ariaExpanded = "true";
  document.body.append(menu);
  placeMenu(button);
  menu.firstElementChild.focus();
}

function isLeftToRight() {
  return getComputedStyle(document.documentElement).direction === "ltr";
}

function arrow() {
  return isLeftToRight() ? "→" : "←";
}

function addItem(item, label, detail) {
  item.role = "menuitem";
  item.tabIndex = -1;
  item.textContent = label;
  if (detail) {
    const small = document.createElement("small");
    small.textContent = detail;
    item.append(" ", small);
  }
  menu.append(item);
  return item;
}

function placeMenu(button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const x = isLeftToRight() ? at.right - width : at.left;
  const y = at.bottom + height > window.innerHeight ? at.top - height : at.bottom;
  menu.style.insetInlineStart = "auto";
  menu.style.left = `${Math.min(Math.max(x, 4), window.innerWidth - width - 4)}px`;
  menu.style.top = `${Math.max(y, 4)}px`;
}

function closeMenu({ focus = false } = {}) {
  if (!menu) return;
  const { button } = menu;
  menu.remove();
  menu = null;
  button.ariaExpanded = "false";
  if (focus) button.focus();
}

function onMenuKey(event) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items.at(to % items.length).focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    if (event.key === "Escape") event.preventDefault();
    closeMenu({ focus: true });
    refresh();
  }
}

document.addEventListener("keydown", (event) => menu && onMenuKey(event));
document.addEventListener("pointerdown", (event) => {
  if (menu && !menu.contains(event.target) && !event.target.closest("[data-board-menu]")) {
    closeMenu();
    refresh();
  }
});
window.addEventListener("scroll", () => closeMenu(), { capture: true, passive: true });

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-board-menu]");
  const more = event.target.closest("[data-board-more]");
  if (button) {
    if (menu?.button === button) closeMenu({ focus: true });
    else openMenu(button);
  } else if (more) {
    event.preventDefault();
    showMore(more);
  }
});

// Drag

root.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card) return;
  if (!card.draggable) {
    event.preventDefault();
    return;
  }
  closeMenu();
  const { moves, refuse } = read(card);
  dragged = { card, legal: new Map() };
  for (const { verb, target, reason } of moves) if (target && !reason) dragged.legal.set(target, verb);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.title);
  // Taken by its headline, the browser would drag the link alone.
  const at = card.getBoundingClientRect();
  event.dataTransfer.setDragImage(card, event.clientX - at.left, event.clientY - at.top);
  const home = card.closest("[data-column]").dataset.column;
  for (const column of root.querySelectorAll("[data-column]")) {
    const { column: key } = column.dataset;
    const verb = dragged.legal.get(key);
    const words = verb === "sign" ? labels.reading : labels[verb];
    column.dataset.drop = verb ? "yes" : key === home ? "home" : "no";
    column.querySelector("[data-board-drop]").textContent = key === home && !verb ? "" : (words ?? refuse(key));
  }
  // Chromium ends a drag whose element changes while it begins.
  window.setTimeout(() => dragged && root.classList.add("is-dragging"));
});

root.addEventListener("dragover", (event) => {
  const column = event.target.closest("[data-column]");
  if (!dragged || !column) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = column.dataset.drop === "yes" ? "move" : "none";
});

root.addEventListener("dragenter", (event) => {
  const column = event.target.closest?.("[data-column]");
  if (!dragged || column === dragged.over) return;
  dragged.over?.classList.remove("is-over");
  dragged.over = column;
  column?.classList.add("is-over");
});

root.addEventListener("drop", (event) => {
  const verb = dragged?.legal.get(event.target.closest("[data-column]")?.dataset.column);
  if (!verb) return;
  event.preventDefault();
  const { card } = dragged;
  endDrag();
  start(card, verb);
});

root.addEventListener("dragend", () => {
  if (!dragged) return;
  const { over } = dragged;
  const refused = over?.dataset.drop === "no" && over.querySelector("[data-board-drop]").textContent;
  endDrag();
  if (refused) say(refused);
  refresh();
});

function endDrag() {
  dragged = null;
  root.classList.remove("is-dragging");
  for (const column of root.querySelectorAll("[data-column]")) {
    delete column.dataset.drop;
    column.classList.remove("is-over");
  }
}

window.setInterval(() => !document.hidden && refresh(), SECONDS * 1000);
window.setInterval(tick, 20_000);
document.addEventListener("visibilitychange", () => !document.hidden && refresh());
