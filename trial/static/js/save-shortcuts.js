/* Ctrl+S saves the form marked data-save; Ctrl+Enter presses the button marked data-save-next. A press of the mouse
   counts although the button moved away under it, as when leaving a field folds a part of the page open. */

function formToSave(origin) {
  return origin.closest?.("form[data-save]") ?? document.querySelector("form[data-save]");
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.repeat) return;
  const form = formToSave(event.target);
  if (event.key.toLowerCase() === "s" && form) {
    event.preventDefault();
    form.requestSubmit();
  }
  const next = form?.querySelector("[data-save-next]") ?? document.querySelector("[data-save-next]");
  if (event.key === "Enter" && next) {
    event.preventDefault();
    next.click();
  }
});

const STILL_PX = 4;
let held = null;

document.addEventListener("pointerdown", (event) => {
  const button = event.button === 0 && event.target.closest?.("form[data-save] button:not([type=button])");
  held = button ? { button, x: event.clientX, y: event.clientY } : null;
});
document.addEventListener("pointerup", (event) => {
  const stayed = held && Math.hypot(event.clientX - held.x, event.clientY - held.y) < STILL_PX;
  if (stayed && !held.button.contains(event.target)) held.button.click();
  held = null;
});
