// Tasks become text and text becomes tasks. The golden messages are what users have in their storages: a text that
// changes here strands them, so a new version reads the old ones and writes new ones beside them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../../fixtures/golden/messages.json' with { type: 'json' };
import {
  args,
  chord,
  type HueyOptions,
  jsonSerializer,
  kwargs,
  MemoryHuey,
  RetryTask,
  SerializationError,
  type Serializer,
  SignedSerializer,
  type Work,
} from 'huey-ts';
import { HandWorker } from '../hand-worker.js';
import { Codec } from '../../src/engine/codec.js';
import { engineOf } from '../../src/huey.js';
import type { QueueItem } from '../../src/storage/storage.js';
import { manualRuntime, START } from '../manual-runtime.js';

const LIMIT = 64 * 1024 * 1024;
const KEY = 'sixteen bytes at least';

function setup(options: HueyOptions = {}) {
  const huey = new MemoryHuey({ runtime: manualRuntime(), ...options });
  const engine = engineOf(huey);
  const worker = new HandWorker(engine, { lease: 'lease' });
  return {
    huey,
    engine,
    add: huey.task('add', (a: number, b: number) => a + b),
    work: huey.task('work', (...values: unknown[]): unknown => values.length),
    note: huey.task('note', (...values: unknown[]): unknown => values.length),
    async enqueue(work: Work) {
      await huey.enqueue(work);
    },
    /** Runs so many of the queued tasks. */
    async run(count: number) {
      for (let task = 0; task < count; task += 1) await worker.tick(START);
      await worker.flush();
    },
    /** The texts in the queue, then those in the schedule. */
    async texts() {
      const scheduled = await huey.storage.scheduled();
      const items = [...(await huey.storage.pending()), ...scheduled.map(({ item }) => item)];
      return items.map(({ data }) => data);
    },
  };
}

function item(data: string): QueueItem {
  return { id: 'a', task: 'work', priority: 0, data, enqueuedAt: START };
}

function codec(serializer: Serializer = jsonSerializer, maxBytes = LIMIT): Codec {
  return new Codec(serializer, maxBytes);
}

function refusal(read: () => unknown): SerializationError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationError);
    return error as SerializationError;
  }
  throw new Error('expected the text to be refused');
}

type Setup = ReturnType<typeof setup>;

/** What is enqueued, and perhaps run, before the storage is looked at. */
const MESSAGES: ReadonlyMap<string, (made: Setup) => Promise<void>> = new Map<
  string,
  (made: Setup) => Promise<void>
>([
  ['a call', ({ enqueue, add }) => enqueue(add.s(1, 2))],
  [
    'every option of a call',
    async ({ work }) => {
      const values = { priority: 5, retries: 3, retryDelay: '10s', retryBackoff: 1.5, timeout: '30s' };
      await work.with({ ...values, expires: '1h', id: 'mine' })('x');
    },
  ],
  [
    'for later, with an instant to expire at',
    async ({ work }) =>
      void (await work.schedule([], { delay: '10s', expires: new Date(START + 60_000), priority: -1 })),
  ],
  ['named arguments', ({ enqueue, work }) => enqueue(work.s('x', kwargs({ to: 'a@example.org' })))],
  [
    'rich arguments',
    ({ enqueue, work }) =>
      enqueue(work.s(new Date(START), new Set([1n]), { $: 1 }, undefined, 'tab\tand\nline')),
  ],
  ['infinitely many retries', async ({ work }) => void (await work.with({ retries: Infinity })())],
  [
    'a pipeline',
    ({ enqueue, add }) =>
      enqueue(
        add
          .s(1, 2)
          .pipe(add, 3)
          .pipe(add.with({ retries: 2 }), 4),
      ),
  ],
  [
    'the rest of a pipeline',
    async ({ enqueue, run, add }) => {
      await enqueue(add.s(1, 2).pipe(add, 3).pipe(add, 4));
      await run(1);
    },
  ],
  ['a handler', ({ enqueue, add, note }) => enqueue(add.s(1, 2).error(note, 'add').pipe(add, 3))],
  [
    'a handler that is a pipeline, guarded by another',
    ({ enqueue, add, note, work }) =>
      enqueue(add.s(1, 2).error(note.s('first').pipe(work)).error(note, 'second')),
  ],
  [
    'a chord',
    ({ enqueue, add, work }) => enqueue(chord([add.s(1, 2), add.s(3, 4).pipe(add, 5)], work, 'sum')),
  ],
  [
    'the callback of a chord, with what follows it',
    async ({ huey, enqueue, run, add, work }) => {
      const revoked = add.s(5, 6);
      await huey.revokeById(revoked.id);
      await enqueue(chord([add.s(1, 2), revoked, add.s(3, 4)], work, 'sum').pipe(work));
      await run(3);
    },
  ],
  [
    'a chord within a chord',
    ({ enqueue, add, work }) => enqueue(chord([chord([add.s(1, 2)], work), add.s(3, 4)], work)),
  ],
  [
    'a retry',
    async ({ huey, run }) => {
      const fail = huey.task('fail', { retries: 2, retryDelay: '10s', retryBackoff: 2 }, () => {
        throw new Error('no');
      });
      await fail();
      await run(1);
    },
  ],
  [
    'a retry that was asked for, without losing the rest of the pipeline',
    async ({ huey, enqueue, run, add }) => {
      const ask = huey.task('ask', (): number => {
        throw new RetryTask('later', { delay: '1m' });
      });
      await enqueue(ask.s().pipe(add, 1));
      await run(1);
    },
  ],
  [
    'several arguments passed on',
    async ({ huey, enqueue, run, work }) => {
      const pair = huey.task('pair', () => args(1, 2));
      const named = huey.task('named', () => kwargs({ size: 3 }));
      await enqueue(pair.s().pipe(work, 0));
      await enqueue(named.s().pipe(work, 0));
      await run(2);
    },
  ],
]);

