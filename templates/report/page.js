// What the parts of the page share: its data, its colours, the choice of topologies, and small builders of elements.
// Every text is set as text, never as markup: names are a model's, and a model may be anybody's.

const page = JSON.parse(document.getElementById('report-data').textContent);
const shown = new Set(page.topologies.map((_, index) => index));
const whenChosen = [];
const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
const finePointer = window.matchMedia('(pointer: fine)').matches;
const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.includes('-') || name === 'role') made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

// The colours of the page as they are now, on light or on dark.
function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { ink: of('ink'), muted: of('muted'), paper: of('paper'), edge: of('edge'), grid: of('grid'), warn: of('warn'), wash: of('wash') };
}

const shade = (pair) => pair[darkScheme.matches ? 1 : 0];
const topologyShade = (index) => shade(page.topologies[index].colour);

function swatch(pair) {
  const made = element('span', { className: 'swatch', 'aria-hidden': 'true' });
  made.style.background = shade(pair);
  darkScheme.addEventListener('change', () => { made.style.background = shade(pair); });
  return made;
}

// Boxes to choose the topologies by; what listens to the choice is told of every change.
function offerChoice() {
  const choice = document.getElementById('choice');
  if (!choice || page.topologies.length < 2) return;
  const boxes = page.topologies.map((topology, index) => {
    const box = element('input', { type: 'checkbox', checked: true, value: String(index) });
    box.addEventListener('change', () => {
      if (box.checked) shown.add(index); else shown.delete(index);
      tellChoice();
    });
    choice.append(element('label', {}, box, swatch(topology.colour), element('span', { textContent: topology.name })));
    return box;
  });
  const take = (wanted) => () => {
    shown.clear();
    boxes.forEach((box, index) => {
      box.checked = wanted(index);
      if (box.checked) shown.add(index);
    });
    tellChoice();
  };
  const button = (text, wanted) => {
    const made = element('button', { type: 'button', textContent: text });
    made.addEventListener('click', take(wanted));
    choice.append(made);
  };
  button('All', () => true);
  const frontier = page.topologies.filter((topology) => topology.pareto).length;
  if (frontier > 0 && frontier < page.topologies.length) {
    button('Pareto frontier', (index) => page.topologies[index].pareto);
  }
  choice.hidden = false;
}

function tellChoice() {
  for (const row of document.querySelectorAll('tr[data-t]')) row.hidden = !shown.has(Number(row.dataset.t));
  for (const listen of whenChosen) listen();
}
