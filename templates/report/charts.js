// From the data of a chart to what the library draws. Each function returns `option`, for the library, and `stops`: the figures
// that can be pointed at, in reading order, each with its place and its words.

const SYMBOLS = {
  circle: 'circle', square: 'rect', triangle: 'triangle', diamond: 'diamond',
  wedge: 'path://M0,0L10,0L5,9Z',
  star: 'path://M5,0L6.5,3.4L10,3.8L7.4,6.2L8.1,10L5,8.1L1.9,10L2.6,6.2L0,3.8L3.5,3.4Z',
  cross: 'path://M3.3,0H6.7V3.3H10V6.7H6.7V10H3.3V6.7H0V3.3H3.3Z',
};
const FONT = 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const HATCH = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: 'rgba(255,255,255,0.75)' };

const nameOf = (index) => page.topologies[index].name;
const percent = (value) => `${Math.round(value * 1e6) / 1e4} %`;
const number = (value) => value.toLocaleString('en-GB', { maximumSignificantDigits: 6 });

function money(signs) {
  return (value) => {
    const size = Math.abs(value);
    const [scaled, unit] = size >= 1e6 ? [value / 1e6, 'M'] : size >= 1e3 ? [value / 1e3, 'k'] : [value, ''];
    return `${signs[0]}${number(scaled)}${unit}${signs[1]}`;
  };
}

// An axis of figures. Round figures on a logarithmic axis come with their words.
function valueAxis(axis, c, more) {
  const words = new Map((axis.ticks || []).map(([place, text]) => [place.toFixed(9), text]));
  const places = (axis.ticks || []).map(([place]) => place);
  const named = { ticks: axis.ticks, low: axis.min, high: axis.max };
  const form = axis.percent ? percent : number;
  return {
    type: 'value', scale: true, named, name: wrapped(axis.name, more.room).join('\n'), nameLocation: 'middle', min: axis.min, max: axis.max,
    nameTextStyle: { color: c.muted, fontFamily: FONT, fontSize: 12, lineHeight: 16 },
    axisLine: { show: true, lineStyle: { color: c.edge } },
    axisTick: { show: true, lineStyle: { color: c.edge }, customValues: places.length ? places : undefined },
    splitLine: { show: true, lineStyle: { color: c.grid } },
    axisLabel: {
      color: c.muted, fontFamily: FONT, fontSize: 12, hideOverlap: true, customValues: places.length ? places : undefined,
      formatter: (value) => (places.length ? words.get(value.toFixed(9)) || '' : form(value)),
    },
    ...more.axis,
  };
}

function nameAxis(rows, c, width) {
  return {
    type: 'category', inverse: true, data: rows.map(nameOf),
    axisLine: { lineStyle: { color: c.edge } }, axisTick: { show: false },
    axisLabel: { color: c.ink, fontFamily: FONT, fontSize: 12.5, interval: 0, width, overflow: 'truncate', formatter: (name) => name },
  };
}

// The round figures of an axis of so many pixels that have room for their words, from `start` to `end` per cent of it.
function thinned({ ticks, low, high }, pixels, start, end, upright) {
  const span = ((high - low) * (end - start)) / 100;
  const from = low + ((high - low) * start) / 100;
  let free = -Infinity;
  return ticks.filter(([place, text]) => {
    if (place < from - 1e-9 || place > from + span + 1e-9) return false;
    const at = ((place - from) / span) * pixels;
    const half = upright ? 10 : text.length * 3.3 + 6;
    if (at - half < free) return false;
    free = at + half;
    return true;
  }).map(([place]) => place);
}

// A text in lines of so many pixels.
function wrapped(text, room) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last && room && (last.length + word.length + 1) * 6.1 > room) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

// Room below a plot for the words of its axis, its name and the bar to zoom by.
const footOf = (name, room) => 62 + 16 * wrapped(name, room).length;

// What is said beside each row: a second axis of names, on the right, without lines.
function noteAxis(rows, c, notes, narrow) {
  return {
    type: 'category', inverse: true, position: 'right', data: rows.map((_, index) => String(index)),
    axisLine: { show: false }, axisTick: { show: false }, splitArea: { show: false },
    axisLabel: {
      interval: 0, color: c.muted, fontFamily: FONT, fontSize: 12, width: narrow ? 66 : 128, overflow: 'truncate', lineHeight: 16,
      formatter: (index) => (notes[Number(index)] || []).slice(0, narrow ? 1 : 2).join('\n'),
    },
  };
}

