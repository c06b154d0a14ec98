// The number of unread notices on the bell in the menu: fetched when a page opens, each minute, and on coming back.

const PAUSE = 60_000;
let timer = 0;

function show(link, unread) {
  if (unread) {
    link.dataset.unread = unread > 99 ? '99+' : String(unread);
    link.setAttribute('aria-label', `${link.textContent.trim()}, ${link.dataset.unread} ${link.dataset.words}`);
  } else {
    delete link.dataset.unread;
    link.removeAttribute('aria-label');
  }
}

async function refresh(link) {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const answer = await fetch(link.dataset.inbox, { headers: { Accept: 'application/json' } });
    if (answer.ok && !answer.redirected) show(link, (await answer.json()).unread);
  } catch {
    // Offline: the number stays as it was, and the next round asks again.
  }
  timer = setTimeout(() => refresh(link), PAUSE);
}

function begin() {
  const link = document.querySelector('[data-inbox]');
  if (!link) return false;
  document.addEventListener('visibilitychange', () => refresh(link));
  refresh(link);
  return true;
}

// The menu is drawn by a script of Wagtail's, before or after this one runs.
if (!begin()) {
  const observer = new MutationObserver(() => begin() && observer.disconnect());
  observer.observe(document.body, { childList: true, subtree: true });
}
