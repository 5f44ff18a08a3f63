/* The matrix of participants: it opens at today, one Tab stop leads to its signs, and the arrows move among them; Enter
   opens the one in focus. Without scripts every sign is a Tab stop. */

const frame = document.querySelector("[data-matrix]");
const rows = () => [...frame.querySelectorAll("tbody tr")].filter((row) => !row.hidden);
const signs = (row) => [...row.querySelectorAll(".sign")];

function openAtToday() {
  const today = rows().map((row) => row.querySelector("td.is-today")).filter(Boolean);
  const first = today.find((cell) => cell.querySelector(".status-due, .status-overdue")) ?? today[0];
  if (first && first.offsetLeft + first.offsetWidth > frame.clientWidth) {
    frame.scrollLeft = first.offsetLeft - frame.clientWidth * 0.75;
  }
}

/* The sign of a row that is nearest to this place, since rows have signs in different weeks. */
function nearest(row, left) {
  return signs(row).reduce((best, each) =>
    best && Math.abs(best.offsetLeft - left) <= Math.abs(each.offsetLeft - left) ? best : each, null);
}

function next(sign, key) {
  const row = sign.closest("tr");
  if (key === "ArrowLeft" || key === "ArrowRight") {
    return signs(row)[signs(row).indexOf(sign) + (key === "ArrowRight" ? 1 : -1)];
  }
  const step = key === "ArrowDown" ? 1 : -1;
  const all = rows();
  for (let place = all.indexOf(row) + step; all[place]; place += step) {
    const found = nearest(all[place], sign.offsetLeft);
    if (found) return found;
  }
  return null;
}

if (frame) {
  openAtToday();
  const all = [...frame.querySelectorAll(".sign")];
  for (const each of all) each.tabIndex = -1;
  const first = frame.querySelector(".is-today .sign") ?? all[0];
  if (first) first.tabIndex = 0;
  frame.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow") || !event.target.matches(".sign")) return;
    const found = next(event.target, event.key);
    if (!found) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    found.tabIndex = 0;
    found.focus();
  });
}
