// What is new in a conversation while somebody looks at it: answers of people, and who is there.
// Every 2 s while people talk, seldom otherwise; a hidden page asks, but counts as nobody's presence.
(() => {
  const SOON = 2000;
  const QUIET = 8000;
  const AWAY = 30000;
  const TYPES_EVERY = 2500;
  const GIVE_UP_AFTER = 10000;
  const FRAGMENT = { "HX-Request": "true", "HX-Request-Type": "partial" };

  class Live {
    // `is` tells about the window: open() and busy(); `grown()` is called after rows were added.
    constructor({ form, log, strip, address, is, grown, copy }) {
      Object.assign(this, { form, log, strip, address, is, grown, copy });
      this.conversation = "";
      this.mark = "";
      this.typedAt = 0;
      this.asking = false;
      form.querySelector("textarea").addEventListener("input", () => this.types());
      document.addEventListener("visibilitychange", () => this.soon(0));
      this.soon(SOON);
    }

    enter(conversation, mark) {
      this.conversation = conversation || this.conversation;
      if (mark !== undefined) this.mark = mark;
      this.offerCopy();
    }

    leave() {
      this.conversation = this.mark = "";
      this.offerCopy();
    }

    offerCopy() {
      if (!this.copy) return;
      this.copy.hidden = !this.conversation;
      this.copy.href = `${this.copy.dataset.chatCopy}?conversation=${encodeURIComponent(this.conversation)}`;
    }

    handed() { return "handed" in this.strip.dataset; }

    pause() {
      if (document.hidden) return AWAY;
      return this.handed() ? SOON : QUIET;
    }

    soon(delay = this.pause()) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look().finally(() => this.soon()), delay);
    }

    types() {
      const now = Date.now();
      if (!this.handed() || now - this.typedAt < TYPES_EVERY) return;
      this.typedAt = now;
      this.soon(0);
    }

    async look() {
      if (this.asking || !this.conversation || !this.is.open() || this.is.busy()) return;
      this.asking = true;
      const asked = this.conversation;
      try {
        const answer = await fetch(this.address, { method: "POST", body: this.body(), headers: FRAGMENT, signal: AbortSignal.timeout(GIVE_UP_AFTER) });
        if (answer.status === 200 && !answer.redirected) this.take(await answer.text(), asked);
      } catch { /* the next look comes soon */ } finally {
        this.asking = false;
      }
    }

    body() {
      const body = new FormData();
      body.set("csrf_token", this.form.elements.csrf_token.value);
      body.set("conversation", this.conversation);
      body.set("mark", this.mark);
      if (document.hidden) body.set("away", "1");
      else if (Date.now() - this.typedAt < TYPES_EVERY && this.form.querySelector("textarea").value) body.set("typing", "1");
      return body;
    }

    // In the middle of a turn nothing is taken: its own words have no key yet and would come twice.
    take(html, asked) {
      if (this.is.busy() || asked !== this.conversation) return;
      const template = document.createElement("template");
      template.innerHTML = html;
      const turn = template.content.querySelector(".chat-turn");
      this.showStrip(template.content);
      this.add(turn);
      this.mark = turn.dataset.mark;
    }

    add(turn) {
      for (const row of [...turn.children]) if (this.log.querySelector(`[data-key="${CSS.escape(row.dataset.key)}"]`)) row.remove();
      if (!turn.children.length) return;
      for (const replies of this.log.querySelectorAll("[data-replies]")) replies.remove();
      const waiting = this.log.querySelector(":scope > [data-pending], :scope > [data-unsent]");
      waiting ? waiting.before(turn) : this.log.append(turn);
      this.grown(turn);
    }

    // Only what changed: a screen reader would say it again.
    showStrip(content) {
      const fresh = content.querySelector("[data-strip]");
      if (!fresh) return;
      const had = this.handed();
      this.strip.toggleAttribute("data-handed", "handed" in fresh.dataset);
      if (fresh.textContent.trim() !== this.strip.textContent.trim()) this.strip.replaceChildren(...fresh.childNodes);
      if (had !== this.handed()) this.soon();
    }
  }

  window.firstlineLive = Live;

  const page = document.querySelector("[data-chat-page]");
  if (page) {
    const form = page.querySelector("form");
    const atEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - 160;
    const live = new Live({
      form,
      log: page.querySelector("[data-chat-log]"),
      strip: page.querySelector("[data-chat-live]"),
      address: page.dataset.look,
      is: { open: () => true, busy: () => false },
      grown: (turn) => { if (atEnd() || turn.getBoundingClientRect().top < innerHeight) turn.lastElementChild.scrollIntoView({ block: "nearest" }); },
    });
    live.enter(form.elements.conversation.value, page.dataset.mark);
  }
})();
