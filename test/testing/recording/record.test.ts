import { PassThrough } from 'node:stream';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chord, Huey, MemoryHuey, MemoryStorage } from 'huey-ts';
import {
  drain,
  readRecording,
  record,
  type RecordOptions,
  replayRecording,
  withCapture,
  withSimulation,
} from 'huey-ts/testing';
import { manualRuntime } from '../../manual-runtime.js';
import { temporaryFolder } from '../../storage/temporary-folder.js';

function setup() {
  const runtime = manualRuntime();
  const huey = new MemoryHuey({ name: 'shop', runtime });
  const login = huey.task('login', (user: { name: string; password: string }, code: number) => {
    if (code < 0) throw new Error(`no code ${code}`);
    return { token: `${user.name}-${code}`, ok: true };
  });
  return { huey, runtime, login };
}

/** A sink that keeps what it is given. */
function memory() {
  let text = '';
  return { sink: { write: (more: string) => void (text += more) }, text: () => text };
}

async function recorded(options: Omit<RecordOptions, 'to'>, code = 7): Promise<string> {
  const { huey, login } = setup();
  const { sink, text } = memory();
  const recording = record(huey, { to: sink, ...options });
  await login({ name: 'ada', password: 'secret' }, code);
  await drain(huey);
  await recording.close();
  return text();
}

describe('a recording', () => {
  it('goes to a file, to a stream, which it leaves open, and to what takes text', async () => {
    const path = join(temporaryFolder(), 'shop.jsonl');
    const stream = new PassThrough();
    const { huey, login } = setup();
    const { sink, text } = memory();
    {
      await using one = record(huey, { to: path });
      await using two = record(huey, { to: stream });
      await using three = record(huey, { to: sink });
      await login({ name: 'ada', password: 'secret' }, 7);
      await drain(huey);
      expect([one.state, two.state, three.state]).toEqual(['open', 'open', 'open']);
    }
    const file = await readFile(path, 'utf8');
    expect(
      file.split('\n').map((line) => (line === '' ? '' : (JSON.parse(line) as { kind?: string }).kind)),
    ).toEqual([undefined, 'enqueued', 'signal', 'signal', 'result', 'signal', 'end', '']);
    expect([String(stream.read()), text()]).toEqual([file, file]);
    expect(stream.writableEnded).toBe(false);
    expect(readRecording(file).events[0]).toEqual({
      kind: 'enqueued',
      at: Date.UTC(2026, 0, 1),
      work: [
        { chain: [{ v: 1, id: 'task-1', task: 'login', args: [{ name: 'ada', password: 'secret' }, 7] }] },
      ],
    });
  });

  it('leaves the Huey as it was', async () => {
    const { huey, login } = setup();
    const { storage } = huey;
    const recording = record(huey, { to: memory().sink });
    expect(huey.storage).not.toBe(storage);
    await recording.close();
    await recording.close();
    expect(huey.storage).toBe(storage);
    await login({ name: 'ada', password: 'secret' }, 7);
    expect([recording.state, recording.lines, recording.dropped, recording.error]).toEqual([
      'closed',
      2,
      0,
      undefined,
    ]);
    expect(recording.bytes).toBeGreaterThan(100);
  });

  it('is of one mode only, and of a storage that answers later as well', async () => {
    const { huey, login } = setup();
    const { sink, text } = memory();
    await withCapture(huey, async () => {
      await using _recording = record(huey, { to: sink });
      await login({ name: 'ada', password: 'secret' }, 1);
      await drain(huey);
    });
    await login({ name: 'bob', password: 'secret' }, 2);
    await drain(huey);
    expect(text()).toContain('"ada"');
    expect(text()).not.toContain('"bob"');

    class Later extends MemoryStorage {
      override turn(...args: Parameters<MemoryStorage['turn']>): never {
        return Promise.resolve().then(() => super.turn(...args)) as never;
      }
    }
    const far = new Huey({ storage: new Later() });
    const child = far.task('child', (n: number) => n);
    const parent = far.task('parent', async () => void (await child(1)));
    const second = memory();
    const recording = record(far, { to: second.sink });
    await parent();
    await drain(far);
    await recording.close();
    const [, , , , made] = second
      .text()
      .split('\n')
      .map((line) => (line === '' ? {} : (JSON.parse(line) as object)));
    expect(made).toMatchObject({
      kind: 'enqueued',
      by: { attempt: 0 },
      work: [{ chain: [{ task: 'child' }] }],
    });
    expect((await replayRecording(second.text(), far)).divergence).toBeUndefined();
  });

  it('refuses what it cannot record', async () => {
    const { huey } = setup();
    const { sink } = memory();
    expect(() => record(huey, { to: 7 as never })).toThrow('expected `to` to be the path of a file');
    expect(() => record(huey, { to: sink, maxBytes: 3 })).toThrow(
      '`maxBytes` to be an integer of at least 1024',
    );
    expect(() => record(huey, { to: sink, redact: { paths: { '*': ['arg[0]'] } } })).toThrow(
      'expected `redact` to be paths such as `args[0].password`',
    );
    expect(() => record(huey, { to: sink, consumer: {} as never })).toThrow(
      'expected `consumer` to be a consumer',
    );
    const threads = { options: { workerType: 'thread' } } as never;
    expect(() => record(huey, { to: sink, consumer: threads })).toThrow(
      'one whose tasks run in this process',
    );
    await withSimulation(huey, () => {
      expect(() => record(huey, { to: sink })).toThrow('start the simulation with `trace: true` instead');
    });
  });
});

