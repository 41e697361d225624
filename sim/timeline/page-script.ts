// What the HTML timeline does in the browser: zoom, search, details of what is chosen, the keyboard. The page is drawn
// without it; it never makes markup out of data.

/** The whole script. It reads its data from the element with the id `data`: the steps of the axis, the span, the events. */
export const PAGE_SCRIPT = `
'use strict';
(() => {
  const one = (selector) => document.querySelector(selector);
  const { steps, from, to, events, fields } = JSON.parse(one('#data').textContent);
  const [pane, chart, axis, card, search] = ['.pane', '.chart', '.axis .track', '.card', '#search'].map(one);
  const items = [...document.querySelectorAll('.bar, .mark')];
  const rows = new Map([...document.querySelectorAll('tr[data-event]')].map((row) => [row.dataset.event, row]));
  const texts = new Map([...rows].map(([index, row]) => [index, row.textContent.toLowerCase()]));
  items.sort((a, b) => a.dataset.event - b.dataset.event);
  let zoom = 1;
  let chosen;

  const units = [[86400000, 'd'], [3600000, 'h'], [60000, 'm']];
  const told = (ms) => {
    if (ms > 0 && ms < 1000) return ms + 'ms';
    let rest = ms;
    const parts = [];
    for (const [size, unit] of units) {
      const count = Math.floor(rest / size);
      if (count > 0) parts.push(count + unit);
      rest -= count * size;
    }
    if (rest > 0 || parts.length === 0) parts.push(rest / 1000 + 's');
    return parts.join(' ');
  };

  const drawAxis = () => {
    const span = to - from;
    const most = Math.max(2, Math.min(400, Math.floor(axis.clientWidth / 90)));
    const step = steps.find((size) => span / size <= most) ?? Math.ceil(span / most);
    axis.replaceChildren();
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const tick = document.createElement('span');
      tick.className = 'tick';
      tick.style.left = ((at - from) / span) * 100 + '%';
      tick.textContent = '+' + told(at);
      axis.append(tick);
    }
  };

  // By arithmetic: reading the layout of each bar would have it worked out anew for each.
  const bars = [...document.querySelectorAll('.bar:not(.call)')].map((bar) => [bar, Number.parseFloat(bar.style.width)]);
  const fitNames = () => {
    const scale = axis.clientWidth / 100;
    for (const [bar, width] of bars) bar.classList.toggle('tiny', width * scale < 26);
  };

  const setZoom = (wanted, middle = pane.clientWidth / 2) => {
    const next = Math.min(400, Math.max(1, wanted));
    const label = 170;
    const place = (pane.scrollLeft + middle - label) / zoom;
    zoom = next;
    // A custom property would have the style of everything below worked out anew.
    chart.style.width = 'calc((100% - 170px) * ' + zoom + ' + 170px)';
    pane.scrollLeft = place * zoom - middle + label;
    drawAxis();
    fitNames();
  };

  const choose = (item, scroll) => {
    for (const other of document.querySelectorAll('.kin')) other.classList.remove('kin');
    for (const row of document.querySelectorAll('tr[aria-selected]')) row.removeAttribute('aria-selected');
    chosen = item;
    if (item === undefined) return;
    const event = events[item.dataset.event - events[0][0]];
    if (event === undefined) return;
    const list = document.createElement('dl');
    const add = (name, text) => {
      const line = document.createElement('div');
      const [term, value] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      value.textContent = text;
      line.append(term, value);
      list.append(line);
    };
    fields.forEach((name, place) => {
      if (event[place] !== null) add(name, name === 'at' ? '+' + told(event[place]) : String(event[place]));
    });
    if (item.dataset.lasted) add('lasted', item.dataset.lasted);
    if (item.dataset.end) add('end', item.dataset.end);
    const title = document.createElement('h2');
    title.textContent = item.getAttribute('aria-label') ?? 'Event ' + event[0];
    card.replaceChildren(title, list);
    const task = item.dataset.task;
    if (task) for (const other of items) if (other.dataset.task === task) other.classList.add('kin');
    const row = rows.get(item.dataset.event);
    row?.setAttribute('aria-selected', 'true');
    if (scroll) item.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  const seek = () => {
    const wanted = search.value.trim().toLowerCase();
    chart.classList.toggle('seeking', wanted !== '');
    for (const item of items) item.classList.toggle('hit', wanted !== '' && item.dataset.words.includes(wanted));
    for (const [index, row] of rows) row.hidden = wanted !== '' && !texts.get(index).includes(wanted);
  };

  const step = (by) => {
    const shown = items.filter((item) => item.offsetParent !== null && (!chart.classList.contains('seeking') || item.classList.contains('hit')));
    const place = shown.indexOf(chosen);
    const next = shown[place === -1 ? 0 : Math.min(shown.length - 1, Math.max(0, place + by))];
    next?.focus();
  };

  chart.addEventListener('mouseover', ({ target }) => target.closest('.bar, .mark') && choose(target.closest('.bar, .mark')));
  chart.addEventListener('focusin', ({ target }) => target.matches('.bar, .mark') && choose(target, true));
  one('tbody').addEventListener('click', ({ target }) => {
    const row = target.closest('tr');
    const item = items.find(({ dataset }) => dataset.event === row?.dataset.event);
    if (item !== undefined) item.focus();
    else if (row !== null) choose(row);
  });
  search.addEventListener('input', seek);
  one('#calls').addEventListener('change', ({ target }) => chart.classList.toggle('nocalls', !target.checked));
  one('#in').addEventListener('click', () => setZoom(zoom * 2));
  one('#out').addEventListener('click', () => setZoom(zoom / 2));
  one('#all').addEventListener('click', () => setZoom(1));
  pane.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    setZoom(zoom * Math.exp(-event.deltaY / 200), event.clientX - pane.getBoundingClientRect().left);
  }, { passive: false });
  document.addEventListener('keydown', (event) => {
    if (event.target === search && event.key !== 'Escape') return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      '+': () => setZoom(zoom * 2), '=': () => setZoom(zoom * 2), '-': () => setZoom(zoom / 2), 0: () => setZoom(1),
      ArrowRight: () => step(1), ArrowLeft: () => step(-1), '/': () => search.focus(),
      Escape: () => { search.value = ''; search.blur(); seek(); choose(); },
    }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  addEventListener('resize', () => { drawAxis(); fitNames(); });
  drawAxis();
  fitNames();
})();
`;
