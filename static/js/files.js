// A field for files: says at once what is too large, takes pasted screenshots.
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-paste]")) {
    const input = box.querySelector("input[type=file]");
    const told = box.querySelector("[data-told]");
    box.querySelector("[data-paste-hint]").hidden = false;

    const tell = () => {
      const most = Number(input.dataset.mostBytes);
      const large = [...input.files].filter((file) => file.size > most);
      told.textContent = large.length
        ? large.map((file) => `“${file.name}” ${input.dataset.tooLarge}`).join(" ")
        : [...input.files].map((file) => file.name).join(", ");
      input.classList.toggle("is-invalid", large.length > 0);
      input.setCustomValidity(large.length ? told.textContent : "");
    };
    input.addEventListener("change", tell);

    document.addEventListener("paste", (event) => {
      const pasted = [...event.clipboardData.files];
      if (event.defaultPrevented || !pasted.length) return;
      event.preventDefault();
      const all = new DataTransfer();
      for (const file of [...input.files, ...pasted]) all.items.add(file);
      input.files = all.files;
      tell();
    });
  }
});
