// A small web site on this machine, so that the tasks have something real to talk to: the files of a folder, a page
// that says all is well, and a mail server that is down at first. States: idle -> listening -> stopped.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../../fixtures/demo-site/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = { txt: 'text/plain; charset=utf-8', png: 'image/png' };

/** How many letters to an address the mail server refuses before it is up. */
const REFUSED_AT_FIRST = 2;

export class Site {
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => send(response, 500, String(error)));
  });
  readonly #files = readdirSync(fileURLToPath(FOLDER)).sort();
  readonly #attempts = new Map<string, number>();
  /** What the mail server has delivered, as `address: text`. */
  readonly delivered: string[] = [];

  /** Listens on a free port of 127.0.0.1. */
  async start(): Promise<void> {
    // A connection that is kept for the next request is nothing to wait for.
    this.#server.on('connection', (socket) => socket.unref());
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    // Workers are told where it is.
    const { DEMO_SITE: elsewhere } = process.env;
    if (elsewhere !== undefined) return elsewhere;
    const address = this.#server.address() as AddressInfo | null;
    if (address === null) throw new Error('the site is not listening; start it first');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The addresses of the files with that ending, or of all. */
  urls(ending = ''): string[] {
    return this.#files.filter((name) => name.endsWith(ending)).map((name) => `${this.url}/${name}`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (pathname === '/health') return send(response, 200, 'all is well');
    if (pathname === '/mail') return this.#takeMail(request, response, searchParams.get('to') ?? '');
    const name = pathname.slice(1);
    if (!this.#files.includes(name)) return send(response, 404, `there is no ${name} here`);
    send(response, 200, await readFile(new URL(name, FOLDER)), TYPES[name.split('.').at(-1)!]);
  }

  async #takeMail(request: IncomingMessage, response: ServerResponse, to: string): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const attempt = (this.#attempts.get(to) ?? 0) + 1;
    this.#attempts.set(to, attempt);
    if (attempt <= REFUSED_AT_FIRST) return send(response, 503, 'the mail server is down');
    if (to.startsWith('nobody@')) return send(response, 404, 'there is no such mailbox');
    this.delivered.push(`${to}: ${text}`);
    send(response, 202, 'delivered');
  }
}

function send(response: ServerResponse, status: number, body: string | Uint8Array, type = TYPES.txt!): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

/** The one site of the demonstration. */
export const site = new Site();
