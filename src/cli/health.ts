// Answers orchestrators over HTTP: whether the process is alive, and whether it is ready for work. A process whose event
// loop is blocked does not answer at all, which is an answer too.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../runtime.js';
import type { Awaitable } from '../storage/storage.js';
import { CliFailure, EXIT, reasonOf } from './failure.js';

/** Where it listens. */
export interface HealthAddress {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** What is asked about. */
export interface HealthSubject {
  /** Whether it takes work: false while it starts and when it stops. */
  readonly isWorking: boolean;
  /** What to tell beside the verdict. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Asks the storage for something cheap. */
  ping(): Awaitable<unknown>;
}

/** A storage that takes longer is as good as away. */
const PATIENCE_MS = 2000;

/** A server that listens. */
export interface HealthServer {
  /** Where, as 'http://127.0.0.1:8080'. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens for probes: GET /live and GET /ready answer 200, or 503 and the reason.
 * @throws CliFailure if the port cannot be had.
 */
export async function startHealth(
  { host, port }: HealthAddress,
  subject: HealthSubject,
  clock: Clock,
): Promise<HealthServer> {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => void reply(request, response, subject, clock));
  await listen(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  subject: HealthSubject,
  clock: Clock,
): Promise<void> {
  const { status, body } = await answer(request.url ?? '/', subject, clock);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
}

/** What a probe is told. */
interface HealthAnswer {
  readonly status: 200 | 404 | 503;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the answer to a probe of that path is. */
export async function answer(url: string, subject: HealthSubject, clock: Clock): Promise<HealthAnswer> {
  switch (url.replace(/[?#].*$/, '')) {
    case '/live':
      return { status: 200, body: { status: 'live', ...subject.details } };
    case '/ready': {
      const obstacle = await obstacleOf(subject, clock);
      return obstacle === undefined
        ? { status: 200, body: { status: 'ready', ...subject.details } }
        : { status: 503, body: { status: 'not ready', reason: obstacle, ...subject.details } };
    }
    default:
      return { status: 404, body: { status: 'unknown', reason: 'ask for /live or /ready' } };
  }
}

async function obstacleOf(subject: HealthSubject, clock: Clock): Promise<string | undefined> {
  if (!subject.isWorking) return 'the consumer is starting or stopping';
  const patience = new AbortController();
  const slow = clock
    .sleep(PATIENCE_MS, patience.signal)
    .then(() => `the storage has not answered within ${PATIENCE_MS / 1000}s`);
  const asked = Promise.resolve()
    .then(() => subject.ping())
    .then(
      () => undefined,
      (error: unknown) => `the storage fails: ${reasonOf(error)}`,
    );
  try {
    return await Promise.race([asked, slow]);
  } finally {
    patience.abort();
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new CliFailure(
          EXIT.usage,
          `cannot answer health checks on ${host}:${port}: ${reasonOf(error)}; choose another --health port`,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
}