const texts: Readonly<Record<string, readonly string[]>> = golden;

describe('the golden messages', () => {
  it('are all written by something', () => {
    expect(Object.keys(texts)).toEqual([...MESSAGES.keys()]);
  });

  it.each([...MESSAGES])('%s', async (name, enqueue) => {
    const made = setup();
    await enqueue(made);
    const lines = (await made.texts()).flatMap((text) => text.split('\n'));
    expect(lines).toEqual(texts[name]);
  });

  it.each(Object.entries(texts))('%s is read, and written again the same', (_, lines) => {
    const { engine } = setup();
    for (const line of lines.filter((line) => !line.includes('\t'))) {
      const { task } = engine.codec.decode(item(line));
      expect(engine.codec.encode({ head: task, next: [] }, START).data).toBe(line);
    }
  });
});

describe('unknown keys', () => {
  const text =
    '{"tenant":"acme","v":1,"id":"a","task":"work","args":[],"retries":1,"onError":[{"v":1,"id":"h","task":"note","args":[],"hue":7}]}';
  const stage = '{"hue":9,"v":1,"id":"b","task":"work","args":[]}';

  it.each([
    ['a failure', true, [{ tenant: 'acme' }, undefined, { hue: 7 }]],
    ['a success', false, [{ hue: 9 }]],
  ])('travel on after %s: on the retry, the handler, and the stages', async (_, fails, extras) => {
    const { huey, run } = setup();
    huey.task('flaky', () => {
      if (fails) throw new Error('no');
      return null;
    });
    const message = item(`${text.replace('"work"', '"flaky"')}\n${stage}`);
    await huey.storage.turn({
      settled: [{ effects: [{ kind: 'enqueue', item: message }] }],
      take: 0,
      lease: '',
      now: START,
    });
    await run(1);
    const { codec } = engineOf(huey);
    const chains = (await huey.storage.pending()).map((one) => codec.decodeChain(one));
    const tasks = chains.flatMap(({ head, next }) => [head, ...next]);
    const found = tasks.map(({ extra }) => extra);
    expect(found).toEqual(expect.arrayContaining(extras.filter((extra) => extra !== undefined)));
  });
});

