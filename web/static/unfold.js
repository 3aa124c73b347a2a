// The nodes of a service unfold under its row; a second press folds them again. The rows belong to no
// part of the live table, so its other rows go on changing.

const rowsOf = (button) => document.querySelectorAll(`tr.nodes-of[data-of="${button.dataset.unfold}"]`);

function say() {
  for (const button of document.querySelectorAll("[data-unfold]")) {
    button.setAttribute("aria-expanded", String(rowsOf(button).length > 0));
  }
}

document.addEventListener("htmx:before:request", (event) => {
  const button = event.detail.ctx.sourceElement?.closest?.("[data-unfold]");
  if (!button || !rowsOf(button).length) return;
  event.preventDefault();
  for (const row of rowsOf(button)) row.remove();
  say();
});
document.addEventListener("htmx:after:swap", say);
