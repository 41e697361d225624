// Time, timers, chance, identity, the process and the console come in through src/runtime.ts and nowhere else.
import { describe, expect, it } from 'vitest';
import { readFiles } from '../files.js';
import { cells } from '../table.js';
import { ambientUses } from './ambient-use.js';

/** The doors: which file, or folder, may use what. */
const DOORS: readonly [start: string, name: string][] = [
  ['src/runtime.ts', ''],
  ['sim/strict/stand-ins.ts', ''],
  ['src/cli/host.ts', 'process'],
  ['src/worker.ts', 'process'],
];

describe('ambient time, chance, identity and output', () => {
  it('are used in src/runtime.ts alone', () => {
    const uses = ambientUses(readFiles(['src', 'sim'], '.ts'));
    const refused = uses.filter(
      ({ file, name }) =>
        !DOORS.some(([start, allowed]) => file.startsWith(start) && name.startsWith(allowed)),
    );
    const complaints = refused.map(
      ({ file, line, name }) => `${file}:${line} uses ${name}; take it from the Runtime`,
    );
    expect(complaints.join('\n')).toBe('');
  });

  it('are indeed used there, so that the search is known to find them', () => {
    const names = ambientUses(readFiles(['src'], 'runtime.ts')).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Date.now', 'performance', 'setTimeout', 'Math.random', 'process']),
    );
  });
});

describe('the search for ambient uses', () => {
  const planted = cells(`
    Date.now()                                               | Date.now
    const now = Date.now;                                    | Date.now
    globalThis.Date.now()                                    | Date.now
    Date['now']()                                            | Date.now
    (globalThis as any).Date!.now()                          | Date.now
    const { now } = Date;                                    | Date.now
    const { now: read } = globalThis.Date;                   | Date.now
    const D = Date;                                          | Date under another name
    new Date()                                               | new Date()
    new globalThis.Date                                      | new Date()
    Date()                                                   | Date()
    Math.random()                                            | Math.random
    const m = Math;                                          | Math under another name
    performance.now()                                        | performance
    const { performance } = globalThis;                      | performance
    setTimeout(() => {}, 1)                                  | setTimeout
    const timers = { setTimeout };                           | setTimeout
    const timers = { set: setInterval };                     | setInterval
    const later = useFake ? fake : setImmediate;             | setImmediate
    global.clearTimeout(1)                                   | clearTimeout
    queueMicrotask(run)                                      | queueMicrotask
    AbortSignal.timeout(5)                                   | AbortSignal.timeout
    process.nextTick(run)                                    | process
    const { env } = process;                                 | process
    console.log(1)                                           | console
    crypto.randomUUID()                                      | crypto.randomUUID
    import { randomBytes as bytes } from 'node:crypto';      | crypto.randomBytes
    import * as crypto from 'node:crypto';                   | all of node:crypto
    const g = globalThis;                                    | globalThis as a value
    keys(globalThis)                                         | globalThis as a value
    globalThis[name]()                                       | globalThis as a value
    declare const setTimeout: Function; setTimeout(run);     | setTimeout
  `);

  it.each(planted)('finds the use in %s', (code, name) => {
    expect(namesIn(code)).toEqual([name]);
  });

  const innocent = cells(`
    new Date(0)
    new Date(ms).getTime()
    Date.parse(text) + Date.UTC(2026)
    value instanceof Date
    Math.max(1, 2)
    this.clock.setTimeout(run)
    const clock = { now: () => 1, setTimeout(run) {}, process: 1 };
    interface Clock { setTimeout(run: () => void): void }
    let handle: ReturnType<typeof setTimeout>;
    function tick(process: Task, console: Logger) { process.run(); console.log(1); }
    const { setTimeout } = clock; setTimeout(run);
    const { console: logger } = options;
    import { process } from './process.js'; process(1);
    import { createHmac } from 'node:crypto';
    crypto.subtle.digest('SHA-256', bytes)
    class Loop { #process() {} run() { this.#process(); } }
    globalThis.structuredClone(value)
    AbortSignal.any([a, b])
  `);

  it.each(innocent)('leaves alone %s', (code) => {
    expect(namesIn(code)).toEqual([]);
  });

  it('tells the file and the line', () => {
    const files = new Map([['src/a.ts', `\nexport const now = (): number =>\n  Date.now();`]]);
    expect(ambientUses(files)).toEqual([{ file: 'src/a.ts', line: 3, name: 'Date.now' }]);
  });
});

function namesIn(code: string): string[] {
  return ambientUses(new Map([['src/planted.ts', `${code}\nexport {};`]])).map(({ name }) => name);
}