function tip(heading, lines) {
  const made = element('div', { className: 'tip' }, element('strong', { textContent: heading }));
  for (const line of lines) made.append(element('div', { textContent: line }));
  return made;
}

function tooltip(c, more) {
  return {
    trigger: 'item', confine: true, backgroundColor: c.paper, borderColor: c.edge, borderWidth: 1, padding: [6, 10],
    textStyle: { color: c.ink, fontFamily: FONT, fontSize: 13 }, transitionDuration: 0,
    formatter: (point) => (point.data && point.data.words ? tip(point.data.heading, point.data.words) : ''),
    ...more,
  };
}

// Zoom by wheel, touch and drag; `axes` are the directions that are zoomed. The range below moves along x.
function zooms(axes, c, slider) {
  const all = axes.map((axis) => ({
    type: 'inside', [`${axis}AxisIndex`]: 0, filterMode: 'none', minSpan: 0.5,
    zoomOnMouseWheel: 'ctrl', moveOnMouseMove: finePointer, moveOnMouseWheel: false, preventDefaultMouseMove: false,
  }));
  if (slider) {
    all.push({
      type: 'slider', xAxisIndex: 0, filterMode: 'none', height: 18, bottom: 6, showDetail: false, showDataShadow: false, brushSelect: false,
      minSpan: 0.5, borderColor: c.edge, backgroundColor: c.wash, fillerColor: 'rgba(127,135,144,0.25)', handleStyle: { color: c.paper, borderColor: c.edge },
      moveHandleSize: 0,
    });
  }
  return all;
}

// Lines with crossbars from the low to the high end of an interval. Data: [at, low, high], along the direction `along`.
function intervals(data, along, colour, axes) {
  return {
    type: 'custom', silent: true, clip: true, z: 4, tooltip: { show: false }, data, ...axes,
    renderItem: (_, api) => {
      const at = api.value(0);
      const ends = [api.value(1), api.value(2)].map((end) => api.coord(along === 'x' ? [end, at] : [at, end]));
      const [a, b] = ends;
      const cap = 4;
      const lines = along === 'x'
        ? [[a[0], a[1], b[0], b[1]], [a[0], a[1] - cap, a[0], a[1] + cap], [b[0], b[1] - cap, b[0], b[1] + cap]]
        : [[a[0], a[1], b[0], b[1]], [a[0] - cap, a[1], a[0] + cap, a[1]], [b[0] - cap, b[1], b[0] + cap, b[1]]];
      return {
        type: 'group',
        children: lines.map(([x1, y1, x2, y2]) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1.3 } })),
      };
    },
  };
}

function line(place, axis, text, c, position) {
  return {
    silent: true, symbol: 'none', animation: false, data: [{ [axis]: place }],
    lineStyle: { color: c.warn, type: 'dashed', width: 1.4 },
    label: { show: true, position, distance: position === 'start' ? 22 : 4, formatter: () => text, color: c.warn, fontFamily: FONT, fontSize: 12, ...halo(c) },
  };
}

