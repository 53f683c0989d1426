// Opens report pages in a real headless Chromium and uses them as a reader would.
//
//   node run.mjs PAGES [SHOTS]
//
// PAGES is a folder with seven.html, one.html, hostile.html, long.html and zero.html (the test `the_page_is_whole_and_makes_no_request`
// writes them), injected.html and injected-hostile.html (tests/it/injection_pages.rs) and, if there is one, real.html, the page of a run. Pictures go to SHOTS, if it is named. Ends with 1 if anything fails.

import { mkdirSync, readFileSync, statSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [pages, shots] = process.argv.slice(2).map((path) => resolve(path));
if (!pages) {
  console.error('usage: node run.mjs PAGES [SHOTS]');
  process.exit(2);
}
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const LARGEST = 3_000_000;
const CHARTS = ['cost-availability', 'unavailability', 'downtime', 'recovery', 'attribution', 'cost', 'timeline'];

let passed = 0;
const failures = [];
function check(name, ok, detail = '') {
  if (ok) passed += 1;
  else {
    failures.push(name);
    console.log(`FAILED ${name}${detail === '' ? '' : `: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`}`);
  }
}

// Opens a page in a window of its own, and keeps what it complains of.
async function open(browser, name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
  if (options.javaScriptEnabled !== false) {
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    });
  }
  await page.goto(pathToFileURL(join(pages, `${name}.html`)).href);
  return { context, page, complaints, requests };
}

async function quiet(what, { page, complaints, requests }) {
  check(`${what}: no error on the console`, complaints.length === 0, complaints);
  check(`${what}: no request but the page`, requests.length === 1, requests);
  check(`${what}: the policy is kept`, (await page.evaluate(() => window.violations)).length === 0, await page.evaluate(() => window.violations));
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const settle = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));

// The top of a page: very long ones are more than a picture can hold.
async function shoot(page, name, clip) {
  if (!shots) return;
  const size = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollHeight]);
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true, clip: clip || { x: 0, y: 0, width: size[0], height: Math.min(size[1], 12000) } });
}

