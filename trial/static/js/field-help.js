/* F1 in a field opens and closes its help; Escape closes it. The question marks then need no stop of the Tab key.
   Without scripts each question mark is a stop of its own and opens by itself. */

for (const mark of document.querySelectorAll(".field-help > summary")) mark.tabIndex = -1;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll(".field-help[open]")) open.open = false;
    return;
  }
  if (event.key !== "F1") return;
  const help = event.target.closest?.(".field")?.querySelector(".field-help");
  if (!help) return;
  event.preventDefault();
  help.open = !help.open;
});
