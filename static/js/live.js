// What changed at the desk, told to this page as it happens: `desk:news` on the document, with the
// ids of incidents. One stream while the page is seen; without a place for it, a question every 5 s.
(() => {
  const POLL_MS = 5000;
  const AGAIN_AFTER_POLLS = 24;
  const part = document.querySelector("[data-live]");
  if (!part) return;
  let since = part.dataset.since;
  let source;
  let timer;
  let polls = 0;

  function tell(told) {
    if (told.everything || told.incidents.length || told.presence.length) {
      document.dispatchEvent(new CustomEvent("desk:news", { detail: told }));
    }
  }

  function listen() {
    source = new EventSource(`${part.dataset.live}?since=${since}`);
    source.addEventListener("news", (event) => {
      since = event.lastEventId;
      tell(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      // Otherwise the browser comes back by itself, with the last number it saw.
      if (source.readyState === EventSource.CLOSED) pollSoon();
    });
  }

  async function poll() {
    polls += 1;
    if (polls % AGAIN_AFTER_POLLS === 0) return listen();
    try {
      const answer = await fetch(`${part.dataset.poll}?since=${since}`, { headers: { "HX-Request": "true" } });
      if (answer.ok && !answer.redirected) {
        const told = await answer.json();
        since = told.last;
        tell(told);
      }
    } catch { /* the line is down; the next question may get through */ }
    pollSoon();
  }

  function pollSoon() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(poll, POLL_MS);
  }

  function rest() {
    clearTimeout(timer);
    source?.close();
  }

  // A browser has few connections for one desk: pages that nobody sees hold none.
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => event.persisted && listen());
  if (!document.hidden) listen();
})();
