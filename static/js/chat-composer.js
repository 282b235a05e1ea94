// Where a message is written: Enter sends; files are chosen, or pasted such as a screenshot, and named before they go.
(() => {
  class Composer {
    constructor(form) {
      this.input = form.querySelector("input[type=file]");
      this.told = form.querySelector("[data-chat-files]");
      this.input.addEventListener("change", () => this.tell());
      const field = form.querySelector("textarea");
      // Shift+Enter makes a line; an input method's Enter only ends its word.
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        form.requestSubmit();
      });
      field.addEventListener("paste", (event) => {
        const pasted = [...event.clipboardData.files];
        if (!pasted.length) return;
        event.preventDefault();
        this.set([...this.input.files, ...pasted]);
      });
    }

    get names() { return [...this.input.files].map((file) => `“${file.name}”`).join(", "); }
    get tooLarge() { return [...this.input.files].filter((file) => file.size > Number(this.input.dataset.mostBytes)); }

    set(files) {
      this.input.files = window.firstlineList(files);
      this.tell();
    }

    tell() {
      const large = this.tooLarge;
      const wrong = large.map((file) => `“${file.name}” ${this.input.dataset.tooLarge}`).join(" ");
      window.firstlineFiles(this.told, this.input, (files) => this.set(files));
      if (wrong) this.told.append(wrong);
      this.told.toggleAttribute("data-wrong", large.length > 0);
      this.input.setCustomValidity(wrong);
    }

    // What goes with the next turn; the field is empty afterwards.
    take() {
      const files = [...this.input.files];
      this.set([]);
      return files;
    }
  }
  window.firstlineComposer = Composer;
})();