async function accessible(what, page, rules) {
  await page.evaluate(axe);
  const found = await page.evaluate(async (only) => {
    const result = await window.axe.run(document, {
      runOnly: only || { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    });
    return result.violations.map((violation) => `${violation.id} (${violation.nodes.length}): ${violation.nodes[0].html.slice(0, 160)} ${violation.nodes[0].failureSummary || ''}`);
  }, rules);
  check(`${what}: axe finds nothing`, found.length === 0, found.join(' | '));
}

// Contrast of the words in the charts against the page, and the colour of the page.
const inks = (page) => page.evaluate(() => {
  const rgb = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = rgb(colour).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = getComputedStyle(document.body).backgroundColor;
  const ratio = (colour) => {
    const [a, b] = [luminance(colour), luminance(paper)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const words = [...document.querySelectorAll('.live svg text')].map((text) => getComputedStyle(text).fill).filter((fill) => fill.startsWith('rgb'));
  const marks = [...document.querySelectorAll('.live svg path')].map((path) => getComputedStyle(path).fill);
  return { paper, least: Math.min(...words.map(ratio)), words: words.length, marks: [...new Set(marks)].sort().join(' ') };
});

async function drawn(what, page, names) {
  for (const name of names) {
    const seen = await page.evaluate((id) => {
      const figure = document.getElementById(`chart-${id}`);
      const live = figure && figure.querySelector('.live');
      const svg = live && live.querySelector('svg');
      if (!svg) return { missing: true };
      const box = svg.getBoundingClientRect();
      const rows = figure.querySelectorAll('.behind tbody tr').length;
      return {
        shapes: svg.querySelectorAll('path, rect, polyline, polygon').length, words: svg.querySelectorAll('text').length,
        width: box.width, height: box.height, rows, label: live.getAttribute('aria-label'), focusable: live.tabIndex === 0,
        caption: figure.querySelector('figcaption').textContent, still: figure.querySelector('.picture') ? getComputedStyle(figure.querySelector('.picture')).display : 'none',
      };
    }, name);
    check(`${what}: ${name} is drawn`, !seen.missing && seen.shapes > 5 && seen.words > 2 && seen.width > 200 && seen.height > 80, seen);
    check(`${what}: ${name} has a table, a label and its basis`, seen.rows > 0 && seen.label && seen.focusable && /seed/.test(seen.caption) && /trials/.test(seen.caption) && /Model/.test(seen.caption), seen);
    check(`${what}: ${name} is shown once`, seen.still === 'none', seen.still);
  }
}

async function hover(what, page, charts = CHARTS) {
  for (const name of charts) {
    const live = page.locator(`#chart-${name} .live`);
    await live.scrollIntoViewIfNeeded();
    const box = await live.boundingBox();
    // Where the first figure is, by the chart's own account.
    const at = await page.evaluate((index) => {
      const chart = window.reportCharts[index];
      const option = chart.getOption();
      const series = option.series.findIndex((one) => one.data.some((point) => point && point.words));
      const points = option.series[series].data.filter((point) => point && point.words);
      const point = points[Math.floor(points.length / 2)];
      const axes = { xAxisIndex: 0, yAxisIndex: 0 };
      if (option.series[series].type === 'bar') {
        const row = option.series[series].data.indexOf(point);
        return chart.convertToPixel(axes, [point.value / 2, row]);
      }
      // A span is a thin line where it is short.
      if (point.value.length === 3) {
        const [x, y] = chart.convertToPixel(axes, [point.value[0], point.value[2]]);
        return [x + 1.5, y];
      }
      return chart.convertToPixel(axes, point.value);
    }, charts.indexOf(name));
    await page.mouse.move(box.x + 2, box.y + 2);
    await page.mouse.move(box.x + at[0], box.y + at[1], { steps: 3 });
    await page.waitForTimeout(60);
    const tip = await page.evaluate((id) => {
      const tips = [...document.querySelectorAll(`#chart-${id} .tip`)].filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
      return tips.map((one) => one.textContent).join(' ');
    }, name);
    check(`${what}: pointing at ${name} tells a figure`, /\d/.test(tip), { tip, at });
    if (shots && name === 'cost-availability') await page.screenshot({ path: join(shots, 'hover.png') });
    await page.mouse.move(2, 2);
  }
}

async function keyboard(what, page, charts = CHARTS) {
  await page.evaluate(() => { document.body.tabIndex = -1; document.body.focus(); window.scrollTo(0, 0); });
  const reached = new Set();
  const tables = new Set();
  for (let presses = 0; presses < 400 && (reached.size < charts.length || tables.size < charts.length); presses += 1) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(() => {
      const element = document.activeElement;
      const figure = element.closest('figure');
      return { chart: figure ? figure.id.replace('chart-', '') : null, live: element.classList.contains('live'), table: element.matches('.behind summary') };
    });
    if (now.live && !reached.has(now.chart)) {
      reached.add(now.chart);
      await page.keyboard.press('ArrowRight');
      const first = await page.locator(`#chart-${now.chart} .said`).textContent();
      await page.keyboard.press('ArrowRight');
      const second = await page.locator(`#chart-${now.chart} .said`).textContent();
      check(`${what}: arrows walk through ${now.chart}`, /\d/.test(first) && /\d/.test(second) && first !== second, { first, second });
    }
    if (now.table && charts.includes(now.chart)) tables.add(now.chart);
  }
  check(`${what}: Tab reaches every chart`, reached.size === charts.length, [...reached]);
  check(`${what}: Tab reaches every table behind`, tables.size === charts.length, [...tables]);
}

async function zoom(what, page) {
  for (const name of CHARTS) {
    const svg = () => page.locator(`#chart-${name} .live svg`).evaluate((element) => element.innerHTML.length + element.textContent);
    const range = () => page.evaluate((index) => window.reportCharts[index].getOption().dataZoom.map((one) => [one.start, one.end]), CHARTS.indexOf(name));
    const before = [await svg(), await range()];
    await page.locator(`#chart-${name}`).getByRole('button', { name: 'Zoom in' }).click();
    await settle(page);
    const after = [await svg(), await range()];
    check(`${what}: ${name} zooms in`, after[0] !== before[0] && after[1].every(([start, end]) => end - start < 60), after[1]);
    await page.locator(`#chart-${name}`).getByRole('button', { name: 'Show all' }).click();
    await settle(page);
    check(`${what}: ${name} shows all again`, (await range()).every(([start, end]) => start === 0 && end === 100), await range());
  }
  // By keyboard alone.
  await page.locator('#chart-recovery .live').focus();
  const window = () => page.evaluate(() => window.reportCharts[3].getOption().dataZoom[0]).then((one) => [one.start, one.end]);
  await page.keyboard.press('+');
  await page.keyboard.press('Shift+ArrowRight');
  const moved = await window();
  await page.keyboard.press('0');
  check(`${what}: keys zoom, move and show all`, moved[0] > 25 && moved[1] - moved[0] < 51 && (await window()).join() === '0,100', moved);
  // With the wheel, only together with Ctrl, so that the page still scrolls.
  const live = page.locator('#chart-downtime .live');
  await live.scrollIntoViewIfNeeded();
  const box = await live.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 150);
  const range = () => page.evaluate(() => window.reportCharts[2].getOption().dataZoom[0]).then((one) => one.end - one.start);
  await page.mouse.wheel(0, 120);
  await page.waitForTimeout(100);
  check(`${what}: the wheel alone scrolls the page`, (await range()) === 100);
  await live.scrollIntoViewIfNeeded();
  const again = await live.boundingBox();
  await page.mouse.move(again.x + again.width / 2, again.y + 150);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -240);
  await page.keyboard.up('Control');
  await page.waitForTimeout(100);
  check(`${what}: Ctrl and the wheel zoom`, (await range()) < 100, await range());
  await page.locator('#chart-downtime').getByRole('button', { name: 'Show all' }).click();
}

