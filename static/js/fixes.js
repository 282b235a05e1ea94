// Comfort on the page of a fix: copy its address, copy a command, print. Everything works without it.
(() => {
  async function copy(text, button) {
    await navigator.clipboard.writeText(text);
    const label = button.querySelector("[data-label]") || button;
    const before = label.textContent;
    const done = button.closest("[data-done]").dataset.done;
    label.textContent = done;
    document.querySelector("[data-told]").textContent = done;
    setTimeout(() => (label.textContent = before), 2000);
  }

  function withButton(code, words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm copy-code no-print";
    button.textContent = words;
    button.addEventListener("click", () => copy(code.textContent.trimEnd(), button));
    const frame = document.createElement("div");
    frame.className = "code-frame";
    code.replaceWith(frame);
    frame.append(code, button);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const print = document.querySelector("[data-print]");
    print.hidden = false;
    print.addEventListener("click", () => window.print());
    // What is too wide scrolls, so the keyboard must reach it.
    for (const code of document.querySelectorAll(".article-body pre")) code.tabIndex = 0;
    // Without https a browser lets nobody write to the clipboard.
    if (!navigator.clipboard) return;
    const link = document.querySelector("[data-copy-link]");
    link.hidden = false;
    link.addEventListener("click", () => copy(location.origin + location.pathname, link));
    const body = document.querySelector("[data-copy-code]");
    for (const code of body.querySelectorAll("pre")) withButton(code, body.dataset.copyCode);
  });
})();
