// Silence of a server is noticed, by one timer for all that was asked; by a real server, connections and all, in
// redis-faults.test.ts.
import { describe, expect, it } from 'vitest';
import { Watchdog } from '../../src/storage/redis/watchdog.js';
import { ManualClock } from '../manual-runtime.js';
import { cells } from '../table.js';

function setup() {
  const clock = new ManualClock(0);
  const complaints: number[] = [];
  const watchdog = new Watchdog(clock, 1000, () => complaints.push(clock.now()));
  return { clock, complaints, watchdog };
}

describe('a watchdog that waits 1000 ms for an answer', () => {
  // Instants at which it is asked and answered, and at which it complains within 3 s.
  it.each(
    cells(`
      asked 0                                                  | 1000
      asked 0, answered 999                                    |
      asked 0, answered 10, asked 20, answered 30              |
      asked 0, answered 10, asked 20                           | 1250
      asked 0, asked 600, answered 900                         | 1750
      asked 0, asked 10, answered 990, answered 1240           |
      asked 100, asked 200, answered 300, asked 400            | 1350
      asked 0, answered 990, asked 995, answered 1990, asked 1995, answered 2900 |
      asked 0, answered 5, asked 2000                          | 3000
      asked 0, stopped 500                                     |
    `),
  )('%s: complains at %s', async (events, expected = '') => {
    const { clock, complaints, watchdog } = setup();
    for (const event of events.split(', ')) {
      const [what, at] = event.split(' ');
      await clock.advance(Number(at) - clock.now());
      if (what === 'asked') watchdog.ask();
      else if (what === 'answered') watchdog.answer();
      else watchdog.stop();
    }
    await clock.advance(3000 - clock.now());
    expect(complaints.join(' ')).toBe(expected);
  });

  it('sets one timer for any number of questions, and none when all are answered', async () => {
    const { clock, complaints, watchdog } = setup();
    for (let index = 0; index < 100; index += 1) watchdog.ask();
    expect(clock.timers).toBe(1);
    for (let index = 0; index < 100; index += 1) watchdog.answer();
    await clock.advance(250);
    expect([clock.timers, complaints]).toEqual([0, []]);
  });

  it('gives a process that was held up the time to read what has come', async () => {
    const { clock, complaints, watchdog } = setup();
    watchdog.ask();
    // One late timer, however late; the answer is read right after it.
    clock.set(60_000);
    await clock.advance(0);
    watchdog.answer();
    await clock.advance(5000);
    expect(complaints).toEqual([]);
  });
});
