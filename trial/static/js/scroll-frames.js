/* A frame before a table is a Tab stop only while the table is wider or higher than it: arrow keys then scroll it.
   Without scripts every frame that says so is one. */

const frames = document.querySelectorAll(".table-frame[tabindex], .matrix-frame[tabindex]");

function settle(frame) {
  const overflows = frame.scrollWidth > frame.clientWidth || frame.scrollHeight > frame.clientHeight;
  frame.tabIndex = overflows ? 0 : -1;
}

const watcher = new ResizeObserver((entries) => entries.forEach((entry) => settle(entry.target)));
for (const frame of frames) {
  settle(frame);
  watcher.observe(frame);
}
