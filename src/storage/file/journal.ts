// The file of a file storage, `queue.jsonl`: a header, a snapshot of the state, then one record for each call since.
// A record is there as a whole or not at all. A new snapshot comes with a new file that takes the place of the old by
// one rename; the records go on counting. Whoever appends or compacts holds the lock, whoever reads need not.
import { Buffer } from 'node:buffer';
import { StorageError } from '../../errors.js';
import { glimpse, type Line, readLine, readLines, writeLine } from './line.js';
import { faultCode, type FileIdentity, type FileSystem } from './file-system.js';

/** Raised with the format of the file, and with what a call does to the state: records are calls that are repeated. */
const VERSION = 1;
const FORMAT = 'huey-ts file storage';

interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** How many records there ever were before the snapshot, and the checksum of the last. */
  readonly records: number;
  readonly after: number;
  readonly snapshot: { readonly lines: number; readonly bytes: number; readonly chain: number };
}

/** A part of the state in one line. */
export type SnapshotRow = readonly [part: string, value: unknown];

/** What is done with what the file says. */
export interface JournalReader {
  /** The whole state, in place of what was there. */
  restore(rows: Iterable<SnapshotRow>): void;
  /** A record: a call that somebody has made. */
  replay(record: object): void;
}

/** What was read makes no sense: it is damaged, or the file was cut shorter or replaced meanwhile. */
class Unreadable extends Error {}

/** Where in which file the reader stands: all that is before `offset` has been read. */
interface Place {
  readonly descriptor: number;
  readonly file: FileIdentity;
  /** Where the records begin. */
  readonly base: number;
  /** How long the file was when it was last looked at. */
  size: number;
  offset: number;
  lines: number;
  records: number;
  chain: number;
}

/** The file, as far as one handle has read it. */
export class FileJournal {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #path: string;
  readonly #fsync: boolean;
  readonly #reader: JournalReader;
  #place: Place | undefined;

  constructor(fs: FileSystem, directory: string, fsync: boolean, reader: JournalReader) {
    this.#fs = fs;
    this.#directory = directory;
    this.#path = `${directory}/queue.jsonl`;
    this.#fsync = fsync;
    this.#reader = reader;
  }

  /** Bytes of records since the snapshot, and of what is before them. */
  get sizes(): { readonly records: number; readonly snapshot: number } {
    const { offset = 0, base = 0 } = this.#place ?? {};
    return { records: offset - base, snapshot: base };
  }

