// What is swapped into #dialog opens as a dialog. Escape, a click on [data-close] or beside it closes it,
// and so does an answer that leaves it empty. What is refused is said in it: all behind it is dim and silent.

export function openDialogs() {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  let opener = null;
  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail.ctx.sourceElement;
    if (source && !dialog.contains(source)) opener = source;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (dialog.innerHTML.trim() && !dialog.open) dialog.showModal();
  });
  // The form that was sent is gone then, and no event of its swap reaches the document.
  new MutationObserver(() => {
    if (!dialog.firstElementChild && dialog.open) dialog.close();
  }).observe(dialog, {childList: true});
  const notice = document.getElementById("notice");
  new MutationObserver(() => {
    const refusal = dialog.open && notice.querySelector(".bad");
    if (!refusal) return;
    dialog.querySelector(".notice.bad")?.remove();
    refusal.setAttribute("role", "alert");
    dialog.querySelector(".actions").before(refusal);
  }).observe(notice, {childList: true});
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.innerHTML = "";
    if (opener?.isConnected) opener.focus();
  });
}