// The next of 1, 2 and 5 times a power of ten.
function roundUp(value) {
  if (!(value > 0)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * [1, 2, 5, 10].find((one) => one * decade >= value * (1 - 1e-9));
}

// Words that lines behind them do not disturb.
const halo = (c) => ({ textBorderColor: c.paper, textBorderWidth: 3 });

const base = (c) => ({ animation: false, backgroundColor: 'transparent', textStyle: { fontFamily: FONT, color: c.ink } });

function mark(index, c, bound) {
  const look = page.topologies[index];
  const colour = topologyShade(index);
  return {
    symbol: SYMBOLS[look.marker], symbolSize: 14,
    itemStyle: bound ? { color: c.paper, borderColor: colour, borderWidth: 2 } : { color: colour, borderColor: c.ink, borderWidth: 1 },
  };
}

function scatter(data, view, c, width) {
  const narrow = width < 520;
  const points = data.points.filter((point) => shown.has(point.t) && point.y && point.x[view.measure]);
  const at = (point) => [point.x[view.measure][0], point.y[0]];
  const grid = { left: narrow ? 66 : 76, right: narrow ? 16 : 70, top: 22, bottom: footOf(data.x[view.measure], width - 100), outerBoundsMode: 'none' };
  const nines = { ticks: data.y.nines, min: data.y.min, max: data.y.max, name: '' };
  const lossAxis = valueAxis(data.y, c, { room: 300, axis: { inverse: true, nameGap: narrow ? 44 : 60 } });
  const ninesAxis = valueAxis(nines, c, { axis: { inverse: true, position: 'right', splitLine: { show: false }, show: !narrow } });
  const costs = points.flatMap((point) => point.x[view.measure]);
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const room = Math.max((high - low) * 0.14, Math.abs(high) * 0.05, 1e-9);
  const start = low - room > high * 0.35 ? low - room : Math.min(0, low);
  const step = roundUp((high + room - start) / 8);
  const costAxis = { name: data.x[view.measure], min: points.length ? Math.floor(start / step) * step : 0, max: points.length ? Math.ceil((high + room) / step) * step : 1 };
  // Where a name does not lie on another point.
  const pixel = (point) => {
    const [x, y] = at(point);
    return [((x - costAxis.min) / (costAxis.max - costAxis.min)) * (width - grid.left - grid.right), ((y - data.y.min) / (data.y.max - data.y.min)) * 360];
  };
  const side = (point, index) => {
    const [x, y] = pixel(point);
    const length = Math.min(nameOf(point.t).length * 6.6 + 12, narrow ? 90 : 180);
    const boxes = { right: [x + 8, y - 9, x + length, y + 9], left: [x - length, y - 9, x - 8, y + 9], bottom: [x - length / 2, y + 8, x + length / 2, y + 26], top: [x - length / 2, y - 26, x + length / 2, y - 8] };
    const cost = ([left, top, right, bottom]) => points.filter((other, other_index) => {
      const [u, v] = pixel(other);
      return other_index !== index && u > left - 8 && u < right + 8 && v > top - 8 && v < bottom + 8;
    }).length + (left < 0 || right > width - grid.left - 8 ? 1.5 : 0);
    return Object.entries(boxes).sort((a, b) => cost(a[1]) - cost(b[1]))[0][0];
  };
  const series = [];
  const frontier = data.frontier.map((index) => points.find((point) => point.t === index)).filter(Boolean);
  if (view.measure === 0 && frontier.length > 1) {
    series.push({ type: 'line', silent: true, symbol: 'none', z: 1, data: frontier.map(at), lineStyle: { color: c.edge, width: 1.6 }, tooltip: { show: false } });
  }
  series.push(intervals(points.map((point) => [at(point)[0], point.y[1], point.y[2]]), 'y', c.ink));
  if (view.measure > 0) series.push(intervals(points.map((point) => [point.y[0], point.x[view.measure][1], point.x[view.measure][2]]), 'x', c.ink));
  const stops = [];
  // The target's words stand at the end that lies further from the points.
  const near = data.target ? points.filter((point) => Math.abs(point.y[0] - data.target[0]) < 0.12 * (data.y.max - data.y.min)).map((point) => at(point)[0]) : [];
  const all = points.map((point) => at(point)[0]);
  const end = near.some((x) => x > (Math.min(...all) + Math.max(...all)) / 2) ? 'insideStartTop' : 'insideEndTop';
  series.push({
    type: 'scatter', z: 3, name: 'topologies',
    data: points.map((point, index) => ({ value: at(point), ...mark(point.t, c, point.bound), heading: nameOf(point.t), words: point.text, label: { position: side(point, index) } })),
    label: {
      show: true, distance: 8, color: c.ink, fontFamily: FONT, fontSize: 12, formatter: (point) => point.data.heading,
      width: narrow ? 90 : 180, overflow: 'truncate', ...halo(c),
    },
    labelLayout: { moveOverlap: 'shiftY', hideOverlap: narrow },
    markLine: data.target ? line(data.target[0], 'yAxis', data.target[1], c, end) : undefined,
  });
  points.forEach((point, index) => stops.push({ seriesIndex: series.length - 1, dataIndex: index, heading: nameOf(point.t), words: point.text }));
  return {
    option: {
      ...base(c), grid, tooltip: tooltip(c), dataZoom: [...zooms(['x', 'y'], c, true), { type: 'inside', yAxisIndex: 1, filterMode: 'none', zoomOnMouseWheel: false, moveOnMouseMove: false }],
      xAxis: valueAxis(costAxis, c, { room: width - 100, axis: { nameGap: 28, axisLabel: { color: c.muted, fontFamily: FONT, fontSize: 12, hideOverlap: true, formatter: money(data.money) } } }),
      yAxis: [lossAxis, ninesAxis],
      series,
    },
    stops,
  };
}

function dots(data, view, c, width) {
  const names = Math.min(170, width * 0.3);
  const points = data.points.filter((point) => shown.has(point.t));
  const rows = points.map((point) => point.t);
  const seen = points.map((point, row) => [row, point]).filter(([, point]) => point.x);
  const series = [
    intervals(seen.map(([row, point]) => [row, point.x[1], point.x[2]]), 'x', c.ink),
    {
      type: 'scatter', z: 3,
      data: seen.map(([row, point]) => ({ value: [point.x[0], row], ...mark(point.t, c, point.bound), heading: nameOf(point.t), words: point.text })),
      markLine: data.target ? line(data.target[0], 'xAxis', data.target[1], c, 'start') : undefined,
    },
  ];
  const stops = seen.map(([, point], index) => ({ seriesIndex: 1, dataIndex: index, heading: nameOf(point.t), words: point.text }));
  const nines = { ticks: data.x.nines, min: data.x.min, max: data.x.max, name: '' };
  return {
    option: {
      ...base(c), grid: { left: names + 14, right: 24, top: 44, bottom: footOf(data.x.name, width - names - 38), outerBoundsMode: 'none' }, tooltip: tooltip(c),
      dataZoom: [...zooms(['x'], c, true), { type: 'inside', xAxisIndex: 1, filterMode: 'none', zoomOnMouseWheel: false, moveOnMouseMove: false }],
      xAxis: [
        valueAxis(data.x, c, { room: width - names - 38, axis: { nameGap: 28 } }),
        valueAxis(nines, c, { axis: { position: 'top', splitLine: { show: false } } }),
      ],
      yAxis: nameAxis(rows, c, names),
      series,
    },
    stops,
  };
}

function curves(data, view, c, width) {
  const narrow = width < 520;
  const all = data.series.filter((one) => shown.has(one.t) && one.points.length);
  const series = [];
  const stops = [];
  for (const one of all) {
    const colour = topologyShade(one.t);
    const ends = data.steps ? one.points.flatMap((point, index) => (index ? [[point[0], ...one.points[index - 1].slice(1)], point] : [point])) : one.points;
    series.push({
      type: 'custom', silent: true, clip: true, z: 1, tooltip: { show: false }, data: [[one.points[0][0], one.points[0][1]]],
      renderItem: (_, api) => {
        const upper = ends.map((point) => api.coord([point[0], point[3]]));
        const lower = ends.map((point) => api.coord([point[0], point[2]])).reverse();
        return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill: colour, opacity: 0.18 } };
      },
    });
    const every = Math.max(1, Math.round(one.points.length / 6));
    series.push({
      type: 'line', z: 3, step: data.steps ? 'end' : false, name: nameOf(one.t), symbol: SYMBOLS[page.topologies[one.t].marker], symbolSize: 9, showSymbol: true, showAllSymbol: true,
      lineStyle: { color: colour, width: 2.2, type: page.topologies[one.t].dash }, itemStyle: { color: colour, borderColor: c.ink, borderWidth: 1 },
      data: one.points.map((point, index) => ({
        value: [point[0], point[1]], heading: nameOf(one.t), words: [one.text[index]],
        symbolSize: (index + one.t) % every === 0 ? 9 : 0,
      })),
      markLine: data.mark && series.length === 1 ? line(data.mark[0], 'xAxis', data.mark[1], c, 'end') : undefined,
    });
    one.points.forEach((_, index) => stops.push({ seriesIndex: series.length - 1, dataIndex: index, heading: nameOf(one.t), words: [one.text[index]] }));
  }
  return {
    option: {
      ...base(c), grid: { left: narrow ? 66 : 76, right: 24, top: 30, bottom: footOf(data.x.name, width - 100), outerBoundsMode: 'none' },
      tooltip: tooltip(c, {
        trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: c.edge } },
        formatter: (points) => {
          const made = element('div', { className: 'tip' });
          for (const point of [].concat(points)) {
            if (point.data && point.data.words) made.append(element('strong', { textContent: point.data.heading }), element('div', { textContent: point.data.words[0] }));
          }
          return made;
        },
      }),
      dataZoom: zooms(['x'], c, true),
      xAxis: valueAxis(data.x, c, { room: width - 100, axis: { nameGap: 28 } }),
      yAxis: valueAxis(data.y, c, { room: 300, axis: { nameGap: narrow ? 42 : 54 } }),
      series,
    },
    stops,
    key: all.map((one) => one.t),
  };
}