describe('laziness', () => {
  function counting() {
    const seen: string[] = [];
    const serializer: Serializer = {
      serialize: (value) => jsonSerializer.serialize(value),
      deserialize: (text) => {
        seen.push(text);
        return jsonSerializer.deserialize(text);
      },
    };
    return { seen, made: setup({ serializer }) };
  }

  it('parses a stage when its turn has come, and not before', async () => {
    const { seen, made } = counting();
    await made.enqueue(made.add.s(1, 2).pipe(made.add, 3).pipe(made.add, 4));
    await made.run(1);
    expect(seen.some((text) => text.includes('"args":[4]'))).toBe(false);
    await made.run(1);
    expect(seen.some((text) => text.includes('"args":[4]'))).toBe(true);
  });

  it('lets a stage run although a later one is broken', async () => {
    const { huey, run } = setup();
    const log: unknown[] = [];
    huey.signal((signal, task) => log.push([signal, task.id]));
    const line = (id: string): string =>
      JSON.stringify({ v: 1, id, task: 'add', args: [1, 2].slice(id === 'a' ? 0 : 1) });
    const message = item(`${line('a')}\n${line('b')}\n{"v":1`);
    await huey.storage.turn({
      settled: [{ effects: [{ kind: 'enqueue', item: message }] }],
      take: 0,
      lease: '',
      now: START,
    });
    await run(2);
    expect(log).toEqual([
      ['executing', 'a'],
      ['complete', 'a'],
      ['enqueued', 'b'],
      ['executing', 'b'],
      ['error', 'b'],
    ]);
    await expect(huey.result('b')).rejects.toMatchObject({ metadata: { error: { fault: 'malformed' } } });
  });

  it('gives every reading arguments of its own', async () => {
    const { engine, work } = setup();
    const [head] = work.s({ items: [] }).stages;
    const encoded = engine.codec.encode({ head: head!, next: [] }, START);
    const [first, second] = [engine.codec.decode(encoded), engine.codec.decode(encoded)];
    expect(first.task.args).toEqual(second.task.args);
    expect(first.task.args[0]).not.toBe(second.task.args[0]);
  });
});

describe('separators', () => {
  it.each(['\t', '\n', '\r\n', '\0', '\u2028', 'error\t{}', '\ud800'])(
    'in arguments (%j) are only text',
    (text) => {
      const { engine, work } = setup();
      const [head] = work.s(text, { [text]: text }).stages;
      const { data } = engine.codec.encode({ head: head!, next: [head!] }, START);
      expect(data.split('\n')).toHaveLength(2);
      expect(data).not.toMatch(/[\t\0]/);
      const { head: read, next } = engine.codec.decodeChain(item(data));
      expect(read.args).toEqual([text, { [text]: text }]);
      expect(next).toEqual([read]);
    },
  );

  it.each(['\t', '\n', '\0'])('are refused from a serializer of your own: %j', async (separator) => {
    const serializer: Serializer = {
      serialize: (value) => `${JSON.stringify(value)}${separator}`,
      deserialize: JSON.parse,
    };
    const { huey, work } = setup({ serializer });
    const refused = expect(work(1)).rejects;
    await refused.toMatchObject({ fault: 'unserializable' });
    await refused.toThrow('expected the serializer to return text without TAB, line break or NUL');
    expect(await huey.pendingCount()).toBe(0);
  });

  it('are not the only thing expected of a serializer', async () => {
    const serializer = { serialize: () => Buffer.from('1'), deserialize: () => 1 } as unknown as Serializer;
    const { work } = setup({ serializer });
    await expect(work(1)).rejects.toThrow('got an instance of Buffer');
  });
});

describe('size', () => {
  const words = 'pass a reference to the data instead, or raise maxMessageBytes';

  it.each([
    ['letters', 'x', 1],
    ['letters of two bytes', 'é', 2],
    ['letters of three bytes', '日', 3],
    ['letters of four bytes', '😀', 4],
  ])('is counted in bytes: %s', (_, letter, bytes) => {
    const text = codec().encodeValue(letter.repeat(100));
    const size = Buffer.byteLength(text);
    expect(size - Buffer.byteLength(codec().encodeValue(''))).toBe(100 * bytes);
    const exactly = codec(jsonSerializer, size);
    expect(exactly.decodeValue(exactly.encodeValue(letter.repeat(100)))).toBe(letter.repeat(100));
    const tooSmall = codec(jsonSerializer, size - 1);
    for (const read of [() => tooSmall.encodeValue(letter.repeat(100)), () => tooSmall.decodeValue(text)]) {
      const error = refusal(read);
      expect(error.fault).toBe('too-large');
      expect(error.message).toContain(`at most ${size - 1} bytes, got ${size}; ${words}`);
    }
  });

  it('of a whole pipeline counts when it is enqueued', async () => {
    const { huey, add } = setup({ maxMessageBytes: 300 });
    const pipeline = add.s(1, 2);
    for (let stage = 0; stage < 10; stage += 1) pipeline.pipe(add.s(stage, stage) as never);
    await expect(huey.enqueue(pipeline)).rejects.toThrow('expected task add to take at most 300 bytes');
    expect(await huey.pendingCount()).toBe(0);
  });

  it('of a message counts when it is read', () => {
    const error = refusal(() => codec(jsonSerializer, 10).decode(item('{"v":1,"id":"a"}')));
    expect(error.fault).toBe('too-large');
    expect(error.message).toContain('expected message a to take at most 10 bytes, got 16');
  });
});

