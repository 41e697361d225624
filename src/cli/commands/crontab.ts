// huey crontab: a schedule, before it is deployed. Needs no app.
import { type Command, integerOption, newCommand, Option } from '../command-line.js';
import type { Host } from '../host.js';
import { writeJson } from '../listing.js';
import { writeTable } from '../table.js';
import { fromNow, reading, stamp } from '../when.js';
import type { Schedule } from '../../model/schedule.js';
import { instantMs } from '../../time.js';

/** Declares the command and the one under it. */
export function configure(command: Command, host: Host): void {
  command.usage("next '0 3 * * *' [options]");
  const next = newCommand('next', host)
    .description('List the next times at which a cron string fires.')
    .argument('<cron>', "five fields, as in '0 3 * * *', or a name such as @daily; quote it")
    .addOption(new Option('-c, --count <count>', 'how many').argParser(integerOption(1)).default(5))
    .option('-z, --time-zone <zone>', 'the zone whose clocks it follows, as Europe/Berlin', 'UTC')
    .option('--after <instant>', 'start there instead of now, as 2026-03-08T00:00Z')
    .option('--json', 'write JSON, for programs to read')
    .action((expression: string, options: Options) => list(expression, options, host));
  command.addCommand(next);
}

interface Options {
  readonly count: number;
  readonly timeZone: string;
  readonly after?: string;
  readonly json?: true;
}

async function list(expression: string, options: Options, { stdout, runtime }: Host): Promise<void> {
  const { cron } = await import('../../model/cron.js');
  const { timeZone, after, json, count } = options;
  const schedule = cron(expression, { timeZone });
  const now = runtime.clock.now();
  const times = firings(schedule, after === undefined ? now : instantMs('after', after), count);
  if (json)
    return writeJson(
      stdout,
      times.map((at) => new Date(at).toISOString()),
    );
  if (times.length === 0) return stdout.write(`${expression} never fires\n`);
  const isUtc = timeZone === 'UTC';
  writeTable(
    stdout,
    [isUtc ? 'utc' : timeZone, isUtc ? '' : 'utc', 'from now'],
    times.map((at) => [isUtc ? stamp(at) : reading(at, timeZone), isUtc ? '' : stamp(at), fromNow(at, now)]),
  );
}

function firings(schedule: Schedule, after: number, count: number): number[] {
  const times: number[] = [];
  for (let at = schedule.next(after); at !== undefined && times.length < count; at = schedule.next(at))
    times.push(at);
  return times;
}
