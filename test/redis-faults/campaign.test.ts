// Every fault that we know of, against real consumers and a real server, under load: what was accepted ends, and what
// ran twice was delivered again. `npm run faults:redis` does it with 100,000 tasks.
import { expect, it } from 'vitest';
import { describeWithRedis } from '../redis-server.js';
import { Campaign, type Report } from './campaign.js';
import { FAULTS } from './faults.js';
import { accountOf, type Line } from './ledger.js';
import { lockAccountOf } from './overlaps.js';

const TASKS = Number(process.env['HUEY_FAULT_TASKS'] ?? 1500);
/** So many tasks for each time that all faults strike. */
const TASKS_PER_ROUND = 10_000;

const NOTHING_LEFT = { pending: 0, scheduled: 0, held: 0, reports: 0, locks: 0, dead: 0 };

describeWithRedis('a queue on Redis, whatever happens', () => {
  it(
    `ends each of ${TASKS} tasks that it accepted, and runs none twice without saying so`,
    async () => {
      const rounds = Math.max(1, Math.floor(TASKS / TASKS_PER_ROUND));
      const faults = Array.from({ length: rounds }, () => FAULTS).flat();
      const report = await Campaign.play({ tasks: TASKS, faults, consumers: 2, onStep: say });
      say(JSON.stringify(counts(report)));
      expect(report).toMatchObject({
        lost: [],
        unexplained: [],
        uninvited: [],
        overlapping: [],
        left: NOTHING_LEFT,
      });
      expect(report.accepted).toBeGreaterThanOrEqual(TASKS);
      expect(report.struck).toEqual(faults.map(({ name }) => name));
      // Otherwise nothing was felt, and this shows nothing.
      expect(report.redelivered).toBeGreaterThan(0);
      expect(report.unknown).toBeGreaterThan(0);
      expect(report.refused).toBeGreaterThan(0);
      expect(report.holds).toBeGreaterThan(0);
    },
    60_000 + TASKS * 30,
  );
});

it('calls a run unexplained if its delivery was not counted', () => {
  const began: Line = line('began', 'a', 1, 0);
  const lines = [began, { ...began, count: 2 }, { ...began, attempt: 1 }, { ...began, id: 'b', count: 0 }];
  expect(accountOf([...lines, began])).toEqual({
    runs: 5,
    duplicated: 0,
    redelivered: 1,
    unexplained: ['b 0, delivery 0', 'a 0, delivery 1'],
  });
  const ended = { ...began, moment: 'ended' } as const;
  expect(accountOf([ended, ended]).duplicated).toBe(1);
});

it('calls two runs under one lock overlapping unless the first was delivered again', () => {
  const lockOf = (): string => 'lock';
  const a = [line('began', 'a', 1, 10), line('ended', 'a', 1, 20)];
  const early = line('began', 'b', 1, 15);
  expect(lockAccountOf([...a, line('began', 'b', 1, 20)], lockOf)).toEqual({
    holds: 2,
    overtaken: 0,
    overlapping: [],
  });
  expect(lockAccountOf([...a, early], lockOf).overlapping).toEqual(['lock: a 0, then b 0']);
  expect(lockAccountOf([...a, early, line('began', 'a', 2, 30)], lockOf)).toMatchObject({
    overtaken: 1,
    // The second, which never ended, was not delivered again.
    overlapping: ['lock: b 0, then a 0'],
  });
  expect(lockAccountOf([...a, early], () => undefined).holds).toBe(0);
});

function line(moment: Line['moment'], id: string, count: number, at: number): Line {
  return { moment, number: 10, id, attempt: 0, count, at, writer: 'one' };
}

function counts({ lost, overlapping, unexplained, uninvited, struck, ...rest }: Report) {
  return {
    ...rest,
    lost: lost.length,
    unexplained: unexplained.length,
    overlapping: overlapping.length,
    uninvited: uninvited.length,
    struck: struck.length,
  };
}

function say(what: string): void {
  if (process.env['HUEY_FAULT_TASKS'] !== undefined) process.stdout.write(`${what}\n`);
}
