// The incident while one works on it: words are kept at the desk as they are typed, who else is here
// is shown, and what happens appears below without moving what one reads.
(() => {
  const FRAGMENT = { "HX-Request": "true", "HX-Request-Type": "partial" };
  const HERE_MS = 15000;
  const TYPED_MS = 800;
  const page = document.querySelector("[data-latest-url]");
  const composer = document.querySelector("[data-composer]");
  if (!page || !composer) return;
  const proof = () => composer.querySelector("[name=csrf_token]").value;
  const timeline = document.querySelector(".timeline");
  const timers = new Map();
  const ready = new Set();

  function post(address, fields, keepalive = false) {
    const body = new FormData();
    body.set("csrf_token", proof());
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return fetch(address, { method: "POST", body, headers: FRAGMENT, keepalive });
  }

  // Until the desk has the words, this browser keeps them: the line may be down. Nothing is sent before
  // the desk has it as a draft, so that a page that cannot be reached takes no word with it.
  const spare = (field) => `kept:${page.dataset.incident}-${field.dataset.kept}`;

  async function keep(field, last = false) {
    clearTimeout(timers.get(field));
    timers.delete(field);
    const text = field.value;
    const told = composer.querySelector(`[data-draft-told=${field.dataset.kept}]`);
    try {
      const answer = await post(composer.dataset.draftUrl, { kind: field.dataset.kept, text }, last);
      if (answer.redirected || answer.status === 401) throw new Error("signed out");
      if (!answer.ok) return true;
      if (field.value === text) sessionStorage.removeItem(spare(field));
      told.textContent = text.trim() ? told.dataset.words : "";
      return true;
    } catch {
      told.textContent = told.dataset.unkept;
      timers.set(field, setTimeout(() => keep(field), 5000));
      return false;
    }
  }

  async function send(event, field) {
    clearTimeout(timers.get(field));
    timers.delete(field);
    if (ready.delete(field) || !sessionStorage.getItem(spare(field))) return sessionStorage.removeItem(spare(field));
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!await keep(field)) return;
    ready.add(field);
    field.form.requestSubmit(event.submitter);
  }

  for (const field of composer.querySelectorAll("[data-kept]")) {
    const spared = sessionStorage.getItem(spare(field));
    if (spared && spared !== field.value) field.value = spared;
    field.addEventListener("input", () => {
      sessionStorage.setItem(spare(field), field.value);
      clearTimeout(timers.get(field));
      timers.set(field, setTimeout(() => keep(field), TYPED_MS));
    });
    field.form.addEventListener("submit", (event) => send(event, field), true);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
    });
  }

  async function here() {
    if (document.hidden) return;
    const writing = [...composer.querySelectorAll("[data-kept]")].some((field) => field.value.trim());
    try {
      const answer = await post(page.dataset.here, writing ? { writing: "1" } : {});
      if (answer.ok && !answer.redirected) showColleagues(await answer.text());
    } catch { /* in 15 s again */ }
  }

  function showColleagues(html) {
    const place = document.getElementById("colleagues");
    if (place.innerHTML.trim() !== html.trim()) place.innerHTML = html;
  }

  async function look() {
    const entries = timeline.querySelectorAll("[id^=entry-]");
    const after = entries[entries.length - 1]?.id.slice(6) ?? 0;
    const answer = await fetch(`${page.dataset.latestUrl}?after=${after}`, { headers: FRAGMENT });
    if (!answer.ok || answer.redirected) return;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const latest = template.content.querySelector("[data-latest]");
    showColleagues(latest.querySelector("[data-colleagues]").innerHTML);
    document.getElementById("held").replaceChildren(...latest.querySelector("[data-held-list]").childNodes);
    count();
    const fresh = [...latest.querySelector("[data-entries]").children];
    if (!("mine" in latest.dataset)) return htmx.trigger("#news", "look");
    // One's own words, sent meanwhile: the page is not out of date by them.
    for (const entry of fresh) if (!document.getElementById(entry.id)) timeline.append(entry);
    if (fresh.length) for (const seen of document.querySelectorAll("input[name=seen]")) seen.value = latest.dataset.version;
  }

  function count() {
    for (const held of document.querySelectorAll("[data-held]")) {
      const left = Math.ceil((new Date(held.dataset.sendAt) - Date.now()) / 1000);
      const shown = held.querySelector("[data-countdown]");
      shown.textContent = left > 0 && left < 90 ? ` · ${shown.dataset.words.replace("{n}", left)}` : "";
    }
  }

  document.addEventListener("desk:news", ({ detail }) => {
    const id = Number(page.dataset.incident);
    if (detail.everything || detail.incidents.includes(id) || detail.presence.includes(id)) look().catch(() => {});
  });
  document.addEventListener("visibilitychange", () => here());
  addEventListener("online", () => { for (const field of timers.keys()) keep(field); });
  addEventListener("pagehide", () => {
    for (const field of timers.keys()) keep(field, true);
    post(page.dataset.here, { gone: "1" }, true).catch(() => {});
  });
  setInterval(here, HERE_MS);
  setInterval(count, 1000);
  here();
  count();

  function insert(field, words) {
    // What stands there already keeps a line of its own.
    const gap = /\S[^\n]*$/.test(field.value.slice(0, field.selectionStart)) ? "\n\n" : "";
    field.setRangeText(gap + words, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  composer.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-insert], [data-insert-text]");
    if (!button) return;
    const field = document.querySelector(button.dataset.into);
    button.closest("details").open = false;
    if (button.dataset.insertText) return insert(field, button.dataset.insertText);
    const answer = await fetch(button.dataset.insert, { headers: FRAGMENT });
    if (answer.ok && !answer.redirected) insert(field, await answer.text());
  });

  // Files: chosen, dropped on the form, or pasted into the field; pictures are shown.
  for (const form of composer.querySelectorAll("[data-drop]")) {
    const input = form.elements.attachments;
    const told = form.querySelector("[data-told]");

    function add(files) {
      const all = new DataTransfer();
      for (const file of [...input.files, ...files]) all.items.add(file);
      input.files = all.files;
      tell();
    }

    function tell() {
      const large = [...input.files].filter((file) => file.size > Number(input.dataset.mostBytes));
      input.setCustomValidity(large.length ? `“${large[0].name}” ${input.dataset.tooLarge}` : "");
      told.replaceChildren(...[...input.files].map((file) => card(file, large.includes(file))));
    }

    function card(file, isLarge) {
      const shown = document.createElement("span");
      shown.className = isLarge ? "compose-file bad" : "compose-file";
      if (file.type.startsWith("image/") && !isLarge) {
        const picture = shown.appendChild(document.createElement("img"));
        picture.alt = "";
        const reader = new FileReader();
        reader.onload = () => { picture.src = reader.result; };
        reader.readAsDataURL(file);
      }
      shown.append(isLarge ? `${file.name} ${input.dataset.tooLarge}` : file.name);
      return shown;
    }

    input.addEventListener("change", tell);
    form.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      add(event.clipboardData.files);
    });
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("is-over-it");
    });
    form.addEventListener("dragleave", () => form.classList.remove("is-over-it"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("is-over-it");
      add(event.dataTransfer.files);
    });
  }
})();
