// huey consumer: runs the tasks of an app until it is told to stop.
import { dirname } from 'node:path';
import { type App, loadApp } from '../app.js';
import { findApp } from '../app-path.js';
import type { Command } from '../command-line.js';
import { writeBanner } from '../consumer-banner.js';
import { type ConsumerFlags, consumerOptionsOf, logOptionsOf, takeConsumerFlags } from '../consumer-flags.js';
import { ConsumerRun, type Ending } from '../consumer-run.js';
import { CliFailure, EXIT, failureOf, Told } from '../failure.js';
import type { HealthServer } from '../health.js';
import type { Host } from '../host.js';
import { fileLog, type Log, terminalLog } from '../log.js';
import { takeApp } from '../options.js';
import { RESTART, SUPERVISED, Supervisor, type Watch } from '../supervisor.js';
import { TaskLog } from '../task-log.js';

const EXAMPLES = `
SIGINT finishes what runs, SIGTERM interrupts it, SIGHUP restarts; a second SIGINT forces.

  huey consumer ./tasks.js:huey -w 8
  huey consumer ./tasks.ts:huey --dev -S
  huey consumer tasks.huey -w 4 -k process -l huey.log --health 8080`;

/** Declares the command. */
export function configure(command: Command, host: Host): void {
  takeConsumerFlags(takeApp(command))
    .addHelpText('after', EXAMPLES)
    .action((name: string, flags: ConsumerFlags) => consume(name, flags, host));
}

async function consume(name: string, flags: ConsumerFlags, host: Host): Promise<void> {
  const isSupervised = host.env[SUPERVISED] !== undefined;
  if (flags.dev && !isSupervised) return endAs(await new Supervisor(host, await watchOf(name, host)).run());
  const ending = await runOnce(name, flags, host);
  if (ending.kind === 'exit') {
    if (ending.reason !== undefined) throw new CliFailure(ending.code, ending.reason);
    return endAs(ending.code);
  }
  if (isSupervised) return endAs(RESTART);
  host.replace?.();
  return endAs(await new Supervisor(host).run());
}

/** Ends with a code about which everything has been said. */
function endAs(code: number): void {
  if (code !== EXIT.ok) throw new Told(code);
}

/** Watches the folder of the app and the working directory. */
async function watchOf(name: string, host: Host): Promise<Watch> {
  const { watchSources } = await import('../source-watch.js');
  const folders = [host.cwd, dirname(findApp(name, host.cwd).file)];
  return (onChange) => watchSources(folders, host.runtime.clock, onChange);
}

async function runOnce(name: string, flags: ConsumerFlags, host: Host): Promise<Ending> {
  const app = await loadApp(name, host);
  if (app.huey.immediate)
    throw new CliFailure(
      EXIT.app,
      `${app.shown} is in immediate mode: its tasks run where they are called, so there is nothing to consume; leave \`immediate\` off here`,
    );
  const options = logOptionsOf(flags);
  const log =
    flags.logfile === undefined ? terminalLog(options, host) : fileLog(flags.logfile, options, host);
  takeLogOf(app, log);
  try {
    return await runLogged(app, flags, host, log);
  } finally {
    await app.huey.close();
    log.flush();
  }
}

async function runLogged(app: App, flags: ConsumerFlags, host: Host, log: Log): Promise<Ending> {
  const consumer = app.huey.createConsumer(consumerOptionsOf(flags, app));
  const tasks = new TaskLog(app.engine, log);
  consumer.observe(tasks.hear);
  await prepareStorage(app, flags, log);
  writeBanner(app, flags, log, host);
  const deadlines = { stopMs: flags.stopTimeout, termMs: flags.termTimeout };
  const run = new ConsumerRun({ app, consumer, log, tasks, host, deadlines });
  const health = await answerHealth(app, flags, run, tasks, log);
  try {
    return await run.run();
  } catch (error) {
    throw notStarted(error);
  } finally {
    await health?.close();
  }
}

/** What the engine has to say goes into the log too, beside the logger that the app gave it. */
function takeLogOf({ engine }: App, log: Log): void {
  const { runtime } = engine;
  const own = runtime.logger;
  const ours = log.asLogger();
  const both = (level: 'debug' | 'info' | 'warn' | 'error'): typeof own.debug => {
    return (message, fields) => {
      own[level](message, fields);
      ours[level](message, fields);
    };
  };
  const logger = { debug: both('debug'), info: both('info'), warn: both('warn'), error: both('error') };
  engine.home.runtime = { ...runtime, logger };
}

/** Asks the storage something before anything is promised, and frees locks that a crash may have left. */
async function prepareStorage({ huey, engine }: App, flags: ConsumerFlags, log: Log): Promise<void> {
  try {
    await engine.storage.pendingCount();
    if (!flags.flushLocks && flags.extraLocks === undefined) return;
    const freed = await huey.flushLocks(...(flags.extraLocks ?? []));
    if (freed.length > 0) log.line('WARNING', 'huey.consumer', `Found stale locks: ${freed.join(', ')}`);
  } catch (error) {
    throw notStarted(error);
  }
}

function notStarted(error: unknown): CliFailure {
  const { exitCode, message } = failureOf(error);
  if (exitCode !== EXIT.failed && exitCode !== EXIT.storage) return failureOf(error);
  return new CliFailure(EXIT.storage, `the consumer cannot start: ${message}`, { cause: error });
}

async function answerHealth(
  { engine }: App,
  { health, healthHost, workers }: ConsumerFlags,
  run: ConsumerRun,
  tasks: TaskLog,
  log: Log,
): Promise<HealthServer | undefined> {
  if (health === undefined) return undefined;
  const { startHealth } = await import('../health.js');
  const server = await startHealth(
    { host: healthHost, port: health },
    {
      get isWorking() {
        return run.isWorking;
      },
      get details() {
        return { queue: engine.options.name, workers, ...tasks.counts };
      },
      ping: () => engine.storage.pendingCount(),
    },
    engine.runtime.clock,
  );
  log.line(
    'INFO',
    'huey.consumer',
    `Health checks are answered at ${server.url}/live and ${server.url}/ready.`,
  );
  return server;
}
