// The process, as commands see it: what they were given, where they write, who tells them to stop. This is the only file
// of the command line that touches `process`; tests put another host in its place.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { host, type Runtime, systemRuntime } from '../runtime.js';

/** The signals a process is told by. */
export type HostSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Where text goes. A reader that has gone away is no failure: what is written after that is dropped. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** How wide a line may be. */
  readonly columns: number;
  /** Whether colours may be used: on a terminal, unless NO_COLOR says otherwise. */
  readonly hasColors: boolean;
}

/** A process that runs this program too. */
export interface Child {
  /** How it ended: its exit code, or 128 and the number of the signal, as a shell would say. */
  readonly ended: Promise<number>;
  tell(signal: HostSignal | 'SIGKILL'): void;
}

/** Everything of a process that a command uses. */
export interface Host {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly pid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nodeVersion: string;
  /** Whether this Node runs TypeScript by itself. */
  readonly stripsTypes: boolean;
  readonly runtime: Runtime;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks a person; undefined if there is none to ask. */
  ask(question: string): Promise<string | undefined>;
  /** Calls back at each signal, instead of dying of it; returns how to stop that. */
  onSignal(signal: HostSignal, handler: () => void): () => void;
  /** Calls back for errors that nobody has caught, instead of dying of them; returns how to stop that. */
  onStray(handler: (error: unknown, kind: 'exception' | 'rejection') => void): () => void;
  /** Calls back when the process that started this one, as `start` does, is gone. */
  onOrphaned(handler: () => void): () => void;
  /** Starts this program again as a child, with the same arguments and these variables more. */
  start(env: Readonly<Record<string, string>>): Child;
  /** Becomes this program anew, with the same arguments, if the host can do that; else undefined. */
  readonly replace: (() => never) | undefined;
  /** Ends the process at once, whatever runs. */
  exit(code: number): never;
}

/** The real process. `before` are arguments that go before those of the process. */
export function processHost(before: readonly string[] = []): Host {
  return {
    args: [...before, ...process.argv.slice(2)],
    cwd: process.cwd(),
    pid: process.pid,
    env: process.env,
    nodeVersion: process.versions.node,
    stripsTypes: Boolean((process.features as { typescript?: unknown }).typescript),
    runtime: systemRuntime(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    ask,
    onSignal: (signal, handler) => listen(signal, handler),
    onStray: (handler) => host.onStray(handler),
    onOrphaned: (handler) => listen('disconnect', handler),
    start: startAgain,
    replace: replacement(),
    exit: (code) => process.exit(code),
  };
}

function listen(event: string, handler: (...args: readonly unknown[]) => void): () => void {
  process.on(event, handler);
  return () => void process.off(event, handler);
}

const DEFAULT_COLUMNS = 100;

/** A stream of the process is a terminal, or it is a file or a pipe, which know nothing of widths. */
type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

function outputOf(stream: OutputStream): Output {
  let isGone = false;
  stream.on('error', () => {
    isGone = true;
  });
  return {
    write(text) {
      if (!isGone) stream.write(text);
    },
    get isTTY() {
      return stream.isTTY ?? false;
    },
    get columns() {
      return stream.columns ?? DEFAULT_COLUMNS;
    },
    get hasColors() {
      return (stream.isTTY ?? false) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
    },
  };
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve) => {
      lines.question(question, resolve);
      lines.once('close', () => resolve(''));
    });
  } finally {
    lines.close();
  }
}

/**
 * The child has a process group of its own, so that the Ctrl-C of a terminal reaches it once, through its parent; the
 * channel between them tells it when the parent is gone.
 */
function startAgain(env: Readonly<Record<string, string>>): Child {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
    detached: true,
  });
  return {
    ended: new Promise((resolve) => {
      child.once('error', () => resolve(1));
      child.once('exit', (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal!] ?? 0)));
    }),
    tell: (signal) => void child.kill(signal),
  };
}

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGTERM: 15,
  SIGSEGV: 11,
  SIGABRT: 6,
};

/** From Node 23.11 a process can become another program: its id stays, which service managers like. */
function replacement(): (() => never) | undefined {
  const { execve } = process as { execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => never };
  if (typeof execve !== 'function') return undefined;
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  return () => execve(process.execPath, args, process.env);
}

/** Runs a program to its end and exits with the code that it resolves to; what is left open does not keep the process. */
export async function runProcess(program: () => Promise<number>): Promise<never> {
  // An app that awaits what never happens leaves nothing to do: Node would end without a word.
  const stuck = listen('beforeExit', () => {
    process.stderr.write('huey: nothing is left to wait for, but the command has not ended; ');
    process.stderr.write('does the app await something at its top level that never comes?\n');
    process.exit(STUCK);
  });
  const code = await program();
  stuck();
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  return process.exit(code);
}

const STUCK = 3;
