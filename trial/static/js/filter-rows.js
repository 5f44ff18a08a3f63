/* Typing narrows a table to the rows whose first cells hold every typed word; nothing is asked of the server. */

const CELLS = 4;

for (const box of document.querySelectorAll("[data-filter-rows]")) {
  const rows = [...document.querySelectorAll(`${box.dataset.filterRows} tbody tr`)]
    .map((row) => [row, [...row.cells].slice(0, CELLS).map((cell) => cell.textContent).join(" ").toLowerCase()]);
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [row, text] of rows) row.hidden = !words.every((word) => text.includes(word));
  });
}
