// Small help for every page. Everything works without it.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.includes(`firstline_zone=${encodeURIComponent(zone)}`)) {
    document.cookie = `firstline_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; SameSite=Lax`;
  }

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details[data-menu][open]");
    closeMenus();
    menu?.querySelector("summary").focus();
  });

  // An address holds only so much: the first words of a long report are enough to look for fixes.
  document.addEventListener("htmx:config:request", ({ target, detail }) => {
    if (target.matches("input, textarea") && detail.ctx.request.method === "GET") {
      detail.ctx.request.body.set(target.name, target.value.slice(0, 400));
    }
  });

  // The names of the files a field holds, each with a button that takes it out again.
  window.firstlineFiles = (told, input, set) => {
    const files = [...input.files];
    told.replaceChildren(...files.map((file) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chosen-file";
      button.textContent = file.name;
      button.setAttribute("aria-label", `${input.dataset.takeOut} “${file.name}”`);
      button.addEventListener("click", () => {
        set(files.filter((other) => other !== file));
        (told.querySelector("button") || input).focus();
      });
      return button;
    }));
  };
  window.firstlineList = (files) => {
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    return all.files;
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("[data-focus]")?.focus();
    // A second click while the first is on its way would only wait for the same answer.
    for (const form of document.querySelectorAll("form[data-once]")) {
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "1";
        form.setAttribute("aria-busy", "true");
      });
      addEventListener("pageshow", () => {
        delete form.dataset.sent;
        form.removeAttribute("aria-busy");
      });
    }
  });
})();
