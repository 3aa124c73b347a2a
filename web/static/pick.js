// Picking several rows: a bar says how many, and what can be done with them.

function picked() {
  return document.querySelectorAll("input[name=names]:checked");
}

function show() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const number = picked().length;
  bar.hidden = number === 0;
  document.getElementById("picked").textContent = number;
}

export function pickRows() {
  document.addEventListener("change", (event) => {
    const section = event.target.dataset?.pickAll;
    if (section) {
      for (const box of document.querySelectorAll(`#${section} input[name=names]`)) box.checked = event.target.checked;
    }
    if (section || event.target.name === "names") show();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-unpick]")) return;
    for (const box of document.querySelectorAll("input[name=names], [data-pick-all]")) box.checked = false;
    show();
  });
  document.addEventListener("htmx:after:swap", show);
}
