// The command palette: Ctrl K opens it, arrows choose, Enter goes there. Everything in it is also in the menus.
(() => {
  "use strict";
  const box = document.getElementById("palette");
  if (!box || typeof box.showModal !== "function") return;
  const field = box.querySelector("input[type=search]");
  const list = box.querySelector("[role=listbox]");
  const told = box.querySelector("[aria-live]");
  const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
  let items = [];
  let chosen = 0;
  let asked = 0;
  let shown = 0;
  let wants = false;
  let timer = 0;

  const go = () => { if (items[chosen]) window.location.assign(items[chosen].href); };

  const mark = (at) => {
    chosen = Math.max(0, Math.min(at, items.length - 1));
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === chosen)));
    const active = list.children[chosen];
    if (active) { field.setAttribute("aria-activedescendant", active.id); active.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  };

  const show = (found) => {
    items = found;
    list.replaceChildren(...items.map((item, place) => {
      const line = document.createElement("li");
      line.id = `palette-${place}`;
      line.setAttribute("role", "option");
      [["b", item.title], ["span", item.hint], ["i", item.kind]].forEach(([tag, text]) => {
        const part = document.createElement(tag);
        part.textContent = text;
        line.append(part);
      });
      line.addEventListener("click", () => { mark(place); go(); });
      return line;
    }));
    told.textContent = items.length ? "" : box.dataset.none;
    mark(0);
  };

  const ask = async () => {
    const mine = ++asked;
    const body = new URLSearchParams({ q: field.value });
    const answer = await fetch(box.dataset.url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token, Accept: "application/json" },
    }).catch(() => null);
    if (mine !== asked) return;
    if (!answer || !answer.ok || answer.redirected) { items = []; told.textContent = box.dataset.trouble; wants = false; return; }
    show((await answer.json()).items);
    shown = mine;
    if (wants) { wants = false; go(); }
  };

  const later = () => { asked += 1; window.clearTimeout(timer); timer = window.setTimeout(ask, 120); };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!box.open) { field.value = ""; box.showModal(); field.focus(); ask(); }
    }
  });
  field.addEventListener("input", later);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(chosen + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark(chosen - 1); }
    if (event.key === "Enter") {
      event.preventDefault();
      // What was typed last may not have been answered yet: then the answer opens its first line.
      if (shown === asked) go();
      else wants = true;
    }
  });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
})();
