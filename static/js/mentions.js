// Names after an @ in a note are completed. Typed out by hand they work as well.
(() => {
  const MOST = 8;
  const BEGUN = /(?:^|[^\w.@/])@([\w.+-]*)$/;
  let people;

  for (const field of document.querySelectorAll("[data-handles]")) complete(field);

  function complete(field) {
    const list = document.createElement("ul");
    list.className = "handles";
    list.id = `${field.id}-handles`;
    list.role = "listbox";
    list.ariaLabel = field.labels[0].textContent;
    list.hidden = true;
    field.after(list);
    field.setAttribute("aria-autocomplete", "list");
    let at = 0;

    async function known() {
      people ??= fetch(field.dataset.handles, { headers: { "HX-Request": "true" } })
        .then((answer) => (answer.ok && !answer.redirected ? answer.json() : []))
        .catch(() => []);
      return people;
    }

    const begun = () => BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1];

    async function show() {
      const typed = begun();
      if (typed === undefined) return hide();
      const wanted = typed.toLowerCase();
      const fits = ({ handle, name }) => handle.startsWith(wanted) || name.toLowerCase().split(" ").some((word) => word.startsWith(wanted));
      const found = (await known()).filter(fits).slice(0, MOST);
      if (begun() !== typed || !found.length) return hide();
      list.replaceChildren(...found.map(option));
      list.hidden = false;
      field.setAttribute("aria-controls", list.id);
      choose(0);
    }

    function option({ handle, name }, index) {
      const item = document.createElement("li");
      item.role = "option";
      item.id = `${list.id}-${index}`;
      item.dataset.handle = handle;
      item.textContent = `${name} @${handle}`;
      return item;
    }

    function choose(index) {
      at = (index + list.children.length) % list.children.length;
      for (const [place, item] of [...list.children].entries()) item.ariaSelected = String(place === at);
      field.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }

    function hide() {
      list.hidden = true;
      field.removeAttribute("aria-activedescendant");
      field.removeAttribute("aria-controls");
    }

    function put(item) {
      const end = field.selectionStart;
      field.setRangeText(`@${item.dataset.handle} `, end - begun().length - 1, end, "end");
      hide();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }

    const DO = {
      ArrowDown: () => choose(at + 1),
      ArrowUp: () => choose(at - 1),
      Enter: () => put(list.children[at]),
      Tab: () => put(list.children[at]),
      Escape: hide,
    };
    field.addEventListener("input", show);
    field.addEventListener("blur", hide);
    field.addEventListener("keydown", (event) => {
      if (list.hidden || event.ctrlKey || event.metaKey || !DO[event.key]) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      DO[event.key]();
    }, true);
    // Before the field loses its focus.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) put(item);
    });
  }
})();
