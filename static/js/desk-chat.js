// The requester is in the chat: what they say appears by itself, and a reply goes there in place.
// Without this file the page is loaded again for what is new, and replies go out as usual.
(() => {
  const part = document.querySelector("[data-desk-chat]");
  if (!part) return;
  const SOON = 2000;
  const AWAY = 15000;
  const TYPES_EVERY = 2500;
  const FRAGMENT = { "HX-Request": "true", "HX-Request-Type": "partial" };
  const field = document.getElementById("reply-text");
  const form = field.form;
  const timeline = document.querySelector(".timeline");
  const trouble = part.querySelector("[data-desk-trouble]");
  let mark = part.dataset.mark;
  let typedAt = 0;
  let sending = false;
  let over = false;
  let timer;

  // What is new is shown here, so that a notice that something is new would only disturb.
  document.getElementById("news")?.remove();

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  };

  function show(html) {
    const news = parse(html).querySelector("[data-desk-news]");
    for (const entry of [...news.querySelector("ol").children]) if (!document.getElementById(entry.id)) timeline.append(entry);
    for (const seen of document.querySelectorAll("input[name=seen]")) seen.value = news.dataset.version;
    const strip = part.querySelector("[data-desk-strip]");
    const fresh = news.querySelector("[data-strip]");
    if (fresh.textContent.trim() !== strip.textContent.trim()) strip.replaceChildren(...fresh.childNodes);
    mark = news.dataset.mark;
    over = "over" in news.dataset;
    for (const back of part.querySelectorAll("form")) back.hidden = over;
  }

  function body(more = {}) {
    const given = new FormData();
    given.set("csrf_token", form.elements.csrf_token.value);
    given.set("mark", mark);
    for (const [name, value] of Object.entries(more)) given.set(name, value);
    return given;
  }

  async function look() {
    if (sending) return;
    const how = document.hidden ? { away: "1" } : Date.now() - typedAt < TYPES_EVERY && field.value ? { typing: "1" } : {};
    try {
      const answer = await fetch(part.dataset.look, { method: "POST", body: body(how), headers: FRAGMENT });
      if (answer.status === 200 && !answer.redirected && !sending) show(await answer.text());
    } catch { /* the next look comes soon */ }
  }

  function soon(delay = document.hidden ? AWAY : SOON) {
    clearTimeout(timer);
    timer = setTimeout(() => look().finally(() => soon()), delay);
  }

  async function send() {
    const text = field.value.trim();
    if (!text || sending) return field.focus();
    sending = true;
    trouble.textContent = "";
    try {
      const answer = await fetch(part.dataset.say, { method: "POST", body: body({ text }), headers: FRAGMENT });
      if (answer.status === 422) throw new Error(parse(await answer.text()).textContent.trim());
      if (!answer.ok || answer.redirected) throw new Error();
      if (answer.status === 200) show(await answer.text());
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      timeline.lastElementChild.scrollIntoView({ block: "nearest" });
    } catch (error) {
      trouble.textContent = error instanceof TypeError || !error.message ? part.dataset.unsent : error.message;
    } finally {
      sending = false;
      typedAt = 0;
      field.focus();
    }
  }

  // A reply with files goes the usual way; so does one after the chat went back to the assistant.
  form.addEventListener("submit", (event) => {
    if (over || form.elements.attachments.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send();
  }, { capture: true });
  field.addEventListener("keydown", (event) => {
    if (over || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("input", () => {
    if (!field.value || Date.now() - typedAt < TYPES_EVERY) return;
    typedAt = Date.now();
    soon(0);
  });
  document.addEventListener("visibilitychange", () => soon(0));
  soon(0);
})();
