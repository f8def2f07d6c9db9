// A form that is kept at every change; without this file its buttons save it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch) return;
  const told = form.querySelector("[data-saved]"), words = form.dataset;
  let waiting = 0, running = false, again = false, is_leaving = false, pressed = null;

  const say = (text, login) => {
    told.textContent = text;
    if (login) {
      const link = document.createElement("a");
      link.href = words.login; link.target = "_blank"; link.textContent = " ↗";
      told.append(link);
    }
  };

  // After logging in elsewhere the page needs that session's token; nothing typed is touched.
  const refresh = async () => {
    const answer = await fetch(location.pathname, {credentials: "same-origin"});
    if (answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[name=csrfmiddlewaretoken]");
    if (fresh) form.elements.csrfmiddlewaretoken.value = fresh.value;
    return Boolean(fresh);
  };

  const save = async () => {
    if (running) { again = true; return; }
    running = true;
    say(words.saving);
    const body = new FormData(form);
    [...body.keys()].forEach((name) => { if (name.startsWith("scan-")) body.delete(name); });
    body.set("what", "save");
    try {
      const answer = await fetch(location.pathname, {method: "POST", body, headers: {"X-Draft": "1"}, credentials: "same-origin"});
      if (answer.redirected || answer.status === 403) {
        say(words.out, true);
        if (await refresh()) later(50); else later(15000);
      } else {
        const said = await answer.json();
        if (answer.ok) form.elements.seen.value = said.version;
        say(said.words);
      }
    } catch (trouble) {
      if (!is_leaving) { say(words.cut); later(5000); }
    }
    running = false;
    if (pressed) { const button = pressed; pressed = null; form.requestSubmit(button); return; }
    if (again) { again = false; later(300); }
  };
  const later = (time) => { clearTimeout(waiting); waiting = setTimeout(save, time); };

  form.addEventListener("input", () => later(700));
  form.addEventListener("change", () => later(200));
  // Enter in a field never sends the form by accident: it saves.
  // A button waits for the save that is under way, or the server would take this page for an older one; twice is once.
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (running) { pressed = event.submitter; event.preventDefault(); return; }
    if (is_leaving) { event.preventDefault(); return; }
    is_leaving = true;
  });
  window.addEventListener("pagehide", () => { is_leaving = true; });
  window.addEventListener("pageshow", () => { is_leaving = false; });

  // A paste is read in at once; Ctrl+Z in the box takes it back before that.
  const box = form.querySelector("[data-paste]");
  if (box) box.addEventListener("paste", () => { document.getElementById("paste-box").open = true; });
})();
