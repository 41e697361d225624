// huey crontab next: when a schedule fires, by UTC and by the clocks of a zone.
import { describe, expect, it } from 'vitest';
import { setup } from '../fake-host.js';

describe('huey crontab next', () => {
  it('lists the next five times', async () => {
    const { call } = setup();
    expect((await call('crontab', 'next', '0 3 * * *')).lines).toEqual([
      'UTC                   FROM NOW',
      '2026-01-01 03:00:00Z  in 3h',
      '2026-01-02 03:00:00Z  in 1d 3h',
      '2026-01-03 03:00:00Z  in 2d 3h',
      '2026-01-04 03:00:00Z  in 3d 3h',
      '2026-01-05 03:00:00Z  in 4d 3h',
    ]);
  });

  it('shows what the clocks of a zone show, also in the night in which they change', async () => {
    const { call } = setup();
    const args = ['30 2 * * *', '-z', 'America/New_York', '--after', '2026-03-07T00:00Z', '--count', '3'];
    expect((await call('crontab', 'next', ...args)).lines).toEqual([
      'AMERICA/NEW_YORK                UTC                   FROM NOW',
      'Sat 2026-03-07 02:30 GMT-05:00  2026-03-07 07:30:00Z  in 65d 7h',
      'Sun 2026-03-08 03:00 GMT-04:00  2026-03-08 07:00:00Z  in 66d 7h',
      'Mon 2026-03-09 02:30 GMT-04:00  2026-03-09 06:30:00Z  in 67d 6h',
    ]);
  });

  it('writes instants for programs', async () => {
    const { json } = setup();
    expect(await json('crontab', 'next', '@daily', '-c', '2')).toEqual([
      '2026-01-02T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
    ]);
  });

  it.each([
    [['0 3 * *'], /^huey: expected `expression` to be a cron expression of 5 fields/],
    [['@daily', '-z', 'Mars/Base'], /^huey: expected `timeZone` to be .*"Mars\/Base"/],
    [['@daily', '-c', '0'], /^huey: expected -c, --count to be an integer of at least 1, got '0'/],
    [['@daily', '--after', 'noon'], /^huey: expected `after` to be an instant/],
    [[], /^huey: missing required argument 'cron'/],
  ])('refuses %j', async (args, failure) => {
    const { call } = setup();
    const outcome = await call('crontab', 'next', ...args);
    expect([outcome.code, outcome.lines]).toEqual([2, []]);
    expect(outcome.failure).toMatch(failure);
  });
});
