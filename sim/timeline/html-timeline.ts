// The timeline as one HTML page that needs nothing else: no network, no other file. It is drawn in full by what is here; the
// script only adds zoom, search and details. A content security policy keeps it from loading or sending anything.
import { integer } from '../../src/check.js';
import { formatDuration } from '../../src/time.js';
import { EVENT_FIELDS, type TraceEvent } from '../trace/trace-event.js';
import { htmlJson, htmlText } from './html-text.js';
import { naturalOrder } from './natural-order.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import { AXIS_STEPS, axisTicks } from './time-axis.js';
import type { Stretch } from './stretch.js';
import type { Lane, Mark, Timeline } from './timeline.js';
import { toneOf } from './tone.js';

/** What `htmlTimeline` takes beside the timeline. */
export interface HtmlTimelineOptions {
  /** What the page is called. Default `huey-ts simulation`. */
  readonly title?: string;
  /** How many events are drawn: the latest, as a browser gets slow with too many. Default 10,000. */
  readonly maxEvents?: number;
}

/** What concerns a node as a whole for some time, and is shown behind all of its lanes. */
const SHADES: ReadonlySet<string> = new Set(['down', 'pause', 'partition']);

/** The colours of tasks, as hues from blue to magenta: red, amber and green say how something went. */
const COOL = 190;
const COOL_RANGE = 130;
/** Multiples of it, less whole numbers, keep apart however many there are. */
const GOLDEN_RATIO = 0.618034;

