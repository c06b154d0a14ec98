// Moves an entry of the calendar by dragging it to another day or hour. The link "Move" does the same without a mouse.
const calendar = document.getElementById("calendar");
const status = document.getElementById("calendar-status");
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
let dragged = null;

function placeOf(event) {
  return event.target.closest?.("[data-on]") ?? null;
}

function say(text, isRefusal) {
  status.classList.toggle("calendar-status--refused", isRefusal);
  status.textContent = text;
}

async function refresh() {
  const response = await fetch(window.location.href, { headers: { "X-Calendar-Part": "days" } });
  if (response.ok && !response.redirected) calendar.innerHTML = await response.text();
}

async function move(entry, place) {
  const form = new FormData();
  form.set("on", place.dataset.on);
  if (place.dataset.hour) form.set("hour", place.dataset.hour);
  form.set("seen_at", entry.dataset.seen);
  const response = await fetch(entry.dataset.move, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
  const answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
  if (response.ok && answer.message) say(answer.message, false);
  else say(answer.reason ?? calendar.dataset.failed, true);
  await refresh();
}

calendar.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-move]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.move);
  dragged.classList.add("is-dragged");
});

calendar.addEventListener("dragover", (event) => {
  const place = placeOf(event);
  if (!dragged || !place) return;
  event.preventDefault();
  if (place.classList.contains("is-target")) return;
  calendar.querySelector(".is-target")?.classList.remove("is-target");
  place.classList.add("is-target");
});

calendar.addEventListener("drop", (event) => {
  const place = placeOf(event);
  if (!dragged || !place) return;
  event.preventDefault();
  if (place !== dragged.closest("[data-on]")) move(dragged, place);
});

calendar.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  calendar.querySelector(".is-target")?.classList.remove("is-target");
  dragged = null;
});
