/* Enter in the laboratory of a visit goes down the Value column, with Shift up; it never saves. Below the last value it
   goes to the button that saves. */

const VALUES = "[data-laboratory] input[name$='-value']";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.matches?.("input, select") && event.target.closest("[data-laboratory] tbody tr");
  if (!row) return;
  event.preventDefault();
  const boxes = [...document.querySelectorAll(VALUES)].filter((box) => !box.closest('details:not([open])'));
  const place = boxes.indexOf(row.querySelector("input[name$='-value']"));
  const next = boxes[place + (event.shiftKey ? -1 : 1)];
  if (next) { next.focus(); next.select(); }
  else if (!event.shiftKey) event.target.closest("form").querySelector(".form-actions button")?.focus();
});
