// A private Redis server on 127.0.0.1 for one test file: started with no persistence on a free port, ended by its pid.
// Where no redis-server is installed, suites that need one are skipped, visibly; in CI they fail.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe } from 'vitest';

/** How long a server may take to start or to end, in milliseconds. */
const PATIENCE_MS = 10_000;

export interface RedisProcess {
  readonly port: number;
  readonly pid: number;
  /** Ends the process and waits until it has gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends the process but keeps its folder, and says where that is. */
  stopKeeping(signal?: NodeJS.Signals): Promise<string>;
}

const isInstalled = ((): boolean => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** `describe`, skipped where there is no redis-server; never in CI. */
export const describeWithRedis =
  isInstalled || process.env['CI'] !== undefined ? describe : (describe.skip as unknown as typeof describe);

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

/** Starts a server with these settings, given as on its command line; resolves when it accepts connections. */
export async function startRedis(settings: readonly string[] = [], port?: number): Promise<RedisProcess> {
  const chosen = port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'huey-redis-'));
  const child = spawn(
    'redis-server',
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...settings],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await accepting(child);
  return {
    port: chosen,
    pid: child.pid!,
    stop: async (signal = 'SIGTERM') => {
      await ended(child, signal);
      rmSync(folder, { recursive: true, force: true });
    },
    stopKeeping: async (signal = 'SIGTERM') => {
      await ended(child, signal);
      return folder;
    },
  };
}

/** Calls a server once, on a connection of its own. */
export async function callRedis(port: number, name: string, ...values: readonly string[]): Promise<unknown> {
  const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 0 });
  try {
    return await redis.call(name, [...values]);
  } finally {
    redis.disconnect();
  }
}

function accepting(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`redis-server did not start:\n${log}`));
    }, PATIENCE_MS);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${log}`)));
    child.stdout!.on('data', (chunk) => {
      log += String(chunk);
      if (!/Ready to accept connections/.test(log)) return;
      clearTimeout(deadline);
      resolve();
    });
  });
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve, reject) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`redis-server ${child.pid} did not end after ${signal}`));
    }, PATIENCE_MS);
    child.once('exit', () => {
      clearTimeout(deadline);
      resolve();
    });
    child.kill(signal);
  });
}
