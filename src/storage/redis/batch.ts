// Producers that enqueue one by one, many at a time: what they put at the end of the list within one run of promise jobs
// goes to the server as one script. Each call still is a whole: all its items go, or none, and in order.

/** Sends records to the end of the list. */
export type SendRecords = (records: readonly string[]) => Promise<unknown>;

/** No more records go together than this, unless one call brings them. */
const MOST_RECORDS = 10_000;

interface Batch {
  readonly records: string[];
  readonly sent: Promise<unknown>;
}

export class RedisBatch {
  readonly #send: SendRecords;
  #open: Batch | undefined;
  #release: (() => void) | undefined;

  constructor(send: SendRecords) {
    this.#send = send;
  }

  /** Adds records to what goes next; resolves when they are stored. */
  add(records: readonly string[]): Promise<unknown> {
    if (this.#open !== undefined && this.#open.records.length + records.length > MOST_RECORDS) this.flush();
    this.#open ??= this.#begin();
    for (const record of records) this.#open.records.push(record);
    return this.#open.sent;
  }

  /** Sends now what waits, so that what is called next comes after it. */
  flush(): void {
    this.#release?.();
  }

  #begin(): Batch {
    const records: string[] = [];
    let resolve: (value: unknown) => void;
    let reject: (error: unknown) => void;
    const sent = new Promise((onSent, onFailed) => {
      resolve = onSent;
      reject = onFailed;
    });
    const release = (): void => {
      if (this.#release !== release) return;
      this.#open = undefined;
      this.#release = undefined;
      this.#send(records).then(resolve, reject);
    };
    this.#release = release;
    void Promise.resolve().then(release);
    return { records, sent };
  }
}
