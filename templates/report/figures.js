// The charts on the page: each mounted in its figure with its tools, the keyboard and the words of what is pointed at.

function mount(figure) {
  const place = figure.querySelector('.live');
  const data = place && page.charts[place.dataset.chart];
  if (!data || !window.echarts && typeof echarts === 'undefined') return null;
  const tools = figure.querySelector('.tools');
  const said = figure.querySelector('.said');
  const title = figure.querySelector('h3').textContent;
  const view = { measure: 0, parts: new Set() };
  let drawn = { stops: [] };
  let stop = -1;

  place.hidden = false;
  figure.hidden = false;
  tools.hidden = false;
  said.hidden = false;
  place.tabIndex = 0;
  place.setAttribute('role', 'application');
  place.setAttribute('aria-roledescription', 'interactive chart');
  place.setAttribute('aria-label', `${title}. Arrow keys go from figure to figure, plus and minus zoom, Shift and arrows move what is zoomed, 0 shows all.`);
  const inner = element('div', { 'aria-hidden': 'true' });
  place.append(inner);
  inner.style.height = `${heightOf(data, place.clientWidth)}px`;
  const chart = echarts.init(inner, null, { renderer: 'svg', width: place.clientWidth || 320, height: heightOf(data, place.clientWidth) });

  function draw() {
    const width = place.clientWidth || 320;
    const zoom = (chart.getOption() || {}).dataZoom;
    const height = heightOf(data, width);
    inner.style.height = `${height}px`;
    chart.resize({ width, height });
    drawn = KINDS[data.kind](data, view, colours(), width);
    if (zoom) {
      drawn.option.dataZoom.forEach((one, index) => {
        if (zoom[index]) Object.assign(one, { start: zoom[index].start, end: zoom[index].end });
      });
    }
    chart.setOption(drawn.option, { notMerge: true });
    label();
    stop = -1;
    if (key) fillKey(key, drawn.key);
  }

  // Gives words to as many round figures as have room, wherever the reader has zoomed to.
  function label() {
    const { grid } = drawn.option;
    const zoom = chart.getOption().dataZoom;
    const room = { xAxis: chart.getWidth() - grid.left - grid.right, yAxis: chart.getHeight() - grid.top - grid.bottom };
    const change = {};
    for (const name of ['xAxis', 'yAxis']) {
      const window = zoom.find((one) => (one[`${name}Index`] !== undefined && one[`${name}Index`] !== null)) || { start: 0, end: 100 };
      change[name] = [].concat(drawn.option[name]).map(({ named }) => {
        if (!named || !named.ticks) return {};
        const customValues = thinned(named, room[name], window.start, window.end, name === 'yAxis');
        return { axisLabel: { customValues }, axisTick: { customValues } };
      });
    }
    chart.setOption(change);
  }
  chart.on('datazoom', label);

  // From `start` to `end` per cent of what there is, in every direction that zooms.
  function zoomTo(start, end) {
    const count = drawn.option.dataZoom.length;
    for (let index = 0; index < count; index += 1) chart.dispatchAction({ type: 'dataZoom', dataZoomIndex: index, start, end });
    figure.dataset.zoom = `${Math.round(start)}-${Math.round(end)}`;
  }

  function range() {
    const zoom = chart.getOption().dataZoom[0];
    return [zoom.start, zoom.end];
  }

  function zoomBy(factor) {
    const [start, end] = range();
    const middle = (start + end) / 2;
    const half = Math.min(50, Math.max(0.5, ((end - start) / 2) * factor));
    const from = Math.min(Math.max(0, middle - half), 100 - 2 * half);
    zoomTo(Math.max(0, from), Math.min(100, from + 2 * half));
  }

  function goTo(next) {
    const count = drawn.stops.length;
    if (!count) {
      said.textContent = 'No topology is chosen, or nothing was seen.';
      return;
    }
    stop = (next + count) % count;
    const point = drawn.stops[stop];
    chart.dispatchAction({ type: 'showTip', seriesIndex: point.seriesIndex, dataIndex: point.dataIndex });
    chart.dispatchAction({ type: 'downplay' });
    chart.dispatchAction({ type: 'highlight', seriesIndex: point.seriesIndex, dataIndex: point.dataIndex });
    said.textContent = `${point.heading}: ${point.words.join('; ')}`;
  }

  // To the first figure of the next topology, or of the one before.
  function leap(step) {
    const heading = stop < 0 ? null : drawn.stops[stop].heading;
    let next = stop < 0 ? 0 : stop;
    for (let tries = 0; tries < drawn.stops.length && heading !== null; tries += 1) {
      next = (next + step + drawn.stops.length) % drawn.stops.length;
      if (drawn.stops[next].heading !== heading) break;
    }
    goTo(next);
  }

  // Moves what is zoomed by a part of what is seen.
  function pan(part) {
    const [start, end] = range();
    const shift = Math.min(Math.max((end - start) * part, -start), 100 - end);
    zoomTo(start + shift, end + shift);
  }

  place.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const panned = event.shiftKey && { ArrowRight: 0.25, ArrowLeft: -0.25 }[event.key];
    if (panned) {
      event.preventDefault();
      pan(panned);
      return;
    }
    const act = {
      ArrowRight: () => goTo(stop + 1), ArrowLeft: () => goTo(stop < 0 ? -1 : stop - 1),
      ArrowDown: () => leap(1), ArrowUp: () => leap(-1), Home: () => goTo(0), End: () => goTo(-1),
      '+': () => zoomBy(0.5), '=': () => zoomBy(0.5), '-': () => zoomBy(2), '−': () => zoomBy(2), 0: () => zoomTo(0, 100),
      Escape: () => { chart.dispatchAction({ type: 'hideTip' }); chart.dispatchAction({ type: 'downplay' }); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  place.addEventListener('blur', () => chart.dispatchAction({ type: 'hideTip' }));
  chart.on('mouseover', (point) => {
    if (point.data && point.data.words) said.textContent = `${point.data.heading}: ${point.data.words.join('; ')}`;
  });

  const key = addTools(tools, data, view, title, { draw, zoomBy, zoomTo });
  draw();
  whenChosen.push(draw);
  darkScheme.addEventListener('change', draw);
  let width = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth && place.clientWidth !== width) {
      width = place.clientWidth;
      draw();
    }
  }).observe(place);
  return chart;
}