async function choice(what, page) {
  const count = () => page.evaluate(() => ({
    words: document.querySelector('#chart-unavailability .live svg').textContent,
    rows: [...document.querySelectorAll('#chart-unavailability .behind tbody tr')].filter((row) => !row.hidden).length,
    curves: window.reportCharts[2].getOption().series.length,
  }));
  const before = await count();
  await page.getByRole('checkbox', { name: 'multi-az' }).uncheck();
  await settle(page);
  const without = await count();
  check(`${what}: a topology can be hidden`, before.words.includes('multi-az') && !without.words.includes('multi-az') && without.rows === before.rows - 1 && without.curves === before.curves - 2, [before.rows, without.rows, before.curves, without.curves]);
  await page.getByRole('checkbox', { name: 'multi-az' }).check();
  await settle(page);
  check(`${what}: and shown again`, (await count()).rows === before.rows);
  const frontier = await page.evaluate(() => {
    const { topologies } = JSON.parse(document.getElementById('report-data').textContent);
    return [topologies.filter((one) => one.pareto).length, topologies.length];
  });
  const button = page.getByRole('button', { name: 'Pareto frontier' });
  if (frontier[0] < frontier[1]) {
    await button.click();
    await settle(page);
    check(`${what}: the frontier alone`, (await count()).rows === frontier[0]);
  } else check(`${what}: a frontier of all needs no button`, (await button.count()) === 0);
  for (const box of await page.locator('#choice input').all()) await box.uncheck();
  await settle(page);
  check(`${what}: none at all is no error`, (await count()).rows === 0);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await settle(page);
  const parts = page.locator('#chart-attribution .tools button[aria-pressed]');
  const bars = () => page.evaluate(() => window.reportCharts[4].getOption().series.length);
  const all = await bars();
  await parts.first().click();
  await settle(page);
  check(`${what}: a cause can be hidden`, (await bars()) === all - 1 && (await parts.first().getAttribute('aria-pressed')) === 'false');
  await parts.first().click();
  await page.locator('#chart-attribution select').selectOption('1');
  await settle(page);
  check(`${what}: causes in minutes`, /min/.test(await page.locator('#chart-attribution .live svg').textContent()));
  await page.locator('#chart-cost-availability select').selectOption('1');
  await settle(page);
  check(`${what}: cost with failure has an axis of its own`, /with failure/.test(await page.locator('#chart-cost-availability .live svg').textContent()));
}

