// huey inspect: a queue at a glance.
import type { Definition } from '../../engine/registry.js';
import { type App, withApp } from '../app.js';
import type { Command } from '../command-line.js';
import type { Host } from '../host.js';
import { argumentsOf, recordOf, writeJson } from '../listing.js';
import { takeApp, takeJson } from '../options.js';
import { writeTable } from '../table.js';
import { fromNow, stamp } from '../when.js';

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  takeJson(takeApp(command)).action((name: string, options: { readonly json?: true }) =>
    withApp(name, host, async (app) => {
      const sight = await look(app);
      if (options.json) writeJson(host.stdout, documentOf(app, sight));
      else draw(app, sight, host);
    }),
  );
}

type Sight = Awaited<ReturnType<typeof look>>;

async function look({ engine }: App) {
  const { storage } = engine;
  const now = engine.now();
  const [pending, scheduled, held, dead, keys, locks, first] = await Promise.all([
    storage.pendingCount(),
    storage.scheduledCount(),
    storage.held(now),
    storage.dead(),
    storage.keys(now),
    storage.locks(now),
    storage.scheduled(1),
  ]);
  const running = held.filter(({ count }) => count > 0);
  const revoked = keys.filter((key) => key.startsWith('revoked:') || key.startsWith('revoked-task:'));
  const nextDueAt = first[0]?.dueAt;
  return {
    now,
    pending,
    scheduled,
    nextDueAt,
    running,
    dead: dead.length,
    results: keys.length - revoked.length,
    revoked: revoked.length,
    locks,
  };
}

function documentOf(app: App, sight: Sight): unknown {
  const { engine } = app;
  const { now, nextDueAt, running, ...counts } = sight;
  return {
    name: engine.options.name,
    storage: engine.storage.constructor.name,
    ...counts,
    nextDueAt: isoOf(nextDueAt),
    running: running.map(({ item, count }) => ({ ...recordOf(app, item), deliveries: count })),
    tasks: definitionsOf(app).map(({ name, schedule }) => ({
      name,
      ...(schedule && { schedule: String(schedule), next: isoOf(schedule.next(now)) }),
    })),
  };
}

function draw(app: App, sight: Sight, { stdout }: Host): void {
  const { engine, shown } = app;
  const { now, nextDueAt } = sight;
  stdout.write(`${engine.options.name} on ${engine.storage.constructor.name} (${shown})\n\n`);
  const due = nextDueAt === undefined ? '' : `next ${fromNow(nextDueAt, now)}`;
  writeTable(
    stdout,
    ['what', 'count', ''],
    [
      ['pending', String(sight.pending), ''],
      ['scheduled', String(sight.scheduled), due],
      ['running', String(sight.running.length), ''],
      ['dead', String(sight.dead), sight.dead === 0 ? '' : 'see huey dead list'],
      ['results', String(sight.results), ''],
      ['revoked', String(sight.revoked), ''],
      ['locks held', String(sight.locks.length), sight.locks.join(', ')],
    ],
  );
  if (sight.running.length > 0) stdout.write('\n');
  writeTable(
    stdout,
    ['running', 'task', 'deliveries', 'arguments'],
    sight.running.map(({ item, count }) => [item.id, item.task, String(count), argumentsOf(app, item)]),
  );
  stdout.write('\n');
  writeTable(
    stdout,
    ['task', 'schedule', 'next', ''],
    definitionsOf(app).map(({ name, schedule }) => {
      const at = schedule?.next(now);
      if (schedule === undefined) return [name, '', '', ''];
      return [
        name,
        String(schedule),
        at === undefined ? 'never' : stamp(at),
        at === undefined ? '' : fromNow(at, now),
      ];
    }),
  );
}

function definitionsOf({ engine }: App): Definition[] {
  return engine.registry.names().map((name) => engine.registry.get(name));
}

function isoOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
