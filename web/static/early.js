// What was typed into a filter before htmx was there to hear of it is asked for as soon as it is.

function changed(field) {
  return field.matches("input:not([type=checkbox])") && field.value !== field.defaultValue;
}

export function catchUp() {
  document.addEventListener("htmx:after:init", ({target}) => {
    if (target.matches("form.filters") && [...target.elements].some(changed)) target.dispatchEvent(new Event("input"));
  });
}