async function ledger(what, page) {
  const table = page.locator('table.ledger').first();
  const column = (index) => table.evaluate((element, at) => [...element.tBodies[0].rows].map((row) => row.cells[at].dataset.order || ''), index);
  const heading = table.getByRole('button', { name: 'Share of what was lost' });
  await heading.click();
  const down = (await column(5)).filter((value) => value !== '').map(Number);
  await heading.click();
  const up = (await column(5)).filter((value) => value !== '').map(Number);
  const rises = (values) => values.every((value, index) => index === 0 || values[index - 1] <= value);
  check(`${what}: the ledger sorts both ways`, down.length > 1 && rises([...down].reverse()) && rises(up), { down, up });
  check(`${what}: what has no source is marked`, (await table.locator('.assumed').count()) > 0);
  const first = await table.locator('tbody').textContent();
  const select = page.locator('#ledger-topology');
  if (await select.isVisible()) {
    await select.selectOption('0');
    const other = await table.locator('tbody').textContent();
    check(`${what}: the ledger of another topology`, other !== first || page.url().includes('one'));
  }
}

async function gates(what, page) {
  const seen = await page.evaluate(() => {
    const section = document.getElementById('gates');
    const colour = (name) => getComputedStyle(section.querySelector(`.gate-${name}`)).color;
    return {
      verdict: section.querySelector('p.verdict').textContent, words: [...section.querySelectorAll('.mark')].map((mark) => mark.textContent),
      linked: document.querySelector('nav a[href="#gates"]') !== null, colours: new Set(['met', 'unmet', 'open'].map(colour)).size,
      first: section.compareDocumentPosition(document.getElementById('comparison')) === Node.DOCUMENT_POSITION_FOLLOWING,
    };
  });
  check(`${what}: verdicts of gates are shown first, each in its colour`, /missed/.test(seen.verdict) && seen.words.join() === 'met,missed,undecided,better' && seen.linked && seen.colours === 3 && seen.first, seen);
}

