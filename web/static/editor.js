// The editor: a row for each of its times, and fields that say when they are wrong. Without this the
// times are one text, which is also what is sent.

function row(time, list, write) {
  const item = document.createElement("li");
  const input = document.createElement("input");
  const remove = document.createElement("button");
  Object.assign(input, {value: time, placeholder: "HH:MM", size: 6, autocomplete: "off", inputMode: "numeric"});
  Object.assign(remove, {type: "button", className: "plain", textContent: "✕"});
  remove.addEventListener("click", () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    write(true);
    (next?.querySelector("input") ?? list.parentElement.querySelector("[data-add]")).focus();
  });
  item.append(input, remove);
  list.append(item);
  return input;
}

function rows(box) {
  box.dataset.times = "rows";
  const text = box.querySelector("input");
  const list = document.createElement("ul");
  const add = document.createElement("button");
  list.className = "times";
  Object.assign(add, {type: "button", textContent: "Add a time"});
  add.dataset.add = "";
  const write = (tell) => {
    const inputs = [...list.querySelectorAll("input")];
    inputs.forEach((input, n) => {
      input.setAttribute("aria-label", `Time ${n + 1}`);
      input.setAttribute("aria-describedby", text.getAttribute("aria-describedby"));
      input.nextElementSibling.setAttribute("aria-label", `Remove ${input.value || `time ${n + 1}`}`);
    });
    text.value = inputs.map((input) => input.value.trim()).filter(Boolean).join(", ");
    if (tell) text.dispatchEvent(new Event("input", {bubbles: true}));
  };
  for (const time of text.value.split(/[\s,]+/).filter(Boolean)) row(time, list, write);
  list.addEventListener("input", () => write(false));
  add.addEventListener("click", () => {
    const input = row("", list, write);
    write(false);
    input.focus();
  });
  text.hidden = true;
  text.after(list, add);
  write(false);
}

function ready() {
  for (const box of document.querySelectorAll("#editor [data-times='']:not(:disabled)")) rows(box);
  for (const field of document.querySelectorAll("#editor :is(input, select)[aria-describedby*=problem-]")) {
    const slot = field.getAttribute("aria-describedby").split(" ").find((id) => id.startsWith("problem-"));
    if (document.getElementById(slot)?.textContent) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

document.addEventListener("htmx:after:swap", ready);
ready();
