// A field for files: says at once what is too large, takes pasted screenshots.
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-paste]")) {
    const input = box.querySelector("input[type=file]");
    const told = box.querySelector("[data-told]");
    box.querySelector("[data-paste-hint]").hidden = false;

    const tell = () => {
      const most = Number(input.dataset.mostBytes);
      const large = [...input.files].filter((file) => file.size > most);
      const wrong = large.map((file) => `“${file.name}” ${input.dataset.tooLarge}`).join(" ");
      window.firstlineFiles(told, input, set);
      if (wrong) told.append(wrong);
      input.classList.toggle("is-invalid", large.length > 0);
      input.setCustomValidity(wrong);
    };
    const set = (files) => {
      input.files = window.firstlineList(files);
      tell();
    };
    input.addEventListener("change", tell);

    document.addEventListener("paste", (event) => {
      const pasted = [...event.clipboardData.files];
      if (event.defaultPrevented || !pasted.length) return;
      event.preventDefault();
      set([...input.files, ...pasted]);
    });
  }
});
