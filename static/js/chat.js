// The chat window. Without this file its link leads to /chat, which does the same with plain forms.
(() => {
  const PHONE = matchMedia("(max-width: 34rem)");
  const THINKING_AFTER = 300;
  const SLOW_AFTER = 3000;
  const GIVE_UP_AFTER = 30000;
  const PAUSES = [0, 800, 2000, 5000];
  const FRAGMENT = { "HX-Request": "true", "HX-Request-Type": "partial" };

  // A tab may forbid storage; the chat then only forgets a draft.
  const kept = (name) => { try { return sessionStorage.getItem(`chat-${name}`); } catch { return null; } };
  const keep = (name, value) => { try { value ? sessionStorage.setItem(`chat-${name}`, value) : sessionStorage.removeItem(`chat-${name}`); } catch { /* nothing to keep it in */ } };
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const make = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });

  class SignedOut extends Error {}
  class Refused extends Error {}

  class Chat {
    constructor(dialog, launcher) {
      this.dialog = dialog;
      this.launcher = launcher;
      this.form = dialog.querySelector("form");
      this.log = dialog.querySelector("[data-chat-log]");
      this.waiting = dialog.querySelector("[data-chat-waiting]");
      this.field = dialog.querySelector("textarea");
      this.files = new window.firstlineComposer(this.form);
      this.words = dialog.dataset;
      this.conversation = "";
      this.loaded = null;
      this.last = Promise.resolve();
      this.pending = 0;
      this.live = new window.firstlineLive({
        form: this.form,
        log: this.log,
        strip: dialog.querySelector("[data-chat-live]"),
        address: dialog.dataset.look,
        copy: dialog.querySelector("[data-chat-copy]"),
        is: { open: () => dialog.open, busy: () => this.pending > 0 },
        grown: (turn) => this.scrollToAnswer(turn.lastElementChild),
      });
      this.field.value = kept("draft") || "";
      this.listen();
      if (kept("open")) this.open({ focus: false });
    }

    listen() {
      this.launcher.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.open({ focus: true });
      });
      for (const soon of ["pointerenter", "focus"]) this.launcher.addEventListener(soon, () => this.load(), { once: true });
      this.dialog.querySelector("[data-chat-close]").addEventListener("click", () => this.close());
      this.dialog.querySelector("[data-chat-new]").addEventListener("click", () => this.beginAgain());
      this.dialog.addEventListener("keydown", (event) => {
        if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); this.close(); }
      });
      // On a phone the browser itself closes it too.
      this.dialog.addEventListener("close", () => { keep("open", ""); this.launcher.focus(); });
      this.field.addEventListener("input", () => keep("draft", this.field.value));
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        const pressed = event.submitter?.name === "payload" ? event.submitter : null;
        pressed ? this.say(pressed.value, pressed.dataset.says, pressed) : this.sayTyped();
      });
    }

    open({ focus }) {
      if (!this.dialog.open) PHONE.matches ? this.dialog.showModal() : this.dialog.show();
      keep("open", "1");
      this.live.soon(0);
      if (focus) this.field.focus(); else document.activeElement?.blur();
      this.load();
    }

    close() { this.dialog.close(); }
    load() {
      this.loaded ??= this.fetchWindow("").then(() => this.sendUnsent()).catch(() => { this.loaded = null; this.tell(this.words.unsent); });
      return this.loaded;
    }

    async fetchWindow(query) {
      this.tellLater();
      const answer = await this.call(`${this.words.window}${query}`, {});
      this.place(this.parse(answer));
      this.tell("");
    }

    // Everything said so far, above what is still on its way.
    place(content) {
      const turn = content.querySelector(".chat-turn");
      for (const row of [...this.log.children]) if (!row.matches("[data-pending], [data-unsent]")) row.remove();
      this.conversation = turn.dataset.conversation || this.conversation;
      this.live.enter(turn.dataset.conversation, turn.dataset.mark);
      this.live.showStrip(content);
      this.log.prepend(turn);
      this.scrollToEnd();
    }

    beginAgain() {
      this.log.replaceChildren();
      this.conversation = "";
      this.live.leave();
      this.loaded = this.fetchWindow("?new=1").catch((error) => this.explain(error));
      this.field.focus();
    }

    sayTyped() {
      const text = this.field.value.trim();
      if ((!text && !this.files.names) || this.files.tooLarge.length) return this.field.focus();
      const shown = [text, this.files.names].filter(Boolean).join("\n");
      this.field.value = "";
      keep("draft", "");
      return this.say(text, shown, null, this.files.take());
    }

    // One turn keeps its id through every retry, so that it is taken once however often it is sent.
    say(message, shown, pressed, files = []) {
      const hadFocus = pressed && pressed.contains(document.activeElement);
      this.enqueue(this.remember({ id: newId(), message, shown: shown || message, files }));
      if (hadFocus) this.field.focus();
    }

    enqueue(turn) {
      const row = this.showMine(turn);
      this.pending += 1;
      this.last = this.last.then(() => this.load()).then(() => this.deliver(turn, row)).finally(() => { this.pending -= 1; });
    }

    async deliver(turn, row) {
      this.tellLater();
      try {
        const answer = await this.send(turn);
        this.forget(turn);
        row.removeAttribute("data-pending");
        this.retireReplies();
        this.show(answer, row);
      } catch (error) {
        this.failed(turn, row, error);
      } finally {
        this.tell("");
      }
    }

    async send(turn) {
      for (const pause of PAUSES) {
        await sleep(pause);
        try {
          const body = new FormData(this.form);
          body.set("message", turn.message);
          body.set("message_id", turn.id);
          body.set("conversation", this.conversation);
          body.delete("attachments");
          for (const file of turn.files || []) body.append("attachments", file);
          return await this.call(this.form.action, { method: "POST", body });
        } catch (error) {
          if (error instanceof SignedOut || error instanceof Refused) throw error;
        }
      }
      throw new Error("no answer");
    }

    async call(url, options) {
      const response = await fetch(url, { ...options, headers: FRAGMENT, signal: AbortSignal.timeout(GIVE_UP_AFTER) });
      this.tell("");
      if (response.status === 401 || response.redirected) throw new SignedOut();
      const text = await response.text();
      if (response.status >= 500) throw new Error(text);
      if (!response.ok) throw new Refused(this.parse(text).textContent.trim());
      return text;
    }

    parse(html) {
      const template = document.createElement("template");
      template.innerHTML = html;
      return template.content;
    }

    show(html, after) {
      const content = this.parse(html);
      const turn = content.querySelector(".chat-turn");
      this.conversation = turn.dataset.conversation || this.conversation;
      this.live.enter(this.conversation);
      if (after) {
        after.dataset.key = turn.dataset.own;
        after.querySelector(".chat-by").append(" ", content.querySelector("[data-own-at]"));
      }
      after ? after.after(turn) : this.log.append(turn);
      this.live.showStrip(content);
      this.scrollToAnswer(after || turn);
      this.tell("");
    }

    showMine(turn) {
      const row = make("div", "chat-row chat-mine");
      const said = make("div", "chat-said");
      said.append(make("p", "chat-by"), make("p", "chat-bubble", turn.shown));
      said.firstChild.append(make("span", "visually-hidden", this.words.you));
      row.append(said);
      row.dataset.pending = "";
      this.log.append(row);
      this.scrollToEnd();
      return row;
    }

    failed(turn, row, error) {
      row.removeAttribute("data-pending");
      row.dataset.unsent = "";
      const line = make("p", "chat-failed", this.reason(error));
      line.setAttribute("role", "alert");
      if (error instanceof SignedOut) {
        const link = make("a", "", this.words.signInWords);
        link.href = `${this.words.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
        line.append(link);
      } else {
        line.append(this.againButton(turn, row));
      }
      if (error instanceof Refused) this.forget(turn);
      row.querySelector(".chat-said").append(line);
      this.scrollToEnd();
    }

    reason(error) {
      if (error instanceof SignedOut) return this.words.signedOut;
      return error instanceof Refused && error.message ? error.message : this.words.unsent;
    }

    againButton(turn, row) {
      const button = make("button", "btn btn-sm", this.words.again);
      button.type = "button";
      button.addEventListener("click", () => { row.remove(); this.enqueue(this.remember(turn)); });
      return button;
    }

    // What was asked before is past: its quick replies would answer another question now.
    retireReplies() {
      for (const replies of this.log.querySelectorAll("[data-replies]")) replies.remove();
    }

    unsent() { try { return JSON.parse(kept("unsent") || "[]"); } catch { return []; } }
    // Files do not outlive the page: words beside them do, a turn of nothing else is left out.
    remember(turn) {
      const { id, message, shown } = turn;
      if (message) keep("unsent", JSON.stringify([...this.unsent().filter((one) => one.id !== id), { id, message, shown }]));
      return turn;
    }
    forget(turn) {
      const left = this.unsent().filter(({ id }) => id !== turn.id);
      keep("unsent", left.length ? JSON.stringify(left) : "");
    }

    // A page that was left in the middle of a turn: the same id again gives the same answer.
    async sendUnsent() {
      const turns = this.unsent();
      if (!turns.length || this.pending) return;
      for (const turn of turns) {
        try {
          this.tellLater();
          const answer = await this.send(turn);
          this.conversation = this.parse(answer).querySelector(".chat-turn").dataset.conversation;
          this.forget(turn);
        } catch (error) {
          this.failed(turn, this.showMine(turn), error);
          return;
        }
      }
      await this.fetchWindow(`?conversation=${encodeURIComponent(this.conversation)}`);
    }

    explain(error) { this.tell(this.reason(error)); }
    tellLater() {
      this.tell("");
      this.timers = [
        setTimeout(() => this.tell(this.words.thinking, true), THINKING_AFTER),
        setTimeout(() => this.tell(this.words.slow, true), SLOW_AFTER),
      ];
    }

    tell(words, busy = false) {
      if (!busy) (this.timers || []).forEach(clearTimeout);
      this.waiting.textContent = words;
      this.waiting.toggleAttribute("data-busy", busy);
    }

    // A long answer is read from its beginning; a short one leaves the log at its end all the same.
    scrollToAnswer(row) { this.log.scrollTop = row.offsetTop - this.log.offsetTop; }
    scrollToEnd() { this.log.scrollTop = this.log.scrollHeight; }
  }

  const start = () => {
    for (const form of document.querySelectorAll(".chat-page .chat-form")) new window.firstlineComposer(form);
    const dialog = document.querySelector("[data-chat]");
    const launcher = document.querySelector("[data-chat-launcher]");
    if (dialog && launcher) new Chat(dialog, launcher);
  };
  start();
})();
