/* After a save the words that tell of it take the focus, so that they are read out, unless the page asks for typing;
   the button that takes a new entry back goes after ten seconds. */

const UNDO_MS = 10_000;
const said = document.querySelector("#messages .message-success");

if (said) {
  said.tabIndex = -1;
  setTimeout(() => { if (document.activeElement === document.body) said.focus({ preventScroll: true }); }, 0);
}
for (const form of document.querySelectorAll(".undo")) setTimeout(() => form.remove(), UNDO_MS);
