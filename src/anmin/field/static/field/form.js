"use strict";
// The visit form: nothing typed is ever lost, "all well" is one tap, saving works with and without network.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.getElementById("visit");
  if (!form || !self.AnminOutbox.owner) return;
  var store = self.AnminStore, box = self.AnminOutbox, root = document.documentElement;
  var place = box.owner + ":" + location.pathname + "?" + (form.dataset.person || ""), key = store.uuid(), timer = null, isSaving = false;
  var errors = document.getElementById("errors");
  var TIMES = { happened_at: 1, next_on: 1 };

  function each(selector, work) { form.querySelectorAll(selector).forEach(work); }

  function values() {
    var found = {};
    each("input, select, textarea", function (field) {
      if (!field.name || field.type === "hidden" || field.type === "file") return;
      if (field.type === "radio") { if (field.checked) found[field.name] = field.value; }
      else if (field.type === "checkbox") { if (field.checked) (found[field.name] = found[field.name] || []).push(field.value); }
      else found[field.name] = field.value;
    });
    return found;
  }

  function fill(kept) {
    each("input, select, textarea", function (field) {
      if (!field.name || field.type === "hidden" || field.type === "file" || field.name === "happened_at" && !kept.moved) return;
      var value = kept.values[field.name];
      if (field.type === "radio") field.checked = value === field.value;
      else if (field.type === "checkbox") field.checked = Array.isArray(value) && value.indexOf(field.value) >= 0;
      else if (value !== undefined) field.value = value;
    });
  }

  function fit() {
    each("[data-when]", function (field) {
      var now = values()[field.dataset.when], is = field.dataset.is.split(",");
      var asked = Array.isArray(now) ? now.some(function (one) { return is.indexOf(one) >= 0; }) : is.indexOf(now) >= 0;
      field.hidden = !asked;
    });
  }

  // A field of the card counts as changed only against what stood there when the page came.
  function bases() {
    var found = {};
    each("[data-base]", function (field) { found[field.name] = field.dataset.base ? field.dataset.base.split(",") : []; });
    return found;
  }
  var began = {};
  each("[data-base]", function (field) { began[field.name] = field.value; });

  var moved = false;
  function draft() {
    clearTimeout(timer);
    timer = setTimeout(function () { if (!isSaving) keep(); }, 150);
  }
  function keep() { return store.write("drafts", place, { key: key, values: values(), moved: moved, photos: photos(), at: Date.now() }); }
  function photos() { return self.AnminPhotos ? self.AnminPhotos.list() : []; }

  store.read("drafts", place).then(function (kept) {
    if (kept) {
      key = kept.key; moved = kept.moved; fill(kept);
      if (self.AnminPhotos) self.AnminPhotos.restore(kept.photos || []);
      document.getElementById("restored").hidden = false;
    }
    fit();
    form.dataset.ready = "1";
  });
  form.addEventListener("input", function (event) { if (event.target.name === "happened_at") moved = true; fit(); draft(); });
  form.addEventListener("change", function () { fit(); draft(); });
  document.getElementById("all-well").addEventListener("click", function () {
    each(".compact input[value=ok]", function (field) { field.checked = true; });
    fit(); draft();
  });

  function say(list) {
    var ul = errors.querySelector("ul");
    ul.textContent = "";
    list.forEach(function (words) { var li = document.createElement("li"); li.textContent = words; ul.appendChild(li); });
    errors.hidden = false;
    errors.focus();
    errors.scrollIntoView();
  }

  function body() {
    var found = values(), bases_ = bases(), answers = {}, base = {}, now = new Date();
    Object.keys(found).forEach(function (name) {
      if (TIMES[name]) return;
      if (began[name] !== undefined) { if (found[name] !== began[name]) { answers[name] = found[name]; base[name] = bases_[name]; } return; }
      if (found[name] !== "") answers[name] = Array.isArray(found[name]) && name === "report" ? true : found[name];
    });
    var happened = moved && found.happened_at ? new Date(found.happened_at) : now;
    return {
      key: key, kind: "visit", service: form.dataset.service, version: Number(form.dataset.version), household: form.dataset.household,
      person: form.dataset.person || null, happened_at: happened.toISOString(), recorded_at: now.toISOString(),
      next_on: found.next_on || null, answers: answers, base: base
    };
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (isSaving) return;
    if (!values().met) { say([form.dataset.missing]); return; }
    isSaving = true;
    clearTimeout(timer);
    var here = location.pathname + location.search;
    box.add(body(), form.dataset.title, here, photos()).then(function (item) {
      var patience = new Promise(function (done) { setTimeout(done, 6000); });
      return Promise.race([box.drain(), patience]).then(box.list).then(function (items) {
        return items.filter(function (one) { return one.id === item.id; })[0] || item;
      });
    }).then(function (item) {
      if (item.state === "login") {
        return box.forget(item).then(keep).then(function () { location.href = root.dataset.login + "?next=" + encodeURIComponent(here); });
      }
      if (item.state === "returned" && !item.receipt) {
        return box.forget(item).then(function () { key = item.fields && item.fields[""] ? store.uuid() : key; return keep(); }).then(function () {
          isSaving = false;
          say(Object.values(item.fields || {}));
        });
      }
      return store.drop("drafts", place).then(function () {
        if (item.state === "done") location.href = (item.more ? item.home : root.dataset.today) + "?saved=" + encodeURIComponent(item.receipt) + "&updated=" + encodeURIComponent((item.updated || []).join("、"));
        else if (item.state === "returned") location.href = root.dataset.outbox;
        else location.href = root.dataset.today + "?kept=1";
      });
    }).catch(function (trouble) { isSaving = false; say([String(trouble)]); });
  });
});
