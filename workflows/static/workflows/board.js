// Brings the board up to date without a reload, while somebody looks at it.
const board = document.getElementById("board");
const SECONDS = 15;

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(window.location.href, { headers: { "X-Board-Part": "columns" } });
  if (!response.ok || response.redirected) return;
  const focused = document.activeElement?.closest("[data-article]")?.dataset.article;
  const { scrollLeft } = board;
  board.innerHTML = await response.text();
  board.scrollLeft = scrollLeft;
  if (focused) board.querySelector(`[data-article="${focused}"] a`)?.focus();
}

window.setInterval(refresh, SECONDS * 1000);
document.addEventListener("visibilitychange", refresh);
