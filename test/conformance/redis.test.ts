// The recorded behaviour of the original on Redis: the storage changes nothing of it.
import RedisMock from 'ioredis-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisStorage } from '../../src/storage/redis/redis-storage.js';
import type { RedisStorageOptions } from '../../src/storage/redis/options.js';
import { describeWithRedis, type RedisProcess, startRedis } from '../redis-server.js';
import { DEVIATIONS, RECORDINGS } from './recordings.js';
import { readCorpus, type Scenario } from './runner/corpus.js';
import { readDeviations } from './runner/deviations.js';
import type { PlayOptions } from './runner/observation.js';
import { judgeScenario } from './runner/verdict.js';

const { scenarios } = readCorpus([RECORDINGS]);
const deviations = readDeviations(DEVIATIONS);
const files = [...new Set(scenarios.map(({ file }) => file))];

/** Of these, one scenario in so many is played in memory, where each script takes a hundred times as long. */
const SAMPLE = 8;

let opened = 0;

/** Plays each scenario on a queue of its own, and closes what it opened. */
async function complaintsOf(
  chosen: readonly Scenario[],
  server: RedisStorageOptions,
  options: PlayOptions = {},
): Promise<string> {
  const complaints: string[] = [];
  for (const scenario of chosen) {
    const storages: RedisStorage[] = [];
    const storage = (): RedisStorage => {
      opened += 1;
      storages.push(new RedisStorage({ ...server, name: `scenario ${opened}` }));
      return storages.at(-1)!;
    };
    const verdict = await judgeScenario(scenario, deviations, { ...options, storage });
    complaints.push(...verdict.complaints.map((line) => `${scenario.id}: ${line}`));
    for (const one of storages) await one.close();
  }
  return complaints.join('\n');
}

describeWithRedis('on a Redis server', () => {
  let server: RedisProcess;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.stop());

  it.each(files)(
    '%s',
    async (file) => {
      const chosen = scenarios.filter((scenario) => scenario.file === file);
      const address = { host: '127.0.0.1', port: server.port };
      expect(await complaintsOf(chosen, address)).toBe('');
      expect(await complaintsOf(chosen, address, { settleWithNext: true })).toBe('');
    },
    60_000,
  );
});

describe('on a Redis server in memory', () => {
  it('comes to the same', async () => {
    const chosen = scenarios.filter((_, index) => index % SAMPLE === 0);
    expect(await complaintsOf(chosen, { connection: new RedisMock({ host: 'conformance' }) })).toBe('');
  }, 120_000);
});
