// Lines on their way to a sink: in order, one write at a time, in bounded memory. A sink that is slow costs lines, which
// are counted; one that fails ends the writing. Nothing here ever throws into the caller, or keeps it waiting.
import type { Clock } from '../../runtime.js';

/** Where text goes. What it returns is awaited before more is written; what it throws ends the recording. */
export interface RecordingSink {
  write(text: string): unknown;
  /** Called once, after the last write. */
  close?(): unknown;
}

/** States: open -> full | failed | closed. */
export type RecordingState = 'open' | 'full' | 'failed' | 'closed';

export interface LineWriterParts {
  readonly sink: RecordingSink;
  readonly clock: Pick<Clock, 'now' | 'timer'>;
  /** The size of all that is written, in bytes. */
  readonly maxBytes: number;
  /** The size of what waits to be written, in bytes. */
  readonly maxPendingBytes: number;
  readonly onFail: (error: unknown) => void;
}

/** How long closing waits for a sink that does not answer, in milliseconds. */
const LAST_WAIT_MS = 5000;
/** What the last line takes. */
const RESERVED = 100;

export class LineWriter {
  readonly #parts: LineWriterParts;
  #pending: string[] = [];
  #pendingBytes = 0;
  #gap = 0;
  #writing: Promise<void> | undefined;
  state: RecordingState = 'open';
  error: unknown;
  /** Lines and bytes handed to the sink or waiting for it, and lines that were dropped. */
  lines = 0;
  bytes = 0;
  dropped = 0;

  constructor(parts: LineWriterParts) {
    this.#parts = parts;
  }

  /** Takes a line of JSON, without its end. */
  push(line: string): void {
    if (this.state !== 'open') return;
    const size = Buffer.byteLength(line) + 1;
    if (this.bytes + size + RESERVED > this.#parts.maxBytes) return this.#end('full');
    if (this.#pendingBytes + size > this.#parts.maxPendingBytes) {
      this.#gap += 1;
      this.dropped += 1;
      return;
    }
    this.#closeGap();
    this.#append(line, size);
  }

  /** Writes what is left, and closes the sink; waits some seconds for it, and no longer. */
  async close(): Promise<void> {
    if (this.state === 'open') this.#end('closed');
    let cancel: (() => void) | undefined;
    const patience = new Promise<void>((resolve) => {
      cancel = this.#parts.clock.timer(LAST_WAIT_MS, () => {
        this.#fail(new Error(`the sink did not take what was left within ${LAST_WAIT_MS / 1000}s`));
        resolve();
      });
    });
    await Promise.race([this.#finish(), patience]);
    cancel?.();
  }

  async #finish(): Promise<void> {
    await this.#writing;
    try {
      await this.#parts.sink.close?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  #end(reason: 'full' | 'closed'): void {
    this.#closeGap();
    const line = JSON.stringify({ kind: 'end', at: this.#parts.clock.now(), reason });
    this.#append(line, line.length + 1);
    this.state = reason;
  }

  #closeGap(): void {
    if (this.#gap === 0) return;
    const line = JSON.stringify({ kind: 'gap', at: this.#parts.clock.now(), dropped: this.#gap });
    this.#gap = 0;
    this.#append(line, line.length + 1);
  }

  #append(line: string, size: number): void {
    this.#pending.push(`${line}\n`);
    this.#pendingBytes += size;
    this.lines += 1;
    this.bytes += size;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Lines that come in the same breath go together.
    await Promise.resolve();
    try {
      while (this.#pending.length > 0 && this.state !== 'failed') {
        const text = this.#pending.join('');
        this.#pending = [];
        await this.#parts.sink.write(text);
        this.#pendingBytes -= Buffer.byteLength(text);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = undefined;
  }

  #fail(error: unknown): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.error = error;
    this.#pending = [];
    this.#parts.onFail(error);
  }
}
