// Who may import whom. A file belongs to the first row that names it or a start of its path; it may import the files
// of its own row, and those of the rows it lists (`type x`: by `import type` only). What no row allows is refused.
import { describe, expect, it } from 'vitest';
import { projectOptions } from '../compiler.js';
import { ENTRIES } from '../entries.js';
import { type Files, readFiles } from '../files.js';
import { cells } from '../table.js';
import { findCycles, type Import, readImports } from './import-graph.js';

const LAYERS = rows(`
  base       | src/errors.ts src/check.ts src/time.ts src/heap.ts src/thenable.ts src/version.ts src/watchers.ts |
  runtime    | src/runtime.ts            | base
  model      | src/model/                | base, type runtime
  port       | src/storage/storage.ts    | base, type model
  memory     | src/storage/memory        | base, type runtime, model, port
  black-hole | src/storage/black-hole.ts | base, type runtime, model, port
  file       | src/storage/file/         | base, runtime, model, port, memory
  redis-storage | src/storage/redis/     | base, runtime, model, port
  storage    | src/storage/              | base, type runtime, model, port
  engine     | src/engine/               | base, runtime, model, port
  consumer   | src/consumer/             | base, runtime, model, port, engine
  huey       | src/huey.ts               | base, runtime, model, port, engine, consumer, memory
  hueys      | src/memory-huey.ts src/black-hole-huey.ts src/file-huey.ts | base, model, port, memory, black-hole, file, huey
  redis      | src/redis-huey.ts src/redis.ts | base, model, port, redis-storage, huey
  sqlite     | src/sqlite-huey.ts src/sqlite.ts | base, model, port, storage, huey
  index      | src/index.ts              | base, runtime, model, port, engine, consumer, memory, black-hole, huey, hueys
  testing    | src/testing/              | base, runtime, model, port, engine, consumer, memory, huey, sim
  sim-cli    | sim/cli/                  | base, testing, sim, cli
  sim-kit    | sim/arbitraries/          | base, model, sim
  sim        | sim/                      | base, runtime, model, port, engine, consumer, memory, huey, hueys, index
  cli        | src/cli/                  | base, runtime, model, port, engine, consumer, huey
  worker     | src/worker.ts             | consumer, cli
  docs       | docs/                     | index, hueys, redis, testing, sim, sim-kit, sqlite
`);

// What does not belong to the project, and the files or folders that may import it: one file for each client library.
const OUTSIDE = new Map([
  ['commander', ['src/cli/command-line.ts']],
  ['cron-parser', ['src/model/cron.ts']],
  ['fast-check', ['sim/arbitraries/fast-check.ts']],
  ['ioredis', ['src/storage/redis/connection.ts']],
  ['node:assert/strict', ['src/testing/']],
  ['node:async_hooks', ['src/testing/scope.ts', 'src/testing/recording/origin.ts']],
  ['node:buffer', ['src/model/compressed-serializer.ts', 'src/storage/file/']],
  ['node:child_process', ['src/cli/host.ts', 'src/consumer/process-channel.ts']],
  [
    'node:crypto',
    [
      'src/runtime.ts',
      'sim/strict/stand-ins.ts',
      'src/model/signed-serializer.ts',
      'src/storage/redis/scripts/script.ts',
    ],
  ],
  ['node:fs', ['src/storage/file/file-system.ts', 'src/cli/', 'sim/cli/', 'src/testing/recording/sink.ts']],
  ['node:http', ['src/cli/health.ts']],
  [
    'node:module',
    [
      'sim/strict/stand-ins.ts',
      'src/storage/sqlite/better-sqlite3.ts',
      'src/storage/sqlite/node-sqlite.ts',
      'src/cli/',
      'src/consumer/child-entry.ts',
    ],
  ],
  ['node:os', ['src/storage/file/holder.ts']],
  [
    'node:path',
    ['src/storage/file/file-storage.ts', 'src/storage/file/file-system.ts', 'src/cli/', 'sim/cli/'],
  ],
  ['node:readline', ['src/cli/host.ts']],
  ['node:url', ['src/cli/app-module.ts', 'src/consumer/child-entry.ts']],
  ['node:util', ['src/model/', 'src/testing/', 'src/cli/']],
  ['node:worker_threads', ['src/storage/file/holder.ts', 'src/consumer/thread-channel.ts', 'src/worker.ts']],
  ['node:zlib', ['src/model/compressed-serializer.ts', 'src/storage/file/line.ts']],
]);

// Who imports what only running tells: the command line loads the module of an app.
const COMPUTED = ['src/cli/app-module.ts'];

describe('imports', () => {
  const files = readFiles(['src', 'sim', 'docs'], '.ts');
  const imports = readImports(files);

  it('have a row for every file', () => {
    expect([...files.keys()].filter((path) => layerOf(path) === undefined)).toEqual([]);
  });

  it('stay within the table', () => {
    expect(violations(files).join('\n')).toBe('');
  });

  it('form no circles', () => {
    expect(circles(files).join('\n')).toBe('');
  });

  it('keep each client library in one file, and each row of OUTSIDE in use', () => {
    const used = [...OUTSIDE].map(([name, allowed]) => [
      name,
      allowed.filter((start) => uses(imports, start, name)),
    ]);
    expect(Object.fromEntries(used)).toEqual(Object.fromEntries(OUTSIDE));
    const libraries = [...OUTSIDE].filter(([name]) => !name.startsWith('node:'));
    for (const [name, allowed] of libraries) expect(allowed, name).toEqual([expect.stringMatching(/\.ts$/)]);
  });

  it('of the package by its own name reach the same files for the compiler', () => {
    const { paths = {} } = projectOptions();
    expect(new Map(Object.entries(paths).map(([name, [path]]) => [name, path]))).toEqual(
      new Map([...ENTRIES].map(([name, path]) => [name, `./${path}`])),
    );
  });
});

