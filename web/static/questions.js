// A form with a question (hx-confirm) asks it when the browser itself sends the form, too: htmx asks only for
// what it sends, and not before it is there. No module, and first of all: no click comes before it.

document.addEventListener("submit", (event) => {
  const question = (event.submitter?.closest("button[hx-confirm]") ?? event.target).getAttribute("hx-confirm");
  if (question && !event.defaultPrevented && !confirm(question)) event.preventDefault();
});
