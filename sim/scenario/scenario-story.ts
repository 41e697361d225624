// A scenario as people read it: one line that sums it up, one for each command in the order of time, one for each
// preemption.
import { durationMs } from '../../src/time.js';
import type { Preemption } from '../choosers/preemption.js';
import type { Command, Scenario } from './scenario.js';

/** The lines: the summary first. */
export function storyOf(scenario: Scenario): string[] {
  const { commands, preemptions = [] } = scenario;
  const told = commands
    .map((command) => ({ command, atMs: durationMs('at', command.at ?? 0) }))
    .sort((a, b) => a.atMs - b.atMs);
  return [
    summaryOf(scenario),
    ...told.map(({ command, atMs }) => `${atMs}ms ${sentenceOf(command)}`),
    ...preemptions.map(preemptionOf),
  ];
}

function summaryOf({
  consumers,
  workers = 1,
  commands,
  network,
  preemptions,
  strategy = 'random',
}: Scenario): string {
  const nodes =
    typeof consumers === 'number' ? Array.from({ length: consumers }, () => ({ workers })) : consumers;
  const places = nodes?.reduce((sum, one) => sum + (one.workers ?? workers), 0);
  return [
    ...(nodes === undefined ? [] : [counted(nodes.length, 'consumer'), counted(places!, 'worker')]),
    counted(commands.length, 'command'),
    ...(network === undefined ? [] : [`network ${JSON.stringify(network)}`]),
    preemptions === undefined
      ? `strategy ${typeof strategy === 'string' ? strategy : strategy.kind}`
      : counted(preemptions.length, 'preemption'),
  ].join(', ');
}

function sentenceOf(command: Command): string {
  const { do: deed, at: _at, by = 'client', ...rest } = command;
  const words = Object.values(rest).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  return [by, deed, ...words].join(' ');
}

function preemptionOf({ kind = 'turn', actor, at, pick = 0 }: Preemption): string {
  if (kind === 'fault') return `mishap ${pick + 1} befalls ${actor} at its call ${at}`;
  return `${actor} waits at its contested turn ${at}, for candidate ${pick}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