function stack(data, view, c, width) {
  const names = Math.min(170, width * 0.3);
  const measure = data.measures[view.measure];
  const rows = data.rows.filter((row) => shown.has(row.t));
  const narrow = width < 520;
  const noted = rows.some((row) => row.note);
  const form = measure.form === 'percent' ? percent : measure.form === 'money' ? money(data.money) : number;
  const series = [];
  const stops = [];
  data.parts.forEach((part, index) => {
    if (view.parts.has(index)) return;
    series.push({
      type: 'bar', stack: 'all', name: part.name, barWidth: 24,
      itemStyle: { color: shade(part.colour), borderColor: c.paper, borderWidth: 1, decal: part.hatched ? HATCH : undefined },
      data: rows.map((row) => ({ value: row.values[view.measure][index], heading: nameOf(row.t), words: row.text[index] })),
    });
  });
  const bars = series.length;
  const ends = rows.map((row, index) => [index, row.end]).filter(([, end]) => end && view.parts.size === 0);
  if (ends.length) series.push(intervals(ends.map(([index, end]) => [index, end[0], end[1]]), 'x', c.ink));
  rows.forEach((row, dataIndex) => {
    series.slice(0, bars).forEach((one, seriesIndex) => {
      const point = one.data[dataIndex];
      if (point.value > 0) stops.push({ seriesIndex, dataIndex, heading: point.heading, words: point.words });
    });
  });
  return {
    option: {
      ...base(c), grid: { left: names + 14, right: noted ? (narrow ? 76 : 140) : 30, top: 12, bottom: footOf(measure.name, width - names - 90), outerBoundsMode: 'none' }, tooltip: tooltip(c), dataZoom: zooms(['x'], c, true),
      xAxis: valueAxis({ name: measure.name, min: 0, max: measure.max && view.parts.size === 0 ? measure.max : undefined }, c, {
        room: width - names - 90, axis: { nameGap: 28, axisLabel: { color: c.muted, fontFamily: FONT, fontSize: 12, hideOverlap: true, formatter: form } },
      }),
      yAxis: noted ? [nameAxis(rows.map((row) => row.t), c, names), noteAxis(rows, c, rows.map((row) => row.note), narrow)] : nameAxis(rows.map((row) => row.t), c, names),
      series,
    },
    stops,
  };
}