describe('redaction', () => {
  it('replaces what paths lead to, and says so in the header', async () => {
    const paths = { '*': ['args[0].password'], login: ['result.token'], other: ['args'] };
    const text = await recorded({ redact: { paths } });
    expect(text).not.toContain('secret');
    expect(text).not.toContain('ada-7');
    const { header, events } = readRecording(text);
    expect(header.redacted).toEqual({ paths, function: false });
    expect(events[0]).toMatchObject({
      redacted: true,
      work: [{ chain: [{ args: [{ name: 'ada', password: '[redacted]' }, 7] }] }],
    });
    expect(events[3]).toMatchObject({ redacted: true, value: { token: '[redacted]', ok: true } });
    const { divergence, notes } = await replayRecording(text, setup().huey);
    expect([divergence?.text, notes]).toEqual([undefined, ['what was redacted was not compared']]);
  });

  it('replaces what a function returns something else for, with which a replay runs', async () => {
    const text = await recorded(
      {
        redact: ({ part, value }) => {
          if (part === 'args') return [{ name: 'someone', password: 'x' }, -1];
          return part === 'error' ? 'Error: some code' : value;
        },
      },
      -12,
    );
    expect(text).not.toContain('secret');
    expect(text).not.toContain('-12');
    expect(readRecording(text).header.redacted).toEqual({ paths: {}, function: true });
    const { divergence } = await replayRecording(text, setup().huey);
    expect(divergence?.text).toBeUndefined();
  });

  it('of all arguments leaves one that says so, for a replay to run with', async () => {
    const text = await recorded({ redact: { paths: { login: ['args', 'result'] } } });
    expect(readRecording(text).events[0]).toMatchObject({ work: [{ chain: [{ args: ['[redacted]'] }] }] });
    const huey = new MemoryHuey();
    huey.task('login', () => ({ token: 'new' }));
    expect((await replayRecording(text, huey)).divergence?.text).toBeUndefined();
  });

  it('lets nothing through that it is to replace, wherever it stands', async () => {
    const SECRET = 'hunter2';
    const huey = new MemoryHuey({ runtime: manualRuntime() });
    const hash = huey.task('hash', (text: string) => ({ [text]: text }));
    const join = huey.task('join', (values: object) => values);
    const note = huey.task('note', (what: string, error: unknown) => [what, String(error)]);
    const fail = huey.task('fail', { retries: 1 }, (text: string) => {
      throw new Error(`no ${text}`);
    });
    const parent = huey.task('parent', async (text: string) => void (await hash(text)));
    const { sink, text } = memory();
    const recording = record(huey, {
      to: sink,
      redact: ({ part, value }) => (part === 'args' ? (value as unknown[]).map(() => 'x') : 'x'),
    });
    await huey.enqueue(hash.s(SECRET).pipe(join));
    await huey.enqueue(chord([hash.s(SECRET), hash.s(SECRET)], join));
    await huey.enqueue(fail.s(SECRET).error(note, SECRET));
    await parent(SECRET);
    await drain(huey);
    await recording.close();
    expect(text()).not.toContain(SECRET);
    expect(text().split('\n').length).toBeGreaterThan(30);
  });

  it('leaves out what cannot be redacted', async () => {
    const text = await recorded({
      redact: () => {
        throw new Error('secret');
      },
    });
    expect(text).not.toContain('secret');
    const { notes } = await replayRecording(text, setup().huey);
    expect(notes).toContain('login task-1 was not recorded: Error');
  });
});

