// Keys: "/" goes to the search of the page, else to that of the services, the arrows go up and down the rows of a table.

export function shortcuts() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = event.target.matches("input, select, textarea, [contenteditable]");
    if (event.key === "/" && !writing) {
      const search = document.querySelector("main input[type=search]") ?? document.querySelector(".find input");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    const row = event.target.closest("tbody tr");
    if (!row || writing || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const rows = [...row.closest("table").querySelectorAll("tbody tr:not(.section)")];
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    const link = next?.querySelector("th a, td a");
    if (link) {
      event.preventDefault();
      link.focus();
    }
  });
}