function spans(data, view, c, width) {
  const names = Math.min(170, width * 0.3);
  const narrow = width < 520;
  const rows = data.topologies.filter((index) => shown.has(index));
  const all = data.spans.filter((span) => shown.has(span.t) && !view.parts.has(span.part));
  const points = all.map((span) => ({ value: [span.from, span.to, rows.indexOf(span.t)], heading: nameOf(span.t), words: span.text, part: span.part }));
  return {
    option: {
      ...base(c), grid: { left: names + 14, right: data.notes ? (narrow ? 76 : 110) : 24, top: 12, bottom: footOf(data.x.name, width - names - 90), outerBoundsMode: 'none' }, tooltip: tooltip(c), dataZoom: zooms(['x'], c, true),
      xAxis: valueAxis(data.x, c, { room: width - names - 90, axis: { nameGap: 28, scale: false } }),
      yAxis: [
        { ...nameAxis(rows, c, names), splitArea: { show: true, areaStyle: { color: [c.wash, c.paper] } } },
        noteAxis(rows, c, rows.map((index) => (data.notes || {})[index]), narrow),
      ],
      series: [{
        type: 'custom', clip: true, z: 3, data: points, encode: { x: [0, 1], y: 2 },
        renderItem: (params, api) => {
          const [from, to] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
          const area = params.coordSys;
          const left = Math.max(from[0], area.x);
          const right = Math.min(Math.max(to[0], from[0] + 3), area.x + area.width);
          if (right <= left) return null;
          const part = data.parts[points[params.dataIndex].part];
          return {
            type: 'rect', shape: { x: left, y: from[1] - 12, width: right - left, height: 24 },
            style: { fill: shade(part.colour), stroke: c.ink, lineWidth: right - left > 6 ? 0.6 : 0 },
          };
        },
      }],
    },
    stops: points.map((point, index) => ({ seriesIndex: 0, dataIndex: index, heading: point.heading, words: point.words })),
  };
}

const KINDS = { scatter, dots, curves, stack, spans };

// Height of a chart: that of its rows, or a fixed one.
function heightOf(data, width) {
  const rows = { dots: () => data.points.filter((point) => shown.has(point.t)).length, stack: () => data.rows.filter((row) => shown.has(row.t)).length, spans: () => data.topologies.filter((index) => shown.has(index)).length }[data.kind];
  if (!rows) return width < 520 ? 380 : 460;
  return (data.kind === 'dots' ? 122 : 90) + Math.max(1, rows()) * 44;
}
