// Every fault that we know of, against real consumers and a real server, under load: what was accepted ends, and what
// ran twice was delivered again. `npm run faults:redis` does it with 100,000 tasks.
import { expect, it } from 'vitest';
import { describeWithRedis } from '../redis-server.js';
import { Campaign, type Report } from './campaign.js';
import { FAULTS } from './faults.js';
import { accountOf, type Line } from './ledger.js';

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
      expect(report).toMatchObject({ lost: [], unexplained: [], uninvited: [], left: NOTHING_LEFT });
      expect(report.accepted).toBeGreaterThanOrEqual(TASKS);
      expect(report.struck).toEqual(faults.map(({ name }) => name));
      // Otherwise nothing was felt, and this shows nothing.
      expect(report.redelivered).toBeGreaterThan(0);
      expect(report.unknown).toBeGreaterThan(0);
      expect(report.refused).toBeGreaterThan(0);
    },
    60_000 + TASKS * 30,
  );
});

it('calls a run unexplained if its delivery was not counted', () => {
  const began: Line = { moment: 'began', number: 10, id: 'a', attempt: 0, count: 1 };
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

function counts({ lost, unexplained, uninvited, struck, ...rest }: Report) {
  return {
    ...rest,
    lost: lost.length,
    unexplained: unexplained.length,
    uninvited: uninvited.length,
    struck: struck.length,
  };
}

function say(what: string): void {
  if (process.env['HUEY_FAULT_TASKS'] !== undefined) process.stdout.write(`${what}\n`);
}
