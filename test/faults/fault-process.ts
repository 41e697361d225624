// The parent's side of a consumer of the fault app. Nothing here sleeps: it waits for lines and ends, with deadlines that
// fail loudly.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { WorkerType } from '../../src/consumer/worker-settings.js';
import { ROOT } from '../files.js';
import { SETTING, type Setting } from './fault-app.js';
import { readStopped, type Stopped } from './gate.js';

/** Far more than anything takes: there are machines with much else to do. */
const DEADLINE_MS = 120_000;

export class FaultProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #ended: Promise<void>;
  #look = (): void => {};
  #hasEnded = false;

  /** Starts one; it is ended with the test. */
  constructor(setting: Setting, workerType: WorkerType) {
    const argv = ['--import', 'tsx', join(ROOT, 'test/faults/fault-consumer.ts'), workerType];
    const env = { ...process.env, [SETTING]: JSON.stringify(setting) };
    this.#child = spawn(process.execPath, argv, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
    // What is written to one that is gone is lost.
    this.#child.stdin!.on('error', () => {});
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        this.#look();
      });
    // Closed when all who write to it are gone: its workers too.
    this.#ended = new Promise((resolve) =>
      this.#child.once('close', () => {
        this.#hasEnded = true;
        this.#look();
        resolve();
      }),
    );
  }

  /** Waits until it works. */
  async ready(): Promise<void> {
    await this.#first('ready', (line) => (line === 'ready' ? line : undefined));
  }

  /** Waits until one of its processes or threads stands at the gate. */
  async stopped({ id }: { readonly id: string }): Promise<Stopped> {
    return this.#first(`${id} at the gate`, (line) => {
      const stopped = readStopped(line);
      return stopped?.id === id ? stopped : undefined;
    });
  }

  /** Ends who stands at the gate: a process by SIGKILL, a thread by its termination. */
  end({ pid, threadId }: Stopped): void {
    if (threadId === 0) process.kill(pid, 'SIGKILL');
    else this.#child.stdin!.write(`terminate ${threadId}\n`);
  }

  /** Ends the consumer by SIGKILL; resolves when its workers are gone as well. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#deadline('the end of the consumer and of its workers', this.#ended);
  }

  /** Stops it in order. */
  async stop(): Promise<void> {
    this.#child.stdin!.write('stop\n');
    await this.#deadline('the orderly end of the consumer', this.#ended);
  }

  #first<T>(what: string, find: (line: string) => T | undefined): Promise<T> {
    const found = new Promise<T>((resolve, reject) => {
      this.#look = () => {
        for (const line of this.#lines) {
          const value = find(line);
          if (value !== undefined) return resolve(value);
        }
        if (this.#hasEnded) reject(new Error(`the consumer has ended before ${what}:\n${this.#text}`));
      };
      this.#look();
    });
    return this.#deadline(what, found);
  }

  async #deadline<T>(what: string, awaited: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`waited ${DEADLINE_MS} ms for ${what}:\n${this.#text}`)),
        DEADLINE_MS,
      );
    });
    try {
      return await Promise.race([awaited, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  get #text(): string {
    return this.#lines.slice(-40).join('\n');
  }
}