function group(label, ...children) {
  return element('div', { className: 'group', role: 'group', 'aria-label': label }, ...children);
}

function button(text, label, act) {
  const made = element('button', { type: 'button', textContent: text, 'aria-label': label });
  made.addEventListener('click', act);
  return made;
}

// Buttons to zoom, to choose what is measured and which parts are shown; returns the place of the key, if there is one.
function addTools(tools, data, view, title, act) {
  tools.append(group(
    `Zoom: ${title}`,
    button('+', 'Zoom in', () => act.zoomBy(0.5)), button('−', 'Zoom out', () => act.zoomBy(2)), button('All', 'Show all', () => act.zoomTo(0, 100)),
  ));
  const measures = data.kind === 'scatter' ? data.x : (data.measures || []).map((measure) => measure.short || measure.name);
  if (measures.length > 1) {
    const select = element('select', { 'aria-label': `Measure: ${title}` });
    measures.forEach((name, index) => select.append(element('option', { value: String(index), textContent: name })));
    select.addEventListener('change', () => {
      view.measure = Number(select.value);
      act.zoomTo(0, 100);
      act.draw();
    });
    tools.append(group('What is measured', select));
  }
  if (data.parts) {
    const buttons = data.parts.map((part, index) => {
      const made = element('button', { type: 'button', 'aria-pressed': 'true' }, swatch(part.colour), element('span', { textContent: part.name }));
      made.addEventListener('click', () => {
        if (view.parts.has(index)) view.parts.delete(index); else view.parts.add(index);
        made.setAttribute('aria-pressed', String(!view.parts.has(index)));
        act.draw();
      });
      return made;
    });
    tools.append(group(`Shown: ${title}`, ...buttons));
  }
  if (data.kind !== 'curves' || page.topologies.length < 2) return null;
  const key = group('Key');
  tools.append(key);
  return key;
}

function fillKey(key, topologies) {
  key.replaceChildren(...topologies.map((index) => element(
    'span', { className: 'group' }, swatch(page.topologies[index].colour), element('span', { textContent: nameOf(index) }),
  )));
}

if (page.charts && typeof echarts !== 'undefined') {
  document.documentElement.classList.add('js');
  const keys = document.getElementById('chart-keys');
  if (keys) keys.hidden = false;
  offerChoice();
  window.reportCharts = [];
  for (const figure of document.querySelectorAll('#charts figure')) {
    const chart = mount(figure);
    if (chart) window.reportCharts.push(chart);
    else figure.querySelectorAll('.still').forEach((still) => still.classList.remove('still'));
  }
}
