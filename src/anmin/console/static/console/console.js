// Small comforts; every page works without this file.
(() => {
  "use strict";
  const byAttribute = (name) => document.querySelectorAll(`[${name}]`);

  // Print buttons are hidden until there is a script to serve them.
  byAttribute("data-print").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // A choice that only changes what is shown takes effect at once; its button stays for those without script.
  byAttribute("data-submit-on-change").forEach((field) => {
    field.addEventListener("change", () => field.form.requestSubmit());
  });

  // One menu open at a time; Escape closes it and gives the focus back.
  const menus = document.querySelectorAll("details.menu");
  document.addEventListener("click", (event) => {
    menus.forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.isComposing || event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      menus.forEach((menu) => {
        if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
      });
    }
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const field = document.getElementById("find-number");
      if (field) { event.preventDefault(); field.focus(); }
    }
  });

  // Before printing everything that is folded is opened, and closed again afterwards.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main details:not([open])")];
    opened.forEach((fold) => { fold.open = true; });
  });
  window.addEventListener("afterprint", () => { opened.forEach((fold) => { fold.open = false; }); opened = []; });

  // A link to a line that is folded away opens the fold first.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const fold = target && target.closest("details:not([open])");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", unfold);
  unfold();

  // After a form that came back with errors, the reader starts at the list of errors.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
})();