describe('a message that is none', () => {
  it.each<[string, string, string]>([
    ['', 'malformed', 'expected JSON, got a text that starts with ""'],
    ['work', 'malformed', 'expected JSON'],
    ['{"v":1', 'malformed', 'expected JSON'],
    ['null', 'malformed', 'to be an object, got null'],
    ['[1]', 'malformed', 'to be an object'],
    ['{"v":1,"id":"a","task":"work"}', 'malformed', '`args`'],
    ['{"v":2,"id":"a","task":"work","args":[]}', 'future-version', 'upgrade huey-ts'],
    ['{"v":1,"id":"a","task":"work","args":[]}\t{', 'malformed', 'expected JSON'],
    ['{"v":1,"id":"a","task":"work","args":[{"$":"Class"}]}', 'malformed', '"$" to be one of'],
    ['\n{"v":1,"id":"a","task":"work","args":[]}', 'malformed', 'expected JSON'],
    ['\u0080\u0004\u0095pickle', 'malformed', 'uses the same serializer'],
  ])('is refused: %j', (text, fault, words) => {
    const error = refusal(() => codec().decode(item(text)));
    expect(error.fault).toBe(fault);
    expect(error.message).toContain(words);
  });

  it('is refused in no other way, whatever it is', () => {
    const line = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.values(texts).flat()),
    );
    const joined = fc
      .array(line, { minLength: 1, maxLength: 4 })
      .chain((lines) => fc.constantFrom('\n', '\t').map((separator) => lines.join(separator)));
    fc.assert(
      fc.property(joined, fc.nat(), fc.string({ maxLength: 1 }), (text, at, damage) => {
        const damaged =
          text.slice(0, at % (text.length + 1)) + damage + text.slice((at % (text.length + 1)) + 1);
        for (const data of [text, damaged]) {
          try {
            const { head } = codec().decodeChain(item(data));
            expect(typeof head.id).toBe('string');
          } catch (error) {
            expect(error).toBeInstanceOf(SerializationError);
          }
        }
      }),
      { seed: 20260101, numRuns: 1000 },
    );
  });

  it('is refused if somebody else signed it, or nobody', () => {
    const signed = codec(new SignedSerializer(jsonSerializer, { keys: [KEY] }));
    const forged = codec(new SignedSerializer(jsonSerializer, { keys: ['another key of some length'] }));
    const chain = {
      head: { id: 'a', name: 'work', args: [], retries: 0, retryDelayMs: 0, retryBackoff: 1, attempt: 0 },
      next: [],
    };
    const { data } = signed.encode(chain, START);
    expect(signed.decode(item(data)).task).toEqual(chain.head);
    for (const text of [
      forged.encode(chain, START).data,
      codec().encode(chain, START).data,
      data.replace('work', 'wark'),
    ]) {
      expect(refusal(() => signed.decode(item(text))).fault).toBe('tampered');
    }
  });

  it('is refused in a later stage as well, when its turn comes', () => {
    const signed = codec(new SignedSerializer(jsonSerializer, { keys: [KEY] }));
    const chain = {
      head: { id: 'a', name: 'work', args: [], retries: 0, retryDelayMs: 0, retryBackoff: 1, attempt: 0 },
      next: [],
    };
    const { data } = signed.encode(chain, START);
    const { rest } = signed.decode(item(`${data}\n${codec().encode(chain, START).data}`));
    expect(refusal(() => signed.nextStage(rest!)).fault).toBe('tampered');
  });
});
