// A consumer as a process of its own, and an app for it on a storage that this process sees too. Nothing here sleeps: a
// test waits for a line of the log, with a deadline that fails loudly.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { FileHuey } from 'huey-ts/file';
import { ROOT } from '../../files.js';
import { temporaryFolder } from '../fake-host.js';

/** How a module of this project is imported from anywhere. */
export const SOURCE = (path: string): string => pathToFileURL(join(ROOT, path)).href;

/** The tasks of the app, also declared in the test, so that it can call them. */
const APP = `
import { setTimeout as sleep } from 'node:timers/promises';
import { FileHuey } from '${SOURCE('src/file-huey.ts')}';
export const huey = new FileHuey({ name: 'shop', path: import.meta.dirname + '/queue', fsync: false });
huey.task('add', (a, b) => a + b);
huey.task('slow', { context: true }, async (ctx, ms) => {
  console.log('begun ' + ctx.id);
  await sleep(ms, undefined, { signal: ctx.signal });
  return 'slept';
});
huey.task('fail', () => { throw new RangeError('out of stock'); });
huey.task('stray', () => { setImmediate(() => { throw new Error('nobody catches this'); }); });
`;

/** How long anything may take here; far more than it needs. */
const DEADLINE_MS = 25_000;

export function setup() {
  const folder = temporaryFolder();
  const huey = new FileHuey({ name: 'shop', path: join(folder, 'queue'), fsync: false });
  const nothing = (): void => {};
  writeFileSync(join(folder, 'app.js'), APP);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return {
    folder,
    huey,
    add: huey.task('add', (a: number, b: number) => a + b),
    slow: huey.task('slow', (_ms: number) => 'slept'),
    fail: huey.task('fail', nothing),
    stray: huey.task('stray', nothing),
    app: APP,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    start: (...args: readonly string[]) => start(folder, args),
  };
}

/** One running `huey`. */
export class Program {
  readonly child: ChildProcess;
  #text = '';
  /** What was looked at by `until`. */
  #read = 0;
  #look = (): void => {};
  readonly ended: Promise<number | string>;

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        this.#look();
      });
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        resolve(code ?? signal!);
        this.#look();
      }),
    );
  }

  /** Everything that was written so far. */
  get text(): string {
    return this.#text;
  }

  /** Waits until something is written that was not waited for before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    const global = new RegExp(pattern, 'gm');
    return within(`${pattern} in`, this, (resolve) => {
      this.#look = () => {
        global.lastIndex = this.#read;
        const match = global.exec(this.#text);
        if (match === null) return;
        this.#read = global.lastIndex;
        resolve(match);
      };
      this.#look();
    });
  }

  /** Waits for the end; returns the exit code, or the signal that it died of. */
  async exit(): Promise<number | string> {
    return within('the end of', this, (resolve) => void this.ended.then(resolve));
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

function start(folder: string, args: readonly string[]): Program {
  const main = join(ROOT, 'src/cli/main.ts');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', SOURCE('node_modules/tsx/dist/loader.mjs'), main, ...args],
    {
      cwd: folder,
      env: { ...env, TZ: 'UTC', TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Program(child);
}

function within<T>(what: string, program: Program, wait: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`waited ${DEADLINE_MS} ms for ${what}:\n${program.text}`)),
      DEADLINE_MS,
    );
    wait((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