describe('the checker of imports', () => {
  const planted = cells(`
    src/storage/memory.ts  | import { Heap } from '../heap.js';                   |
    src/model/task.ts      | import type { Runtime } from '../runtime.js';        |
    docs/examples/app.ts   | import { Huey } from 'huey-ts';                      |
    docs/examples/app.ts   | import { createGzip } from 'node:zlib';              |
    src/errors.ts          | import { A } from './model/task.js';                 | base may import no other layer
    src/model/task.ts      | import { type Runtime } from '../runtime.js';        | model may import runtime by \`import type\` only
    src/engine/codec.ts    | import { A } from '../storage/memory-queue.js';      | engine may import base, runtime, model, port
    src/storage/redis/a.ts | export type { A } from '../../engine/engine.js';     | redis-storage may import base, runtime, model, port
    src/index.ts           | export * from './storage/redis/a.js';                | index may import base, runtime, model, port, engine, consumer, memory, black-hole, huey, hueys
    src/engine/execute.ts  | const load = () => import('../huey.js');             | engine may import base, runtime, model, port
    src/engine/execute.ts  | type A = import('../../sim/trace.js').A;             | engine may import base, runtime, model, port
    src/engine/execute.ts  | import { A } from 'huey-ts';                         | engine may import base, runtime, model, port
    docs/app.ts            | import { A } from '../src/huey.js';                  | docs may import index, hueys, redis, testing, sim, sim-kit, sqlite
    sim/trace.ts           | import { A } from '../test/files.js';                | no row of the table names that file
    src/utils.ts           | import { A } from './errors.js';                     | no row of the table names src/utils.ts
    src/time.ts            | import { A } from 'cron-parser/dist/a.js';           | only src/model/cron.ts may
    src/time.ts            | import { setTimeout } from 'node:timers/promises';   | nothing may: give it a row in OUTSIDE first
    src/huey.ts            | const load = (name: string) => import(name);         | write the name as a literal
  `);

  it.each(planted)('judges, in %s, %s', (file, code, reason) => {
    const [complaint = ''] = violations(new Map([[file, code]]));
    expect(complaint.replace(/^.*; /, '')).toBe(reason);
  });

  it('names the file, the line, the import and the rule', () => {
    expect(violations(new Map([['src/heap.ts', `\nimport type { A } from './huey.js';`]]))).toEqual([
      'src/heap.ts:2 imports src/huey.ts; base may import no other layer',
    ]);
  });

  it('sees circles, those of types too', () => {
    const round: Files = new Map([
      ['src/engine/a.ts', `import { b } from './b.js';`],
      ['src/engine/b.ts', `import './d.js'; export { c } from './c.js';`],
      ['src/engine/c.ts', `import type { A } from './a.js';`],
      ['src/engine/d.ts', ''],
      ['src/engine/self.ts', `import './self.js';`],
    ]);
    expect(circles(round)).toEqual([
      'src/engine/a.ts -> src/engine/b.ts -> src/engine/c.ts -> src/engine/a.ts',
      'src/engine/self.ts -> src/engine/self.ts',
    ]);
  });
});

interface Layer {
  readonly name: string;
  readonly files: readonly string[];
  readonly may: readonly string[];
}

function rows(table: string): Layer[] {
  return cells(table).map(([name, files, may]) => ({
    name: name!,
    files: files!.split(' '),
    may: may!.split(', ').filter((layer) => layer !== ''),
  }));
}

function violations(files: Files): string[] {
  return readImports(files).flatMap((found) => {
    const reason = refusal(found);
    const { from, line, target } = found;
    return reason === undefined
      ? []
      : [`${from}:${line} imports ${target ?? 'what only running would tell'}; ${reason}`];
  });
}

/** Why an import is refused, or undefined if it is allowed. */
function refusal({ from, target, outside, typeOnly }: Import): string | undefined {
  if (target === undefined) return COMPUTED.includes(from) ? undefined : 'write the name as a literal';
  const importer = layerOf(from);
  if (importer === undefined) return `no row of the table names ${from}`;
  if (outside) return refusalOutside(importer, from, target);
  const imported = layerOf(target);
  if (imported === undefined) return 'no row of the table names that file';
  if (importer === imported || importer.may.includes(imported.name)) return undefined;
  if (!importer.may.includes(`type ${imported.name}`))
    return `${importer.name} may import ${importer.may.join(', ') || 'no other layer'}`;
  return typeOnly ? undefined : `${importer.name} may import ${imported.name} by \`import type\` only`;
}

function refusalOutside(importer: Layer, from: string, target: string): string | undefined {
  if (importer.name === 'docs') return undefined;
  const allowed = OUTSIDE.get(target) ?? [];
  if (allowed.some((start) => covers(start, from))) return undefined;
  return allowed.length === 0
    ? 'nothing may: give it a row in OUTSIDE first'
    : `only ${allowed.join(' and ')} may`;
}

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ files }) => files.some((start) => covers(start, path)));
}

/** A file covers itself; anything else covers the paths that start so. */
function covers(start: string, path: string): boolean {
  return start.endsWith('.ts') ? path === start : path.startsWith(start);
}

function circles(files: Files): string[] {
  return findCycles(readImports(files)).map((cycle) => cycle.join(' -> '));
}

function uses(imports: readonly Import[], start: string, target: string): boolean {
  return imports.some((found) => found.target === target && covers(start, found.from));
}
