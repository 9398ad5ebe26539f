// Makes every table with the class "sortable" sort itself when a heading is clicked.

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function cellText(row, column) {
  const cell = row.cells[column];
  return cell ? (cell.dataset.sort ?? cell.textContent).trim() : "";
}

function compare(a, b) {
  if (a === "" || b === "") {
    // empty cells go last, whichever way we sort
    return a === b ? 0 : a === "" ? 1 : -1;
  }
  return collator.compare(a, b);
}

function sortBy(table, column, ascending) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  rows.sort((one, other) => {
    const order = compare(cellText(one, column), cellText(other, column));
    return ascending ? order : -order;
  });
  body.append(...rows);
}

function prepare(table) {
  const headings = Array.from(table.tHead?.rows[0]?.cells ?? []);
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortBy(table, column, ascending);
    });
  });
}

document.querySelectorAll("table.sortable").forEach(prepare);