// The page of a played scenario: the same parts, with a curve for each topology that holds its value from step to step.
async function injected(browser) {
  const charts = ['success', 'journey-1', 'journey-2'];
  for (const name of ['injected', 'injected-hostile'].filter((one) => existsSync(join(pages, `${one}.html`)))) {
    check(`${name}: less than 3 MB`, statSync(join(pages, `${name}.html`)).size < LARGEST);
    const wide = await open(browser, name);
    await drawn(name, wide.page, charts);
    await hover(name, wide.page, charts);
    await keyboard(name, wide.page, charts);
    const curves = () => wide.page.evaluate(() => window.reportCharts[0].getOption().series.filter((one) => one.type === 'line'));
    const all = await curves();
    check(`${name}: steps, not slopes`, all.length > 0 && all.every((one) => one.step === 'end'), all.length);
    const rows = () => wide.page.evaluate(() => [...document.querySelectorAll('#chart-success .behind tbody tr')].filter((row) => !row.hidden).length);
    const before = await rows();
    await wide.page.locator('#choice input').first().uncheck();
    await settle(wide.page);
    check(`${name}: a topology can be hidden`, (await curves()).length === all.length - 1 && (await rows()) < before, [before, await rows()]);
    await wide.page.locator('#choice input').first().check();
    await wide.page.locator('#chart-success').getByRole('button', { name: 'Zoom in' }).click();
    await settle(wide.page);
    const zoomed = await wide.page.evaluate(() => window.reportCharts[0].getOption().dataZoom[0]);
    check(`${name}: zooms in`, zoomed.end - zoomed.start < 60, zoomed);
    await wide.page.locator('#chart-success').getByRole('button', { name: 'Show all' }).click();
    const inert = await wide.page.evaluate(() => ({
      elements: document.querySelectorAll('img, iframe, object, embed, b, link').length, scripts: document.scripts.length,
      handlers: [...document.querySelectorAll('*')].filter((element) => [...element.attributes].some((attribute) => attribute.name.startsWith('on'))).length,
    }));
    check(`${name}: names are inert`, inert.elements === 0 && inert.scripts === 3 && inert.handlers === 0, inert);
    check(`${name}: no overflow`, (await overflow(wide.page)) <= 0);
    await accessible(name, wide.page);
    await shoot(wide.page, name);
    await quiet(name, wide);
    await wide.page.emulateMedia({ media: 'print' });
    const print = await wide.page.evaluate(() => ({
      live: [...document.querySelectorAll('.live')].filter((one) => one.checkVisibility()).length,
      still: [...document.querySelectorAll('figure .picture svg')].filter((one) => one.checkVisibility()).length,
      empty: [...document.querySelectorAll('figure')].filter((one) => one.checkVisibility() && !one.querySelector('.picture')).length,
    }));
    check(`${name}: prints still pictures, each once`, print.live === 0 && print.still === charts.length && print.empty === 0, print);
    await wide.context.close();
    const dark = await open(browser, name, { colorScheme: 'dark', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    check(`${name}, narrow and dark: no overflow`, (await overflow(dark.page)) <= 0, await overflow(dark.page));
    const night = await inks(dark.page);
    check(`${name}, narrow and dark: words in charts stand out`, night.least >= 4.5, night.least);
    await accessible(`${name}, narrow and dark`, dark.page);
    await shoot(dark.page, `${name}-narrow`);
    await quiet(`${name}, narrow and dark`, dark);
    await dark.context.close();
    const plain = await open(browser, name, { javaScriptEnabled: false });
    const seen = await plain.page.locator('figure .picture svg:visible').count();
    const hidden = await plain.page.locator('.tools:visible, .live:visible, #choice:visible, #chart-success:visible').count();
    check(`${name}, without scripts: still pictures and nothing empty`, seen === charts.length && hidden === 0, { seen, hidden });
    await plain.context.close();
  }
}

async function main() {
  const started = Date.now();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: ARGS });
  try {
    for (const name of ['seven', 'one', 'zero', 'hostile', 'long', 'real'].filter((one) => existsSync(join(pages, `${one}.html`)))) {
      check(`${name}: less than 3 MB`, statSync(join(pages, `${name}.html`)).size < LARGEST, statSync(join(pages, `${name}.html`)).size);
    }
    const seven = await open(browser, 'seven');
    await drawn('seven', seven.page, CHARTS);
    const light = await inks(seven.page);
    check('light: words in charts stand out', light.words > 20 && light.least >= 4.5, light.least);
    await shoot(seven.page, 'light');
    await accessible('light', seven.page);
    await hover('seven', seven.page);
    await keyboard('seven', seven.page);
    await zoom('seven', seven.page);
    await choice('seven', seven.page);
    await ledger('seven', seven.page);
    await gates('seven', seven.page);
    check('seven: no overflow', (await overflow(seven.page)) <= 0);
    await quiet('seven', seven);
    // Dark comes and goes while the page is open.
    await seven.page.emulateMedia({ colorScheme: 'dark' });
    await settle(seven.page);
    const switched = await inks(seven.page);
    check('dark: charts follow at once', switched.paper !== light.paper && switched.marks !== light.marks && switched.least >= 4.5, switched);
    await seven.page.emulateMedia({ media: 'print', colorScheme: 'light' });
    const print = await seven.page.evaluate(() => ({
      live: [...document.querySelectorAll('.live')].filter((one) => one.checkVisibility()).length,
      still: [...document.querySelectorAll('figure .picture svg')].filter((one) => one.checkVisibility()).length,
    }));
    check('print: still pictures in place of the interactive ones', print.live === 0 && print.still >= CHARTS.length, print);
    await seven.page.emulateMedia({ media: null });
    const pdf = await seven.page.pdf({ path: shots ? join(shots, 'print.pdf') : undefined, format: 'A4', printBackground: true, tagged: true, outline: true });
    const text = pdf.toString('latin1');
    check('print: a PDF of some pages', text.startsWith('%PDF') && (text.match(/\/Type\s*\/Page\b/g) || []).length >= 5, pdf.length);
    const sections = ['Comparison', 'Charts', 'Each topology', 'Differences', 'Assumptions and sources', 'What the answer rests on', 'How it was made'];
    const lacking = sections.filter((section) => !text.includes(`/Title (${section})`));
    check('print: all sections', lacking.length === 0, lacking);
    await seven.context.close();

    const dark = await open(browser, 'seven', { colorScheme: 'dark' });
    const night = await inks(dark.page);
    check('dark: words in charts stand out', night.least >= 4.5, night.least);
    await accessible('dark', dark.page);
    await shoot(dark.page, 'dark');
    await quiet('dark', dark);
    await dark.context.close();

    for (const name of ['seven', 'hostile', 'long', 'one', 'zero', 'real'].filter((one) => existsSync(join(pages, `${one}.html`)))) {
      const narrow = await open(browser, name, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
      check(`${name}, narrow: no overflow`, (await overflow(narrow.page)) <= 0, await overflow(narrow.page));
      const small = await narrow.page.evaluate(() => [...document.querySelectorAll('.live svg text')].filter((text) => text.getBoundingClientRect().width > 0 && parseFloat(getComputedStyle(text).fontSize) < 11).length);
      check(`${name}, narrow: words are not tiny`, small === 0, small);
      if (['seven', 'long', 'real'].includes(name)) await shoot(narrow.page, `narrow-${name}`);
      await quiet(`${name}, narrow`, narrow);
      await narrow.context.close();
    }

    for (const name of ['hostile', 'long']) {
      const hostile = await open(browser, name);
      await drawn(name, hostile.page, CHARTS);
      await hover(name, hostile.page);
      const inert = await hostile.page.evaluate(() => ({
        elements: document.querySelectorAll('img, iframe, object, embed, b, link').length, scripts: document.scripts.length,
        handlers: [...document.querySelectorAll('*')].filter((element) => [...element.attributes].some((attribute) => attribute.name.startsWith('on'))).length,
        braces: document.body.textContent.includes('{{7*7}}'), turned: /[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent),
      }));
      check(`${name}: names are inert`, inert.elements === 0 && inert.scripts === 3 && inert.handlers === 0 && inert.braces && !inert.turned, inert);
      check(`${name}: no overflow`, (await overflow(hostile.page)) <= 0, await overflow(hostile.page));
      await shoot(hostile.page, name);
      await quiet(name, hostile);
      await hostile.context.close();
    }

    for (const name of ['one', 'zero', 'real'].filter((one) => existsSync(join(pages, `${one}.html`)))) {
      const other = await open(browser, name);
      await accessible(name, other.page);
      await shoot(other.page, name);
      await quiet(name, other);
      await other.context.close();
    }

    await injected(browser);

    const plain = await open(browser, 'seven', { javaScriptEnabled: false });
    const visible = await plain.page.locator('figure .picture svg').evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().width > 200).length).catch(() => -1);
    const rows = await plain.page.locator('.behind summary').count();
    const tools = await plain.page.locator('.tools:not(#ledger-choice):visible, .live:visible, #choice:visible').count();
    check('without scripts: the same charts, still', visible >= CHARTS.length && tools === 0 && rows >= CHARTS.length, { visible, tools, rows });
    await plain.page.locator('#chart-downtime .behind summary').click();
    check('without scripts: tables open', await plain.page.locator('#chart-downtime .behind tbody tr').first().isVisible());
    check('without scripts: no complaint', plain.complaints.length === 0 && plain.requests.length === 1, [plain.complaints, plain.requests]);
    await shoot(plain.page, 'no-script');
    await plain.context.close();
  } finally {
    await browser.close();
  }
  console.log(`${passed} passed, ${failures.length} failed (${((Date.now() - started) / 1000).toFixed(0)} s)`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error);
  console.log(`${passed} passed, ${failures.length + 1} failed`);
  process.exitCode = 1;
});
