"use strict";
// The list of what waits, what arrived, and what came back with two people's words, for somebody to choose.
document.addEventListener("DOMContentLoaded", function () {
  var list = document.getElementById("waiting"), nothing = document.getElementById("nothing"), box = self.AnminOutbox;
  var now = document.getElementById("send-now");
  if (!list || !box) return;

  function make(tag, words, kind) {
    var made = document.createElement(tag);
    if (words) made.textContent = words;
    if (kind) made.className = kind;
    return made;
  }
  function button(words, kind, work) {
    var made = make("button", words, kind);
    made.type = "button";
    made.addEventListener("click", work);
    return made;
  }

  function choose(item, field, word) {
    var body = { kind: "settle", household: item.body.household, field: field.field, value: word.value, recorded_at: new Date().toISOString() };
    item.disputed = item.disputed.filter(function (one) { return one.field !== field.field; });
    if (!item.disputed.length) item.state = "done";
    box.keep(item).then(function () { return box.add(body, field.title + " " + word.value, location.pathname); }).then(box.drain);
  }

  function row(item) {
    var li = make("li", "", "waiting " + item.state), line = make("p", "", "line");
    line.appendChild(make("b", item.title));
    line.appendChild(make("span", list.dataset[item.state] || item.state, "tag " + (item.state === "done" ? "green" : item.state === "returned" ? "red" : "amber")));
    li.appendChild(line);
    var at = new Date(item.at);
    li.appendChild(make("small", list.dataset.saved + " " + at.toLocaleString("zh-CN", { hour12: false }) + (item.receipt ? " · " + list.dataset.receipt + " " + item.receipt : "")));
    if (item.error) li.appendChild(make("p", item.error, "field-error"));
    (item.disputed || []).forEach(function (field) {
      li.appendChild(make("p", list.dataset.both + "：" + field.title, "both"));
      field.words.forEach(function (word) {
        var when = word.at ? new Date(word.at).toLocaleString("zh-CN", { hour12: false }) : "";
        var one = button(word.value, "button line choice", function () { choose(item, field, word); });
        one.appendChild(make("small", word.by + " " + when));
        li.appendChild(one);
      });
    });
    if (item.open) {
      var on = make("a", list.dataset.open, "button line");
      on.href = item.open;
      li.appendChild(on);
    }
    if (item.state === "returned" && !item.receipt) {
      var open = make("a", list.dataset.edit, "button line");
      open.href = item.edit;
      li.appendChild(open);
      li.appendChild(button(list.dataset.drop, "button red", function () { box.forget(item).then(box.tell); }));
    }
    return li;
  }

  function show(items) {
    list.textContent = "";
    items.slice().reverse().forEach(function (item) { list.appendChild(row(item)); });
    nothing.hidden = items.length > 0;
  }
  box.listen(show);
  box.list().then(show);
  now.addEventListener("click", function () { box.drain(); });
});
