// What a consumer says of itself when it starts: huey's lines, and what one looks for when something is odd.
import { VERSION } from '../version.js';
import type { App } from './app.js';
import type { ConsumerFlags } from './consumer-flags.js';
import type { Host } from './host.js';
import type { Log } from './log.js';
import { localDate, localTime } from './log-record.js';
import { fromNow, stamp } from './when.js';

/** Writes the lines. */
export function writeBanner(app: App, flags: ConsumerFlags, log: Log, { pid, nodeVersion }: Host): void {
  const { engine } = app;
  const now = engine.now();
  const say = (message: string, fields?: Readonly<Record<string, unknown>>): void =>
    log.line('INFO', 'huey.consumer', message, fields === undefined ? {} : { fields });
  const { workers, workerType, schedulerInterval, periodic } = flags;
  say(
    `Huey consumer started with ${workers} ${workerType}, PID ${pid} at ${localDate(now)} ${localTime(now)}`,
    { version: VERSION, workers, workerType },
  );
  say(`huey-ts ${VERSION} on Node ${nodeVersion}; queue ${engine.options.name} on ${storageOf(app)}.`);
  say(`Scheduler runs every ${schedulerInterval / 1000} second(s).`);
  say(`Periodic tasks are ${periodic ? 'enabled' : 'disabled'}.`);
  const names = engine.registry.names();
  const lines = names.map((name) => `+ ${name}${timesOf(app, name, now)}`);
  say(['The following commands are available:', ...lines].join('\n'), { tasks: names });
  if (names.length === 0)
    log.line(
      'WARNING',
      'huey.consumer',
      `${app.shown} declares no task; import the modules that do from there.`,
    );
  if (!engine.storage.capabilities.shared)
    log.line(
      'WARNING',
      'huey.consumer',
      `${storageOf(app)} belongs to this process: only what is enqueued in here will run, and it ends with the process.`,
    );
}

function storageOf({ engine }: App): string {
  return engine.storage.constructor.name;
}

/** When a periodic task runs, and when next. */
function timesOf({ engine }: App, name: string, now: number): string {
  const { schedule } = engine.registry.get(name);
  if (schedule === undefined) return '';
  const at = schedule.next(now);
  return `, ${String(schedule)}, ${at === undefined ? 'never' : `next ${stamp(at)} (${fromNow(at, now)})`}`;
}