describe('a sink', () => {
  it('that fails ends the recording, with a line in the log, and hurts nobody', async () => {
    for (const to of [
      { write: () => Promise.reject(new Error('disk full')) },
      {
        write: () => {
          throw new Error('disk full');
        },
      },
      new PassThrough({ write: (_chunk, _encoding, done) => done(new Error('disk full')) }),
      join(temporaryFolder(), 'missing', 'shop.jsonl'),
    ]) {
      const { huey, runtime, login } = setup();
      const { storage } = huey;
      const recording = record(huey, { to });
      const result = await login({ name: 'ada', password: 'secret' }, 7);
      await drain(huey);
      expect(await result.get()).toEqual({ token: 'ada-7', ok: true });
      await recording.close();
      expect([recording.state, huey.storage === storage]).toEqual(['failed', true]);
      expect(runtime.logs).toMatchObject([{ level: 'warn', message: 'recording failed' }]);
      expect(String(recording.error)).toMatch(/disk full|ENOENT/);
    }
  });

  it('that is slow loses lines, which are counted, and nothing but lines', async () => {
    const { huey, login } = setup();
    let text = '';
    let release = (): void => {};
    const sink = {
      write: (more: string) => {
        text += more;
        return new Promise<void>((resolve) => (release = resolve));
      },
    };
    const recording = record(huey, { to: sink, maxPendingBytes: 1024 });
    for (let code = 0; code < 10; code += 1) await login({ name: 'ada', password: 'secret' }, code);
    await drain(huey);
    expect(recording.dropped).toBeGreaterThan(10);
    const { dropped } = recording;
    const closed = recording.close();
    for (let turn = 0; turn < 5; turn += 1) {
      release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    const gaps = readRecording(text).events.flatMap((event) => (event.kind === 'gap' ? [event.dropped] : []));
    expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBe(dropped);
    const { notes, divergence } = await replayRecording(text, setup().huey);
    expect([divergence, notes[0]]).toEqual([
      undefined,
      expect.stringMatching(/^\d+ lines are missing from 2026/),
    ]);
  });

  it('that never answers keeps closing for some seconds only', async () => {
    const { huey, runtime } = setup();
    const recording = record(huey, { to: { write: () => new Promise(() => {}) } });
    await runtime.clock.advance(0);
    const closed = recording.close();
    await runtime.clock.advance(5000);
    await closed;
    expect([recording.state, String(recording.error)]).toEqual([
      'failed',
      'Error: the sink did not take what was left within 5s',
    ]);
  });

  it('is given so much and no more', async () => {
    const { huey, login } = setup();
    const { storage } = huey;
    const { sink, text } = memory();
    const recording = record(huey, { to: sink, maxBytes: 1500 });
    for (let code = 0; code < 20; code += 1) await login({ name: 'ada', password: 'secret' }, code);
    expect([recording.state, huey.storage === storage]).toEqual(['full', true]);
    await recording.close();
    expect(recording.state).toBe('full');
    expect(text().length).toBeLessThanOrEqual(1500);
    const { notes } = await replayRecording(text(), setup().huey);
    expect(notes).toEqual(['the recording ended when it was full']);
  });
});
