// Keys, drafts and forms in place at the desk. Everything works without it.
(() => {
  const OFF = "firstline-keys-off";
  const on = () => localStorage.getItem(OFF) !== "1";
  const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog");
  const rows = () => [...document.querySelectorAll(".incident-link")];

  // Back from an incident one stands on its row, or goes on from where it was if it has gone.
  const PLACE = "desk-place";
  let goOnAt = 0;

  function step(by) {
    const all = rows();
    let at = all.indexOf(document.activeElement);
    if (at < 0) at = by > 0 ? goOnAt - 1 : goOnAt;
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
  }

  function comeBack() {
    const left = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    if (!left || !document.referrer || new URL(document.referrer).pathname !== left.path) return;
    goOnAt = left.at;
    rows().find((row) => row.pathname === left.path)?.focus();
  }

  function showKeys() {
    const sheet = document.getElementById("keys");
    sheet.querySelector("[data-keys-on]").checked = on();
    sheet.showModal();
  }

  // A field is opened and focused, anything else is clicked.
  function act(target) {
    if (target.matches("summary") && !target.closest("details").open) {
      target.click();
      return (target.parentElement.querySelector("input:not([type=hidden]), button") ?? target).focus();
    }
    if (!target.matches("input, textarea, select")) return target.click();
    const folded = target.closest("details:not([open])");
    if (folded) folded.open = true;
    target.focus();
  }

  // "g" and a number within a second: that view.
  let goAt = 0;

  function goTo(number) {
    document.querySelectorAll("#views a")[number - 1]?.click();
  }

  function pick() {
    document.activeElement?.closest("tr, [data-card]")?.querySelector("[data-pick]")?.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("#panel")) closePanel();
    else if (event.key === "Escape" && event.target.matches("input, textarea")) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") return showKeys();
    if (!on()) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (/^[1-9]$/.test(event.key) && Date.now() - goAt < 1000) goTo(Number(event.key));
    else if (event.key === "g") goAt = Date.now();
    else if (event.key === "x" && document.querySelector("[data-pick]")) pick();
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (target) act(target);
    else return;
    event.preventDefault();
  });

  // The button whose form stands in the panel.
  let opener;

  function closePanel() {
    document.getElementById("panel").replaceChildren();
    (opener ?? document.querySelector(".actions .btn.active") ?? document.querySelector(".actions .btn"))?.focus();
  }

  document.addEventListener("click", (event) => {
    opener = event.target.closest('[hx-target="#panel"]') ?? opener;
    const row = event.target.closest(".incident-link");
    if (row) sessionStorage.setItem(PLACE, JSON.stringify({ path: row.pathname, at: rows().indexOf(row) }));
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      const field = document.querySelector(fill.dataset.fill);
      field.value = fill.dataset.value;
      fill.closest("ul").remove();
      field.focus();
    }
    if (event.target.closest("[data-keys]")) showKeys();
    if (event.target.closest("[data-close-panel]") && document.getElementById("panel")) {
      event.preventDefault();
      closePanel();
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) {
      const many = document.querySelectorAll("[data-pick]:checked").length;
      document.querySelector("[data-picked]").textContent = many || "";
      document.getElementById("bulk").classList.toggle("has-picked", many > 0);
    }
    if (event.target.matches("[data-keys-on]")) localStorage.setItem(OFF, event.target.checked ? "0" : "1");
  });

  // Words outlive a reload or a lost connection; they go once the desk has taken them.
  const name = (field) => `draft:${field.dataset.draft}`;
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-draft]");
    if (field) sessionStorage.setItem(name(field), field.value);
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("[data-draft]");
    if (field) sessionStorage.setItem("draft-sent", name(field));
  });

  function restore(root) {
    for (const field of root.querySelectorAll("[data-draft]")) {
      const kept = sessionStorage.getItem(name(field));
      if (!kept || field.value) continue;
      field.value = kept;
      const folded = field.closest("details:not([open])");
      if (folded) folded.open = true;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const sent = sessionStorage.getItem("draft-sent");
    sessionStorage.removeItem("draft-sent");
    if (sent && !document.querySelector("[role=alert]")) sessionStorage.removeItem(sent);
    restore(document);
    comeBack();
  });

  document.addEventListener("htmx:after:swap", () => {
    const panel = document.getElementById("panel");
    const form = panel?.querySelector("form:not([data-met])");
    if (!form) return;
    form.dataset.met = "1";
    restore(form);
    form.querySelector("select, input:not([type=hidden]), textarea")?.focus();
  });
})();
