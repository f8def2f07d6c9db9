/* Adds the score up as answers are chosen. Only a hint: the server computes what counts. */
const form = document.querySelector("form.assess");
const bands = JSON.parse(document.getElementById("assess-bands").textContent);
const levels = JSON.parse(document.getElementById("assess-levels").textContent);

function levelOf(total) {
  return bands.find(([lowest]) => total >= lowest)[1];
}

function raised(level) {
  const risks = [...form.querySelectorAll("select[name^='risk-']")].reduce((sum, one) => sum + Number(one.value), 0);
  if (form.elements.coma.checked) return 4;
  const raises = form.elements.dementia.checked || form.elements.disorder.checked || risks >= Number(form.dataset.raise);
  return raises ? Math.min(4, level + 1) : level;
}

function show() {
  const chosen = [...form.querySelectorAll("input[type='radio']:checked")];
  const total = chosen.reduce((sum, one) => sum + Number(one.value), 0);
  const isWhole = chosen.length === Number(form.dataset.number);
  form.querySelector("[data-total]").textContent = total;
  form.querySelector("[data-done]").textContent = chosen.length;
  form.querySelector("[data-level]").textContent = isWhole ? levels[raised(levelOf(total))] : "—";
}

form.addEventListener("change", show);
form.addEventListener("submit", (event) => {
  const missing = [...form.querySelectorAll(".assess-item")].filter((one) => !one.querySelector("input:checked"));
  form.querySelectorAll(".assess-item").forEach((one) => one.classList.toggle("is-missing", missing.includes(one)));
  if (missing.length) {
    event.preventDefault();
    missing[0].scrollIntoView({ block: "center" });
    missing[0].querySelector("input").focus();
  }
});
show();
