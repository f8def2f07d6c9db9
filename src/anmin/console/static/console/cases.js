// Casework by keyboard: J and K through rows and cases, A R N S open the steps, ? shows the keys. All of it works by mouse too.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("[data-row]")];
  const steps = document.querySelector("[data-steps]");
  const help = document.getElementById("keys-help");
  let here = -1;

  const typing = (event) =>
    event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey ||
    event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]");

  const stand = (at) => {
    if (!rows.length) return;
    here = Math.max(0, Math.min(at, rows.length - 1));
    rows.forEach((row, place) => row.closest("tr").classList.toggle("is-here", place === here));
    rows[here].focus();
  };

  const open = (step) => {
    if (step.tagName === "A") { step.click(); return; }
    step.open = true;
    const wanted = step.querySelector("select[required], textarea[required], input[required]") || step.querySelector("button[type=submit]");
    wanted.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const key = event.key.toLowerCase();
    if (event.key === "?" && help && typeof help.showModal === "function") { event.preventDefault(); help.showModal(); return; }
    if (key === "j" || key === "k") {
      const forward = key === "j";
      if (rows.length) { event.preventDefault(); stand(here < 0 ? 0 : here + (forward ? 1 : -1)); return; }
      const turn = document.querySelector(forward ? "[data-next]" : "[data-previous]");
      if (turn) { event.preventDefault(); turn.click(); }
      return;
    }
    if (key === "x" && here >= 0) {
      const tick = rows[here].closest("tr").querySelector("input[type=checkbox]");
      if (tick) { event.preventDefault(); tick.click(); }
      return;
    }
    const step = steps && steps.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (step) { event.preventDefault(); open(step); }
  });

  rows.forEach((row, place) => row.addEventListener("focus", () => { here = place; }));

  // The same form is sent once; coming back to the page gives its button again.
  const once = [...document.querySelectorAll("form[data-once]")];
  once.forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  }));
  window.addEventListener("pageshow", () => once.forEach((form) => { delete form.dataset.sent; }));

  // The bar for many cases appears once something is ticked.
  const many = document.querySelector("form[data-bulk]");
  if (many) {
    const bar = many.querySelector("[data-bar]");
    const all = many.querySelector("[data-all]");
    const ticks = [...many.querySelectorAll("input[name=case]")];
    const count = many.querySelector("[data-count]");
    const tell = () => {
      const number = ticks.filter((tick) => tick.checked).length;
      if (count) count.textContent = number ? count.dataset.words.replace("{n}", number) : "";
      if (bar) {
        bar.classList.toggle("is-on", number > 0);
        bar.querySelectorAll("button").forEach((button) => { button.hidden = !number; });
      }
      if (all) { all.checked = number === ticks.length && number > 0; all.indeterminate = number > 0 && number < ticks.length; }
    };
    ticks.forEach((tick) => tick.addEventListener("change", tell));
    if (all) all.addEventListener("change", () => { ticks.forEach((tick) => { tick.checked = all.checked; }); tell(); });
    tell();
  }
})();
