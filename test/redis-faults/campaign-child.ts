// A child process of the campaign, and what the parent hears of it: that it is ready, and how many bodies have begun.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../files.js';

const CHILD = join(ROOT, 'test/redis-faults/campaign-consumer.ts');

/** How long a child may take to come up or to end, in milliseconds. */
const PATIENCE_MS = 60_000;

export class CampaignChild {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #complaints = '';

  /** Starts a consumer, and waits until it takes tasks. @param onRuns Told of how many bodies have begun. */
  static async start(port: number, folder: string, onRuns: (count: number) => void): Promise<CampaignChild> {
    const child = new CampaignChild(port, folder);
    await child.#ready(onRuns);
    return child;
  }

  private constructor(port: number, folder: string) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', CHILD, String(port), folder], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.stderr!.on('data', (text) => (this.#complaints += String(text)));
  }

  /** Ends it, and waits until it has gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await within('end', this.#exited, () => this.#complaints);
    if (this.#complaints !== '') throw new Error(`a consumer complained: ${this.#complaints}`);
  }

  #ready(onRuns: (count: number) => void): Promise<void> {
    const ready = new Promise<void>((resolve, reject) => {
      void this.#exited.then(() => reject(new Error(`a consumer has ended: ${this.#complaints}`)));
      this.#child.stdout!.on('data', (chunk) => {
        const text = String(chunk);
        if (text.includes('ready')) resolve();
        const dots = text.split('.').length - 1;
        if (dots > 0) onRuns(dots);
      });
    });
    return within('start', ready, () => this.#complaints);
  }
}

/** Waits for something that must come; says what did not, and what was said meanwhile. */
export async function within<T>(
  what: string,
  event: Promise<T>,
  said: () => string = () => '',
  patienceMs = PATIENCE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: not within ${patienceMs} ms; ${said()}`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([event, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
