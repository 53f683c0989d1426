// Tables that sort by a click on a heading, and the ledger's choice of a topology.

function sortable(table) {
  const headings = [...table.querySelectorAll('thead th')];
  headings.forEach((heading, column) => {
    const made = element('button', { type: 'button', textContent: heading.textContent });
    heading.replaceChildren(made);
    made.addEventListener('click', () => {
      const down = heading.getAttribute('aria-sort') === 'ascending' || (!heading.hasAttribute('aria-sort') && isNumeric(table, column));
      headings.forEach((other) => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      sort(table, column, down ? -1 : 1);
    });
  });
}

const cellText = (row, column) => row.cells[column].textContent.trim();

function isNumeric(table, column) {
  return [...table.tBodies[0].rows].some((row) => row.cells[column].hasAttribute('data-order'));
}

// Rows without a figure stay last either way.
function sort(table, column, sign) {
  const body = table.tBodies[0];
  const order = (row) => row.cells[column].dataset.order;
  const rows = [...body.rows].map((row, index) => ({ row, index }));
  const numeric = isNumeric(table, column);
  rows.sort((a, b) => {
    if (numeric) {
      const [x, y] = [order(a.row), order(b.row)];
      if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1) || a.index - b.index;
      return sign * (Number(x) - Number(y)) || a.index - b.index;
    }
    return sign * cellText(a.row, column).localeCompare(cellText(b.row, column), 'en', { numeric: true }) || a.index - b.index;
  });
  body.append(...rows.map(({ row }) => row));
}

function offerLedger() {
  const choice = document.getElementById('ledger-choice');
  const select = document.getElementById('ledger-topology');
  if (!choice || !select || select.options.length < 2) return;
  choice.querySelector('.plain').classList.add('on-paper');
  choice.querySelector('label').hidden = false;
  select.addEventListener('change', () => {
    for (const row of document.querySelectorAll('tr[data-all]')) {
      const figures = JSON.parse(row.dataset.all)[Number(select.value)];
      const cells = [...row.cells].slice(-figures.length);
      figures.forEach(([text, order], index) => {
        cells[index].textContent = text;
        cells[index].dataset.order = order;
      });
    }
    choice.querySelector('.plain strong').textContent = select.selectedOptions[0].textContent;
  });
}

for (const table of document.querySelectorAll('table.sortable')) sortable(table);
offerLedger();
