// The editor of articles: pictures by paste, drop and button go in where one writes. It works without.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-pictures]");
  if (!box) return;
  const form = box.closest("form");
  const text = box.querySelector("textarea");
  const chooser = box.querySelector("input[type=file]");
  const told = box.querySelector("[data-told]");
  const MOST = 1_000_000;
  for (const one of form.querySelectorAll("[data-scripted]")) one.hidden = false;
  for (const one of form.querySelectorAll("[data-plain]")) one.hidden = true;

  const tell = (words, isBad = false) => {
    told.textContent = words;
    told.classList.toggle("bad", isBad);
  };

  // Until somebody was in the text, its caret stands at the start, where no picture belongs.
  let wasThere = false;
  text.addEventListener("focus", () => { wasThere = true; });

  const insert = (markdown) => {
    if (!wasThere) text.selectionStart = text.selectionEnd = text.value.length;
    const before = text.value.slice(0, text.selectionStart);
    const gap = before && !before.endsWith("\n") ? "\n\n" : "";
    const after = text.value.slice(text.selectionEnd);
    text.setRangeText(`${gap}${markdown}${after.startsWith("\n\n") ? "" : "\n\n"}`, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const send = async (file) => {
    const body = new FormData();
    body.set("picture", file);
    body.set("csrf_token", form.elements.csrf_token.value);
    const answer = await fetch(box.dataset.pictures, { method: "POST", body });
    const said = await answer.json();
    if (!answer.ok) return tell(said.sentence, true);
    insert(said.markdown);
    tell(box.dataset.done);
  };

  const add = async (files) => {
    tell(box.dataset.busy);
    for (const file of files) {
      try {
        await send(file);
      } catch {
        // Offline, signed out or an answer that is no JSON: the words stay, the sentence says what to do.
        tell(box.dataset.broken, true);
      }
    }
    chooser.value = "";
  };

  chooser.addEventListener("change", () => add([...chooser.files]));
  text.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    // A spreadsheet puts both on the clipboard: the words are meant.
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    add(files);
  });
  const drop = (event, isOver) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    text.classList.toggle("dropping", isOver);
  };
  text.addEventListener("dragover", (event) => drop(event, true));
  text.addEventListener("dragleave", (event) => drop(event, false));
  text.addEventListener("drop", (event) => {
    drop(event, false);
    if (event.dataTransfer.files.length) add([...event.dataTransfer.files]);
  });

  // Said before anything is sent, so that nothing is lost on the way.
  text.addEventListener("input", () => text.setCustomValidity(text.value.length > MOST ? box.dataset.long : ""));
});