  exists(): boolean {
    try {
      this.#fs.identify(this.#path);
      return true;
    } catch (error) {
      if (faultCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /**
   * Reads what is new. Without the lock, false says that it must be read again under it: a writer may be at it.
   * @throws StorageError if the file is damaged, or of a later version.
   */
  catchUp(locked: boolean): boolean {
    try {
      this.#readNew();
      return true;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.release();
      if (!locked) return false;
    }
    try {
      this.#readNew();
      return true;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.release();
      throw new StorageError(error.message);
    }
  }

  /** Appends a record, all of it or nothing. Under the lock, after catching up. */
  append(record: object): void {
    const place = this.#place!;
    const { value: bytes, chain } = writeLine({ n: place.records + 1, ...record }, place.chain);
    // A writer that died may have left a record half written.
    if (place.size > place.offset) this.#fs.truncate(place.descriptor, place.offset);
    try {
      this.#write(place.descriptor, bytes, place.offset);
    } catch (error) {
      this.#takeBack(place);
      throw error;
    }
    if (this.#fsync) this.#syncRecord(place.descriptor);
    advance(place, bytes, chain);
    place.size = place.offset;
  }

  /** Begins a new file with this state, in place of the old. Under the lock, after catching up. */
  replace(rows: Iterable<SnapshotRow>): void {
    const { records = 0, chain: after = 0 } = this.#place ?? {};
    const lines: Uint8Array[] = [];
    let bytes = 0;
    let chain = 0;
    for (const [part, value] of rows) {
      const line: Line<Uint8Array> = writeLine({ [part]: value }, chain);
      lines.push(line.value);
      bytes += line.value.length;
      chain = line.chain;
    }
    const snapshot = { lines: lines.length, bytes, chain };
    const header: Header = { format: FORMAT, version: VERSION, records, after, snapshot };
    const first = writeLine(header, 0).value;
    const descriptor = this.#putInPlace(Buffer.concat([first, ...lines]));
    this.release();
    this.#place = this.#placeAfter(first, header, descriptor);
  }

  /** Lets go of the file; the next look reads it anew. */
  release(): void {
    const place = this.#place;
    this.#place = undefined;
    if (place !== undefined) this.#fs.close(place.descriptor);
  }

  #readNew(): void {
    const file = this.#fs.identify(this.#path);
    const place = this.#place;
    if (place?.file.inode === file.inode && place.file.device === file.device) {
      if (file.size < place.offset) throw new Unreadable(this.#damage(place.lines, true));
      place.size = file.size;
    } else {
      // What was still appended to the old file is in the snapshot of the new one, which then need not be read.
      if (place !== undefined) this.#replayNew(place);
      this.#open();
    }
    if (this.#place!.size > this.#place!.offset) this.#replayNew(this.#place!);
  }

  #open(): void {
    const descriptor = this.#fs.open(this.#path, 'r+');
    try {
      const lines = this.#lines(descriptor, 0);
      const { bytes, header } = this.#header(lines.next().value);
      const { records, chain } = this.#place ?? {};
      if (records !== header.records || chain !== header.after)
        this.#reader.restore(this.#snapshot(lines, header));
      this.release();
      this.#place = this.#placeAfter(bytes, header, descriptor);
    } catch (error) {
      this.#fs.close(descriptor);
      throw error;
    }
  }

  #placeAfter(first: Uint8Array, { snapshot, records }: Header, descriptor: number): Place {
    const file = this.#fs.identify(descriptor);
    const base = first.length + snapshot.bytes;
    const { lines, chain } = snapshot;
    return { descriptor, file, base, size: file.size, offset: base, lines: 1 + lines, records, chain };
  }

  #header(bytes: Uint8Array | void): { readonly bytes: Uint8Array; readonly header: Header } {
    const version = bytes && glimpse(bytes, 'version');
    if (typeof version === 'number' && version > VERSION)
      throw new StorageError(
        `expected ${this.#path} to have a version of at most ${VERSION}, got ${version}: a later huey-ts has written it; update this one`,
      );
    const header = bytes && (readLine(bytes, 0)?.value as Header | undefined);
    if (header?.format !== FORMAT) throw new Unreadable(this.#damage(1, false));
    return { bytes: bytes as Uint8Array, header };
  }

  *#snapshot(lines: Iterator<Uint8Array, void>, { snapshot }: Header): Generator<SnapshotRow> {
    let chain = 0;
    for (let index = 0; index < snapshot.lines; index += 1) {
      const { value: bytes } = lines.next();
      const line = bytes && readLine(bytes, chain);
      if (line === undefined) throw new Unreadable(this.#damage(2 + index, false));
      ({ chain } = line);
      yield Object.entries(line.value as object)[0]!;
    }
    if (chain !== snapshot.chain) throw new Unreadable(this.#damage(1 + snapshot.lines, false));
  }

  #replayNew(place: Place): void {
    for (const bytes of this.#lines(place.descriptor, place.offset)) {
      const line = readLine(bytes, place.chain);
      if (line === undefined) throw new Unreadable(this.#damage(place.lines + 1, true));
      advance(place, bytes, line.chain);
      this.#reader.replay(line.value as object);
    }
  }

  #lines(descriptor: number, start: number): Generator<Uint8Array, void> {
    return readLines((into, position) => this.#fs.read(descriptor, into, into.length, position), start);
  }

  #write(descriptor: number, bytes: Uint8Array, start: number): void {
    let written = 0;
    while (written < bytes.length)
      written += this.#fs.write(descriptor, bytes.subarray(written), start + written);
  }

  #takeBack({ descriptor, offset }: Place): void {
    try {
      this.#fs.truncate(descriptor, offset);
    } catch {
      // Then the next writer does it.
    }
  }

  /** A record that is complete may have been read by others: it stands, and is read here too by the next call. */
  #syncRecord(descriptor: number): void {
    try {
      this.#fs.sync(descriptor);
    } catch (cause) {
      throw new StorageError(
        `expected what was written to ${this.#path} to be on the disk, got ${String(cause)}; ` +
          'it was done, but a power failure may undo it; look at the log of the system',
        { cause, mayHaveApplied: true },
      );
    }
  }

  /** Writes a file and gives it the name; it is on the disk before, so that no crash leaves the name without it. */
  #putInPlace(bytes: Uint8Array): number {
    const made = `${this.#path}.new`;
    const descriptor = this.#fs.open(made, 'w+');
    try {
      this.#write(descriptor, bytes, 0);
      this.#fs.sync(descriptor);
      this.#fs.rename(made, this.#path);
      if (this.#fsync) this.#fs.syncDirectory(this.#directory);
      return descriptor;
    } catch (error) {
      this.#fs.close(descriptor);
      this.#fs.remove(made);
      throw error;
    }
  }

  #damage(line: number, isRecord: boolean): string {
    const kept = isRecord
      ? `, or keep what comes before that line: head -n ${line - 1} queue.jsonl > kept && mv kept queue.jsonl`
      : '';
    return (
      `expected line ${line} of ${this.#path} to be as it was written, got one that is damaged or missing; ` +
      `stop the processes that use it, then restore the file from a backup${kept}`
    );
  }
}

function advance(place: Place, bytes: Uint8Array, chain: number): void {
  place.offset += bytes.length;
  place.lines += 1;
  place.records += 1;
  place.chain = chain;
}
