// The scenarios of this package under a fixed set of seeds, and the schedules that once failed. `huey sim sweep` runs
// as many seeds as there is time for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../sim/fixtures/scenarios.js';
import { replay } from '../../../sim/replay.js';
import { check } from '../../../sim/sweep/check.js';
import { ROOT } from '../../files.js';

/**
 * The paths that the fixed seeds reach together: if one is reached no more, they test less than they did. Of all marks only
 * `member reported again`, a chord's member that was retried from the dead letters, is too rare for them.
 */
const MARKS = `
  crash, restart, shutdown, pause, resume, partition, heal, skew, refused, lost-response,
  crashed idle, crashed while it held something, worker killed, model lost to clocks,
  recovered, put back into its place, settled in vain, executed again,
  delivered too often, dead letter retried, lost at most once, lost with an answer,
  retried, timed out, expired, next stage, chord complete, tick of another, result read,
  lock held by a task, lock refused, lock shared, lock left by a producer, rate limit refused,
  revoked, revoked once, revoked until, original skipped,
  told enqueued, told scheduled, told executing, told complete, told error, told retrying, told revoked,
  told expired, told canceled, told timeout, told locked, told rate-limited, told interrupted
`
  .trim()
  .split(/,\s*/);

const SEEDS = 60;

describe('the scenarios', () => {
  const covered = new Set<string>();

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'hold every invariant: %s',
    async (_, scenario) => {
      const report = await check(scenario, { seeds: SEEDS, twiceEvery: 10 });
      for (const mark of Object.keys(report.covered)) covered.add(mark);
      expect(report.runs).toBe(SEEDS);
    },
    60_000,
  );

  it('reach the rare paths', () => {
    expect(MARKS.filter((mark) => !covered.has(mark))).toEqual([]);
  });
});

interface Schedule {
  readonly sweep: string;
  readonly found: string;
}

describe('a schedule that once failed', () => {
  const folder = join(ROOT, 'fixtures', 'schedules');
  it.each(readdirSync(folder))('passes: %s', async (file) => {
    const json = readFileSync(join(folder, file), 'utf8');
    const { sweep, found } = JSON.parse(json) as Schedule;
    expect(found).not.toBe('');
    await replay(
      json,
      SCENARIOS.find(({ name }) => name === sweep)!,
    );
  });
});
