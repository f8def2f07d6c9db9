"use strict";
// An application on behalf: kept while it is typed, put into the outbox when saved, sent once; what others began stays theirs.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.getElementById("apply"), errors = document.getElementById("errors"), box = self.AnminOutbox;
  if (!form || !box || !box.owner) return;
  var store = self.AnminStore, root = document.documentElement, place = box.owner + ":" + location.pathname;
  var key = store.uuid(), timer = null, isSaving = false;

  function values() {
    var found = {};
    form.querySelectorAll("input, textarea").forEach(function (field) {
      if (!field.name || field.type === "hidden") return;
      if (field.type === "radio" || field.type === "checkbox") { if (field.checked) found[field.name] = field.value; }
      else found[field.name] = field.value;
    });
    return found;
  }
  function keep() { return store.write("drafts", place, { key: key, values: values(), at: Date.now() }); }
  function later() { clearTimeout(timer); timer = setTimeout(function () { if (!isSaving) keep(); }, 150); }
  function say(words) {
    var ul = errors.querySelector("ul");
    ul.textContent = "";
    words.forEach(function (one) { var li = document.createElement("li"); li.textContent = one; ul.appendChild(li); });
    errors.hidden = false;
    errors.focus();
  }

  store.read("drafts", place).then(function (kept) {
    if (kept) {
      key = kept.key;
      form.querySelectorAll("input, textarea").forEach(function (field) {
        if (!field.name || field.type === "hidden") return;
        var value = kept.values[field.name];
        if (field.type === "radio" || field.type === "checkbox") field.checked = value === field.value;
        else if (value !== undefined) field.value = value;
      });
      document.getElementById("restored").hidden = false;
    }
    form.dataset.ready = "1";
  });
  form.addEventListener("input", later);
  form.addEventListener("change", later);

  form.addEventListener("submit", function (event) {
    var found = values();
    event.preventDefault();
    if (isSaving) return;
    if (!found.person || !found.matter) { say([form.dataset.missing]); return; }
    isSaving = true;
    clearTimeout(timer);
    var body = { key: key, kind: "apply", household: form.dataset.household, recorded_at: new Date().toISOString() };
    Object.keys(found).forEach(function (name) { body[name] = found[name]; });
    box.add(body, form.dataset.title, location.pathname).then(function (item) {
      var patience = new Promise(function (done) { setTimeout(done, 6000); });
      return Promise.race([box.drain(), patience]).then(box.list).then(function (items) {
        return items.filter(function (one) { return one.id === item.id; })[0] || item;
      });
    }).then(function (item) {
      if (item.state === "login") {
        return box.forget(item).then(keep).then(function () { location.href = root.dataset.login + "?next=" + encodeURIComponent(location.pathname); });
      }
      if (item.state === "returned") {
        return box.forget(item).then(function () { key = store.uuid(); isSaving = false; return keep(); }).then(function () { say(Object.values(item.fields || {})); });
      }
      return store.drop("drafts", place).then(function () {
        location.href = item.state === "done" ? item.open : root.dataset.today + "?kept=1";
      });
    }).catch(function (trouble) { isSaving = false; say([String(trouble)]); });
  });
});
