// A host that a test holds in its hands, and apps for it: what is written is kept, a person answers as told, time stands
// still, signals come when the test sends them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Huey, type HueyOptions, MemoryStorage, type Storage, type StorageCapabilities } from 'huey-ts';
import type { Child, Host, HostSignal, Output } from '../../src/cli/host.js';
import { run } from '../../src/cli/program.js';
import { type ManualRuntime, manualRuntime } from '../manual-runtime.js';

export class FakeOutput implements Output {
  text = '';
  isTTY = false;
  hasColors = false;
  columns = 80;

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

export class FakeHost implements Host {
  args: readonly string[] = [];
  cwd: string;
  readonly pid = 4711;
  readonly env: Record<string, string> = {};
  readonly nodeVersion = '20.19.0';
  stripsTypes = false;
  readonly runtime: ManualRuntime;
  readonly stdout = new FakeOutput();
  readonly stderr = new FakeOutput();
  /** What the person at the terminal says; undefined: there is none. */
  answer: string | undefined;
  readonly questions: string[] = [];
  readonly replace = undefined;
  readonly #listeners = new Map<string, Set<(...args: never[]) => void>>();

  constructor(cwd: string, runtime = manualRuntime()) {
    this.cwd = cwd;
    this.runtime = runtime;
  }

  async ask(question: string): Promise<string | undefined> {
    this.questions.push(question);
    return this.answer;
  }

  onSignal(signal: HostSignal, handler: () => void): () => void {
    return this.#listen(signal, handler);
  }

  onStray(handler: (error: unknown, kind: 'exception' | 'rejection') => void): () => void {
    return this.#listen('stray', handler);
  }

  onOrphaned(handler: () => void): () => void {
    return this.#listen('orphaned', handler);
  }

  start(_env: Readonly<Record<string, string>>): Child {
    throw new Error('this host starts nothing');
  }

  exit(code: number): never {
    throw new Error(`exit ${code}`);
  }

  /** Calls those who listen. */
  emit(event: HostSignal | 'stray' | 'orphaned', ...args: readonly unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...(args as never[]));
  }

  /** How many listen: none when a command has ended. */
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #listen(event: string, handler: (...args: never[]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(handler));
    return () => void listeners.delete(handler);
  }
}

/** A folder of its own for the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'huey-ts-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Memory that behaves as if other processes saw it too, and that stays open for the test to look at. */
export class SharedMemory extends MemoryStorage {
  override readonly capabilities: StorageCapabilities = {
    ...new MemoryStorage().capabilities,
    shared: true,
  };
  closed = 0;

  override close(): void {
    this.closed += 1;
  }
}

const apps = new Map<string, unknown>();
(globalThis as { hueyTestApps?: typeof apps }).hueyTestApps = apps;

/** Writes a file that exports what the test made in its own process. */
export function writeApp(folder: string, name: string, exports: Readonly<Record<string, unknown>>): string {
  const file = join(folder, name);
  apps.set(file, exports);
  const lines = Object.keys(exports).map((key) =>
    key === 'default' ? `export default app.default;` : `export const ${key} = app.${key};`,
  );
  writeFileSync(
    file,
    [`const app = globalThis.hueyTestApps.get(${JSON.stringify(file)});`, ...lines].join('\n'),
  );
  return file;
}

/** An app in a file `app.js`, and the program to look at it with. */
export function setup(options: HueyOptions = {}) {
  const runtime = manualRuntime();
  const folder = temporaryFolder();
  const host = new FakeHost(folder, runtime);
  const storage: Storage & { readonly closed: number } = new SharedMemory();
  const huey = new Huey({ name: 'shop', runtime, storage, ...options });
  const add = huey.task('add', (a: number, b: number) => a + b);
  writeApp(folder, 'app.js', { huey });
  return {
    host,
    huey,
    add,
    storage,
    runtime,
    clock: runtime.clock,
    folder,
    /** Enqueues a task under an id and has it given up at once. */
    async bury(id: string, reason: string) {
      await add.with({ id })(1, 2);
      const turn = { settled: [], lease: 'dead', now: runtime.clock.now() };
      const [delivery] = (await storage.turn({ ...turn, take: 1 })).deliveries;
      const { item, receipt } = delivery!;
      const effects = [{ kind: 'bury', item, reason }] as const;
      await storage.turn({ ...turn, take: 0, settled: [{ receipt, effects }] });
    },
    /** Runs a command; returns its exit code and what it wrote. */
    async call(...args: readonly string[]) {
      host.args = args;
      host.stdout.text = '';
      host.stderr.text = '';
      const code = await run(host);
      return { code, lines: host.stdout.lines, failure: host.stderr.text.trim() };
    },
    /** Runs a command with --json; returns the document. */
    async json(...args: readonly string[]): Promise<unknown> {
      host.args = [...args, '--json'];
      host.stdout.text = '';
      const code = await run(host);
      if (code !== 0 && host.stdout.text === '') throw new Error(host.stderr.text);
      return JSON.parse(host.stdout.text);
    },
  };
}
