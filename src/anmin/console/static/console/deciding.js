// Deciding pair after pair from the keyboard: 1, 2, 3 press the buttons, N goes on; the page works without this file.
(() => {
  "use strict";
  const form = document.querySelector("[data-decide]");
  if (!form) return;
  document.addEventListener("keydown", (event) => {
    const typing = event.isComposing || event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = form.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!wanted) return;
    event.preventDefault();
    const reason = form.querySelector("#reason");
    if (wanted.value && wanted.value !== "unsure" && !reason.value.trim()) { reason.focus(); return; }
    wanted.click();
  });
})();
