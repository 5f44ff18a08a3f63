/* Ctrl+S saves the form marked data-save; Ctrl+Enter presses the button marked data-save-next. */

function formToSave(origin) {
  return origin.closest?.("form[data-save]") ?? document.querySelector("form[data-save]");
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.repeat) return;
  const form = formToSave(event.target);
  if (event.key.toLowerCase() === "s" && form) {
    event.preventDefault();
    // The date field in focus has not been left yet: let it put itself in order before the form goes out.
    document.activeElement?.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    form.requestSubmit();
  }
  const next = form?.querySelector("[data-save-next]") ?? document.querySelector("[data-save-next]");
  if (event.key === "Enter" && next) {
    event.preventDefault();
    next.click();
  }
});
