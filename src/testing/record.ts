// Recording a real consumer, or a test: what was enqueued, what happened to it and what came of it, line by line, to be
// replayed in the simulator.
import { checkOptionNames, expected, integer } from '../check.js';
import type { Consumer } from '../consumer/consumer.js';
import type { Engine } from '../engine/engine.js';
import { engineOf, type Huey } from '../huey.js';
import { host } from '../runtime.js';
import { VERSION } from '../version.js';
import { LineWriter, type RecordingSink, type RecordingState } from './recording/line-writer.js';
import { Recorder } from './recording/recorder.js';
import { RECORDING_FORMAT, RECORDING_VERSION, type RecordingHeader } from './recording/recording-event.js';
import { plain, Redaction, type RedactOptions, type RedactPart } from './recording/redaction.js';
import { sinkOf, type TextStream } from './recording/sink.js';

/** What `record` takes. */
export interface RecordOptions {
  /** The path of a file, which is replaced; a stream of Node's, which is not ended; or an object that takes text. */
  readonly to: string | TextStream | RecordingSink;
  /** The consumer that works, for its options: a replay has as many workers. */
  readonly consumer?: Consumer;
  /** What must not be written down: paths, or a function that is given every part and returns what to write. */
  readonly redact?: RedactOptions | RedactPart;
  /** The recording ends when it has so many bytes. Default 64 MiB. */
  readonly maxBytes?: number;
  /** How many bytes may wait for the sink; what comes on top is dropped, and counted. Default 16 MiB. */
  readonly maxPendingBytes?: number;
}

/** A recording under way; `close` it, or let `await using` do so. */
export interface Recording extends AsyncDisposable {
  /** `full`: it has its size. `failed`: the sink did not take it. Neither touches the consumer. */
  readonly state: RecordingState;
  /** Why it failed. */
  readonly error: unknown;
  /** How many lines and bytes were taken, the header included, and how many lines were dropped. */
  readonly lines: number;
  readonly bytes: number;
  readonly dropped: number;
  /** Stops recording and writes what is left. Never rejects: see `state`. Closing twice does nothing more. */
  close(): Promise<void>;
}

const MEBI = 1024 * 1024;

/**
 * Records the tasks of a Huey in this process from now on. A sink that is slow loses lines, one that fails ends the
 * recording, with a line in the log; the consumer never waits for it.
 * @throws ConfigurationError for options that make no sense, and inside a simulation, which writes a trace of its own.
 */
export function record(huey: Huey, options: RecordOptions): Recording {
  checkOptionNames(options, ['to', 'consumer', 'redact', 'maxBytes', 'maxPendingBytes'], 'record');
  const engine = engineOf(huey);
  const { environment } = engine;
  if (environment.world !== undefined)
    throw expected(
      'huey',
      'one that is not simulated',
      huey,
      'start the simulation with `trace: true` instead',
    );
  const redaction = new Redaction(options.redact);
  const header = headerOf(engine, options.consumer, redaction);
  const { clock, logger } = environment.runtime;
  const writer = new LineWriter({
    sink: sinkOf(options.to),
    clock,
    maxBytes: integer('maxBytes', options.maxBytes, 64 * MEBI, 1024),
    maxPendingBytes: integer('maxPendingBytes', options.maxPendingBytes, 16 * MEBI, 1024),
    onFail: (error) => logger.warn('recording failed', { error }),
  });
  writer.push(JSON.stringify(header));
  const recorder = new Recorder(engine, redaction, (event) => {
    writer.push(JSON.stringify(event));
    if (writer.state !== 'open') detach();
  });
  const real = environment.storage;
  const watched = recorder.watch(real);
  environment.storage = watched;
  const detach = (): void => {
    // Whoever has put another storage there since must not lose it.
    if (environment.storage === watched) environment.storage = real;
    recorder.close();
  };
  return recordingOf(writer, detach);
}

function recordingOf(writer: LineWriter, detach: () => void): Recording {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    detach();
    return (closed ??= writer.close());
  };
  return {
    get state() {
      return writer.state;
    },
    get error() {
      return writer.error;
    },
    get lines() {
      return writer.lines;
    },
    get bytes() {
      return writer.bytes;
    },
    get dropped() {
      return writer.dropped;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function headerOf(engine: Engine, consumer: Consumer | undefined, redaction: Redaction): RecordingHeader {
  const { options, registry } = engine;
  return {
    format: RECORDING_FORMAT,
    version: RECORDING_VERSION,
    package: VERSION,
    node: host.version,
    huey: options.name,
    start: engine.now(),
    consumer: consumer === undefined ? null : settingsOf(consumer),
    redacted: redaction.isOn ? { paths: redaction.paths, function: redaction.replace !== undefined } : null,
    tasks: registry.names(),
    periodic: registry.periodic().map(({ name }) => name),
  };
}

/** @throws ConfigurationError for a consumer whose bodies run elsewhere: what they enqueue could not be told apart. */
function settingsOf(consumer: Consumer): { readonly [option: string]: unknown } {
  const { options } = consumer;
  if (options === undefined) throw expected('consumer', 'a consumer', consumer);
  const { workerType = 'async' } = options;
  if (workerType === 'thread' || workerType === 'process')
    throw expected(
      'consumer',
      'one whose tasks run in this process',
      workerType,
      "record a consumer with workerType: 'async'",
    );
  return plain(options) as { readonly [option: string]: unknown };
}
