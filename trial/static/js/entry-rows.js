/* Enter in a table of new entries goes to the first box of the next row, with Shift to that of the row before; it never
   saves. Below the last row it goes to the button that saves. */

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = event.target.matches?.("input, select") && event.target.closest("[data-entry-rows] tbody tr");
  if (!row) return;
  event.preventDefault();
  const rows = [...row.parentElement.children];
  const next = rows[rows.indexOf(row) + (event.shiftKey ? -1 : 1)];
  if (next) next.querySelector("input, select")?.focus();
  else if (!event.shiftKey) event.target.closest("form").querySelector(".form-actions button")?.focus();
});
