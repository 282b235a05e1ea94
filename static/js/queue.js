// The list stays as it lies while one reads: rows change in place, what is new is only told of.
(() => {
  const part = document.querySelector("[data-rows]");
  const FRAGMENT = { "HX-Request": "true", "HX-Request-Type": "partial" };
  const CLOCKS_MS = 60000;
  // Many pages are told at once; they do not all ask at once.
  const SPREAD_MS = 1500;
  const changed = new Set();
  const come = new Set();
  let everything = false;
  let timer;

  const shown = () => [...document.querySelectorAll(".incidents tr[id^=row-]")].map((row) => row.id.slice(4));

  function soon() {
    timer ??= setTimeout(() => ask().finally(() => { timer = undefined; if (changed.size) soon(); }), 300 + Math.random() * SPREAD_MS);
  }

  async function ask() {
    const asked = [...changed];
    const query = new URLSearchParams({ changed: asked.join(), shown: shown().join(), come: [...come].join() });
    if (everything) query.set("everything", "1");
    const address = part.dataset.rows + (part.dataset.rows.includes("?") ? "&" : "?") + query;
    try {
      const answer = await fetch(address, { headers: FRAGMENT });
      if (!answer.ok || answer.redirected) return;
      for (const id of asked) changed.delete(id);
      show(await answer.text());
    } catch { /* told again with the next change, or by the next minute */ }
  }

  function show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const row of template.content.querySelectorAll("tr[id]")) renew(row);
    const notice = template.content.querySelector("[data-notice]");
    const ids = (name) => notice.dataset[name].split(",").filter(Boolean);
    for (const id of ids("gone")) leave(document.getElementById(`row-${id}`), notice.dataset.goneWords);
    come.clear();
    for (const id of ids("come")) come.add(id);
    const moved = document.getElementById("moved");
    if (moved.textContent.trim() !== notice.textContent.trim()) moved.replaceChildren(...notice.childNodes);
    document.getElementById("views").replaceWith(template.content.querySelector("#views"));
    if (come.size && !shown().length) location.reload();
  }

  // The cells are changed, not the row: who stands on its link or has chosen it stays there.
  function renew(row) {
    const old = document.getElementById(row.id);
    if (!old) return;
    old.classList.remove("has-left");
    const kept = old.querySelector(".c-pick");
    const stood = old.querySelector(".incident-link") === document.activeElement;
    const cells = [...row.cells].filter((cell) => !cell.matches(".c-pick"));
    old.replaceChildren(...(kept ? [kept] : []), ...cells);
    if (stood) old.querySelector(".incident-link").focus();
  }

  function leave(row, words) {
    if (!row || row.classList.contains("has-left")) return;
    row.classList.add("has-left");
    const told = document.createElement("span");
    told.className = "tried";
    told.textContent = words;
    row.querySelector(".what").append(" ", told);
  }

  document.addEventListener("desk:news", ({ detail }) => {
    if (!detail.everything && !detail.incidents.length) return;
    everything ||= Boolean(detail.everything);
    for (const id of detail.everything ? shown() : detail.incidents) changed.add(String(id));
    soon();
  });
  setInterval(() => {
    if (document.hidden) return;
    for (const id of shown()) changed.add(id);
    soon();
  }, CLOCKS_MS);
})();
