// Small helps; every page works without them: focus on what is wrong, one submission for two taps, "none of these".
document.addEventListener("DOMContentLoaded", function () {
  var wrong = document.querySelector(".errors");
  if (wrong) wrong.focus();
  document.querySelectorAll("form[data-once]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      var button = form.querySelector("button[type=submit]");
      if (button) button.setAttribute("aria-disabled", "true");
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-once]").forEach(function (form) { delete form.dataset.sent; });
  });
  document.querySelectorAll("[data-none]").forEach(function (group) {
    group.addEventListener("change", function (event) {
      var alone = ["none", "x"], chosen = event.target;
      if (!chosen.checked) return;
      group.querySelectorAll("input").forEach(function (other) {
        if (other === chosen) return;
        if (alone.indexOf(chosen.value) >= 0 || alone.indexOf(other.value) >= 0) other.checked = false;
      });
    });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
});
