// A card that is dropped on somebody is given to them; without this the form below the table does it.
(() => {
  const form = document.querySelector("[data-board]");
  if (!form) return;
  let dragged;

  const column = (event) => event.target.closest(".board-column");

  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-card]");
    event.dataTransfer?.setData("text/plain", dragged?.dataset.card ?? "");
  });
  form.addEventListener("dragover", (event) => {
    if (!dragged || !column(event)) return;
    event.preventDefault();
    for (const one of form.querySelectorAll(".board-column")) one.classList.toggle("is-over-it", one === column(event));
  });
  form.addEventListener("drop", (event) => {
    const onto = column(event);
    if (!dragged || !onto || onto === dragged.closest(".board-column")) return;
    event.preventDefault();
    for (const pick of form.querySelectorAll("[data-pick]")) pick.checked = pick.closest("[data-card]") === dragged;
    form.elements.to.value = onto.dataset.to;
    form.requestSubmit();
  });
  form.addEventListener("dragend", () => {
    dragged = undefined;
    for (const one of form.querySelectorAll(".is-over-it")) one.classList.remove("is-over-it");
  });
})();