/** Draws a timeline as a page. All names and details are escaped. */
export function htmlTimeline(timeline: Timeline, options: HtmlTimelineOptions = {}): string {
  const { title = 'huey-ts simulation' } = options;
  const shown = limited(timeline, integer('maxEvents', options.maxEvents, 10_000, 1));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${htmlText(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${pageHeader(timeline, shown, title)}
${tools()}
<div class="pane" tabindex="0" role="region" aria-label="Timeline"><div class="chart">
<div class="axis"><div class="name">virtual time</div><div class="track">${axis(shown)}</div></div>
${nodes(shown)}
</div></div>
<div class="below">${eventList(shown)}${card()}</div>
<script type="application/json" id="data">${pageData(shown)}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function limited(timeline: Timeline, most: number): Timeline {
  const { events, stretches, marks } = timeline;
  if (events.length <= most) return timeline;
  const latest = events.slice(-most);
  const { index: first, at: from } = latest[0]!;
  return {
    ...timeline,
    from: Math.min(from, timeline.to - 1),
    events: latest,
    // What began before is drawn as far as it reaches in.
    stretches: stretches.filter(
      ({ event, last }) => event.index >= first || (last?.index ?? Infinity) >= first,
    ),
    marks: marks.filter(({ event }) => event.index >= first),
  };
}

function pageHeader(
  { events: all, header, from, to }: Timeline,
  { events }: Timeline,
  title: string,
): string {
  const about: [string, string][] = [
    ['seed', String(header.seed)],
    ['storage', header.storage],
    ['start', new Date(header.start).toISOString()],
    ['shown', `+${formatDuration(from - header.start)} to +${formatDuration(to - header.start)}`],
    [
      'events',
      events.length === all.length ? String(all.length) : `the last ${events.length} of ${all.length}`,
    ],
    ['hash', all.at(-1)?.hash ?? 'none'],
    ['version', header.package],
  ];
  return `<header><h1>${htmlText(title)}</h1>${definitions(about)}</header>`;
}

function definitions(entries: readonly (readonly [string, string])[]): string {
  return `<dl>${entries.map(([name, text]) => `<div><dt>${name}</dt><dd>${htmlText(text)}</dd></div>`).join('')}</dl>`;
}

function key(kinds: string, text: string): string {
  return `<span class="${kinds}"><i></i>${text}</span>`;
}

function tools(): string {
  return `<div class="tools">
<input type="search" id="search" placeholder="Search tasks, signals, actors" aria-label="Search">
<span><button id="out" title="-">Zoom out</button> <button id="in" title="+">Zoom in</button> <button id="all" title="0">All</button></span>
<label><input type="checkbox" id="calls" checked>storage calls</label>
<span class="legend">${key('good', 'well')}${key('warn', 'put off or skipped')}${key('bad', 'failed')}${key('plain', 'enqueued')}${key('plain command', 'command')}${key('bad fault', 'fault')}${key('quiet note', 'note')}</span>
</div>`;
}

function card(): string {
  return `<aside class="card" aria-live="polite"><p>Point at anything, or walk along with <kbd>&larr;</kbd> <kbd>&rarr;</kbd>. Zoom with <kbd>+</kbd>
<kbd>-</kbd> <kbd>0</kbd> or the wheel and <kbd>Ctrl</kbd>, search with <kbd>/</kbd>, leave with <kbd>Esc</kbd>.</p></aside>`;
}

function axis({ header, from, to }: Timeline): string {
  const [first, last] = [from - header.start, to - header.start];
  return axisTicks(first, last, 12)
    .map(
      (tick) =>
        `<span class="tick" style="left:${percent(tick - first, last - first)}">+${formatDuration(tick)}</span>`,
    )
    .join('');
}

type Hues = ReadonlyMap<string, number>;

/** A hue for each name, by its place among them: close names get colours that differ. */
function huesOf({ stretches }: Timeline): Hues {
  const names = [...new Set(stretches.map(nameOf))].sort(naturalOrder);
  return new Map(
    names.map((name, index) => [name, Math.round(COOL + ((index * GOLDEN_RATIO) % 1) * COOL_RANGE)]),
  );
}

function nameOf({ event, op }: Stretch): string {
  return event.name ?? event.task ?? op;
}

function nodes(timeline: Timeline): string {
  const hues = huesOf(timeline);
  const names = [...new Set(timeline.lanes.map(({ node }) => node))];
  return names
    .map((node) => {
      const own = timeline.lanes.flatMap((lane, index) =>
        lane.node === node ? [[lane, index] as const] : [],
      );
      const shades = timeline.stretches.filter(
        (stretch) => isShade(stretch) && timeline.lanes[stretch.lane]!.node === node,
      );
      const bare = own[0]![0].label === '' ? '' : laneRow('lane whole bare', node, 1, '');
      const drawn = own.map(([lane, index]) => drawnLane(timeline, lane, index, hues)).join('');
      return `<div class="node"><div class="shades">${shades.map((shade) => shadeOf(shade, timeline)).join('')}</div>${bare}${drawn}</div>`;
    })
    .join('\n');
}

function drawnLane(timeline: Timeline, { node, label, rows }: Lane, index: number, hues: Hues): string {
  const bars = timeline.stretches.filter((stretch) => stretch.lane === index && !isShade(stretch));
  const marks = timeline.marks.filter((mark) => mark.lane === index);
  const bare = bars.length === 0 ? ' bare' : '';
  const drawn = bars.map((bar) => barOf(bar, timeline, hues)).join('') + marksOf(marks, timeline);
  return laneRow(`lane ${label === '' ? 'whole' : 'actor'}${bare}`, label === '' ? node : label, rows, drawn);
}

function laneRow(kind: string, label: string, rows: number, drawn: string): string {
  const name = htmlText(label);
  return `<div class="${kind}"><div class="name" title="${name}">${name}</div><div class="track" style="--rows:${rows}">${drawn}</div></div>`;
}

function isShade({ op, event }: Stretch): boolean {
  return SHADES.has(op) && event.actor === undefined;
}

function shadeOf(stretch: Stretch, timeline: Timeline): string {
  return `<div class="shade ${stretch.op}" style="${extent(stretch, timeline)}"></div>`;
}

function barOf(stretch: Stretch, timeline: Timeline, hues: Hues): string {
  const { call, op, end, failed, event, row } = stretch;
  const kind = call ? 'call' : op === 'execution' ? 'execution' : op === 'lock-wait' ? 'lock-wait' : 'other';
  const edge = stretch.to > timeline.to ? 'open' : end;
  const classes = ['bar', kind, edge, ...(failed ? ['failed'] : [])].join(' ');
  const name = nameOf(stretch);
  const lasted = formatDuration(stretch.to - stretch.from);
  const style = `${extent(stretch, timeline)};--hue:${hues.get(name) ?? COOL};--row:${row}`;
  const about = `data-lasted="${lasted}" data-end="${ending(stretch)}"`;
  return `<button class="${classes}" style="${style}" ${about} ${attributes(event)}>${call ? '' : htmlText(name)}</button>`;
}

function ending({ end, failed, last }: Stretch): string {
  const how = { ended: failed ? 'failed' : 'ended', cut: 'cut off', open: 'still going on' }[end];
  return htmlText([how, last?.detail].filter((part) => part !== undefined).join(': '));
}

function marksOf(marks: readonly Mark[], { from, to }: Timeline): string {
  let before: Mark | undefined;
  let nth = 0;
  return marks
    .map((mark) => {
      nth = before?.at === mark.at ? nth + 1 : 0;
      before = mark;
      const { event, tone } = mark;
      const style = `left:${percent(mark.at - from, to - from)}${nth > 0 ? `;--nth:${nth}` : ''}`;
      return `<button class="mark ${event.kind} ${tone}" style="${style}" ${attributes(event)}><i></i></button>`;
    })
    .join('');
}

function attributes({
  index,
  kind,
  op = '',
  task,
  name = '',
  actor,
  node = '',
  detail = '',
}: TraceEvent): string {
  const label = [kind === 'signal' || kind === 'begin' ? op : `${kind} ${op}`, name, task]
    .filter(Boolean)
    .join(' ');
  const words = [label, actor ?? node, detail.slice(0, 200)].join(' ').toLowerCase();
  const owner = task === undefined ? '' : ` data-task="${htmlText(task)}"`;
  return `data-event="${index}"${owner} data-words="${htmlText(words)}" aria-label="${htmlText(label)}"`;
}

function extent(stretch: Stretch, { from, to }: Timeline): string {
  const [first, last] = [Math.max(from, stretch.from), Math.min(to, stretch.to)];
  return `left:${percent(first - from, to - from)};width:${percent(last - first, to - from)}`;
}

/** To a ten-thousandth of a percent: at the largest zoom that is less than a pixel. */
function percent(part: number, whole: number): string {
  return `${Number(((part / whole) * 100).toFixed(4))}%`;
}

function eventList({ events, header }: Timeline): string {
  const rows = events.map((event) => {
    const { index, at, node, actor, kind, op, task, name, detail } = event;
    const cells = [`+${formatDuration(at - header.start)}`, actor ?? node, kind, op, name, task, detail];
    const [time, who, ...rest] = cells.map((cell) => htmlText(cell ?? ''));
    const others = rest.map((cell, column) =>
      column === 1 ? `<td class="tone ${toneOf(event)}">${cell}</td>` : `<td>${cell}</td>`,
    );
    return `<tr data-event="${index}"><td>${index}</td><td>${time}</td><td>${who}</td>${others.join('')}</tr>`;
  });
  const heads = ['', 'time', 'actor', 'kind', 'what', 'task', 'id', 'detail']
    .map((head) => `<th>${head}</th>`)
    .join('');
  return `<section class="events"><h2>Events</h2><table><thead><tr>${heads}</tr></thead><tbody>${rows.join('\n')}</tbody></table></section>`;
}

/** Events as lists, in the order of the fields: half the size of objects. */
function pageData({ events, header, from, to }: Timeline): string {
  const lists = events.map((event) =>
    EVENT_FIELDS.map((field) => (field === 'at' ? event.at - header.start : (event[field] ?? null))),
  );
  return htmlJson({
    steps: AXIS_STEPS,
    from: from - header.start,
    to: to - header.start,
    fields: EVENT_FIELDS,
    events: lists,
  });
}
