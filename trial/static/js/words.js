/* A word of the list beside a field completes what is typed, selected, so that typing on replaces it. Only the arrow to
   the right takes it: leaving the field any other way leaves exactly what was typed. After a comma the next word starts. */

const typed = new WeakMap();

function lists() {
  return [...document.querySelectorAll("input[list]")];
}

function completion(field, text) {
  const start = text.lastIndexOf(", ") < 0 ? 0 : text.lastIndexOf(", ") + 2;
  const begun = text.slice(start).toLowerCase();
  if (begun.length < 2) return "";
  const options = [...(document.getElementById(field.dataset.words)?.options ?? [])].map((each) => each.value);
  const found = options.filter((each) => each.toLowerCase().startsWith(begun));
  return found.length === 1 ? found[0].slice(begun.length) : "";
}

function untake(field) {
  if (!typed.has(field)) return;
  field.value = typed.get(field);
  typed.delete(field);
}

for (const field of lists()) {
  // The browser's own list would stand over this one; without scripts it is what remains.
  field.dataset.words = field.getAttribute("list");
  field.removeAttribute("list");
  field.addEventListener("input", (event) => {
    typed.delete(field);
    if (!event.inputType?.startsWith("insert") || field.selectionStart !== field.value.length) return;
    const text = field.value;
    const rest = completion(field, text);
    if (!rest) return;
    typed.set(field, text);
    field.value = text + rest;
    field.setSelectionRange(text.length, field.value.length);
  });
  field.addEventListener("keydown", (event) => {
    if (!typed.has(field)) return;
    if (event.key === "ArrowRight" || event.key === "End") {
      typed.delete(field);
      event.preventDefault();
      field.setSelectionRange(field.value.length, field.value.length);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (event.key === "Tab" || event.key === "Enter" || event.key === "Escape" || event.ctrlKey || event.metaKey) {
      untake(field);
    }
  });
  field.addEventListener("blur", () => untake(field));
}
