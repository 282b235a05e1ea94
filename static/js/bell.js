// The bell counts by itself, and where somebody allows it the browser shows what is new. It works without.
(() => {
  const EVERY_MS = 30000;
  const SOON_MS = 1500;
  const SHOWN = "firstline-notices";
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const count = bell.querySelector("[data-bell-count]");
  let last = Number(bell.dataset.last);
  let soon;

  const wanted = () => "Notification" in window && Notification.permission === "granted" && localStorage.getItem(SHOWN) === "1";

  async function ask() {
    // A page that nobody sees asks only for what it would show outside of itself.
    if (document.hidden && !wanted()) return;
    try {
      const answer = await fetch(`${bell.dataset.bell}?after=${last}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return;
      show(await answer.json());
    } catch { /* the line is down: asked again in half a minute */ }
  }

  function show(told) {
    count.textContent = told.unread;
    count.hidden = !told.unread;
    if (bell.open) list(told.html);
    for (const one of told.items) last = Math.max(last, one.id);
    if (wanted() && !told.quiet && document.hidden) told.items.forEach(popUp);
  }

  function list(html) {
    const lines = bell.querySelector("[data-bell-lines]");
    if (lines.innerHTML === html) return;
    lines.innerHTML = html;
    lines.hidden = false;
  }

  function popUp({ id, headline, title, url }) {
    try {
      // The same tag from several open pages is one notice.
      const shown = new Notification(headline, { body: title, tag: `firstline-${id}` });
      shown.onclick = () => { window.focus(); location.assign(url); };
    } catch { /* some browsers show them from a service worker only */ }
  }

  const button = document.querySelector("[data-browser-notices]");
  if (button && "Notification" in window) {
    const say = (words) => { button.querySelector("span").textContent = words; button.disabled = true; };
    button.hidden = false;
    if (wanted()) say(button.dataset.on);
    button.addEventListener("click", async () => {
      const allowed = (await Notification.requestPermission()) === "granted";
      if (allowed) localStorage.setItem(SHOWN, "1");
      say(allowed ? button.dataset.on : button.dataset.refused);
    });
  }

  bell.addEventListener("toggle", () => { if (bell.open) ask(); });
  document.addEventListener("desk:news", () => {
    soon ??= setTimeout(() => { soon = undefined; ask(); }, SOON_MS);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  setInterval(ask, EVERY_MS);
})();
