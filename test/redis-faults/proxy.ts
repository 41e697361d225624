// A network that misbehaves: a TCP proxy in front of a server that can be slow, cut every connection, or lose answers,
// so that what was asked is done and nobody is told.
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Proxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #delayMs = 0;
  #answersToLose = 0;
  #onLost: () => void = () => {};

  /** Listens on a free port of 127.0.0.1, in front of that port. */
  static async start(target: number): Promise<Proxy> {
    const proxy = new Proxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (client) => this.#join(client));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Lets each answer take so much longer, in milliseconds, until told otherwise. */
  delayBy(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Cuts all connections at once; returns how many there were. */
  cut(): number {
    const cut = [...this.#sockets];
    for (const socket of cut) socket.destroy();
    return cut.length / 2;
  }

  /** Loses the next answers, and with each of them its connection; resolves when the last is lost. */
  loseAnswers(count: number): Promise<void> {
    this.#answersToLose = count;
    return new Promise((resolve) => (this.#onLost = resolve));
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    client.on('data', (chunk) => void server.write(chunk));
    const late: Buffer[] = [];
    server.on('data', (chunk) => this.#answer(client, chunk, late));
  }

  /** @param late What this connection has been answered and not been given yet. */
  #answer(client: Socket, chunk: Buffer, late: Buffer[]): void {
    if (this.#answersToLose > 0) {
      this.#answersToLose -= 1;
      client.destroy();
      if (this.#answersToLose === 0) this.#onLost();
      return;
    }
    if (this.#delayMs === 0 && late.length === 0) return void client.write(chunk);
    // Whichever timer ends first passes on what came first: a network is slow, but never out of order.
    late.push(chunk);
    setTimeout(() => client.write(late.shift()!), this.#delayMs);
  }
}
