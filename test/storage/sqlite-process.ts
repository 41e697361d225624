// A child process that runs a part of sqlite-child.ts; it is ended with its test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { ROOT } from '../files.js';

const CHILD = join(ROOT, 'test/storage/sqlite-child.ts');

export class SqliteProcess {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #told: string[] = [];

  /** Starts it, and waits until it is ready. `through` is a command that runs what follows. */
  static async start(part: string, filename: string, argument = '', through: readonly string[] = []) {
    const started = new SqliteProcess([
      ...through,
      process.execPath,
      '--import',
      'tsx',
      CHILD,
      part,
      filename,
      argument,
    ]);
    await started.line();
    return started;
  }

  constructor([command, ...rest]: readonly string[]) {
    this.child = spawn(command!, rest, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
    this.child.stderr!.on('data', (text: Buffer) => this.#told.push(text.toString()));
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  go(): void {
    this.child.stdin!.write('go\n');
  }

  /** The next line that it prints. @throws what it said on its way out, if there is none. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the child has ended: ${this.#told.join('')}`);
    return value;
  }

  async kill(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}
