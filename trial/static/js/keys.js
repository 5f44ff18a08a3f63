/* Keys of the whole product: `/` goes to the box that finds a participant, `?` lists the keys, and a letter presses the
   link that names it (data-key) on a participant's page. They can be switched off, for who speaks to the browser. */

const list = document.getElementById("keys");
const choice = list?.querySelector("input");
const OFF = "endpoint-keys-off";

if (choice) {
  choice.checked = localStorage.getItem(OFF) === null;
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}

function open() {
  list.parentElement.closest("details").open = true;
  list.open = true;
  list.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (!choice?.checked || event.target.closest?.("input, select, textarea, dialog, [contenteditable]")) return;
  const found = event.key.length === 1 && /[a-z]/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (event.key === "/") document.getElementById("find-participant")?.focus();
  else if (event.key === "?") open();
  else if (found) found.click();
  else return;
  event.preventDefault();
});
