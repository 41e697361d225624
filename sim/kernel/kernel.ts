// Virtual time. Whatever waits, waits here: for an instant, or for its turn. One step resumes one waiter and lets it
// run until everything that it set in motion has come to rest; so code interleaves only where it waits, never by how
// many promises it is made of. When nothing is ready, time jumps to the next instant that somebody waits for.
import { type Clock, host } from '../../src/runtime.js';
import { Agenda } from './agenda.js';
import type { CandidateKey } from '../choosers/chooser.js';
import type { KernelOptions } from './kernel-options.js';
import { Outside } from '../world/outside.js';
import { SimulationError } from '../simulation-error.js';
import { type Household, type Owner, waiterFor, type Wanted } from './waiter.js';

/** When a drive is over. */
interface Goal {
  /** Asked when everything at an instant has come to rest. */
  readonly isDone: () => boolean | Promise<boolean>;
  /** Asked after each step: whether to stop in the middle of an instant. */
  readonly isReached?: () => boolean;
}

const SETTLED = Promise.resolve();

export class Kernel implements Clock {
  readonly #options: KernelOptions;
  readonly #agenda: Agenda;
  /** Code of the test has no name: it is known by its place among those that are ready. */
  readonly #nameOf: CandidateKey = (index) => this.#agenda.ready[index]!.actor?.name ?? String(index);
  #now: number;
  #running = false;
  #ended = false;
  #current: Owner | undefined;
  /** Real commands under way: time, and everybody, waits for them. */
  #commands = 0;
  #whenCommandsEnd: (() => void) | undefined;
  /** Calls that drive take turns. */
  #drives: Promise<unknown> = Promise.resolve();
  /** How to refuse those who wait inside without a body's signal. */
  readonly #waiting = new Set<(reason: SimulationError) => void>();
  #steps = 0;
  #stepsAtInstant = 0;
  readonly #outside = new Outside();

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.chooser.watch);
    this.#now = options.start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Whose step it is; undefined between steps, and in those of nobody's. */
  get current(): Owner | undefined {
    return this.#current;
  }

  /** Whether simulated code runs now, and not a real command on its behalf. */
  get isStepping(): boolean {
    return this.#current !== undefined && this.#commands === 0;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  /** Whether anybody but those who look after the queue waits for an instant or a turn. */
  get hasErrands(): boolean {
    return this.#agenda.hasErrands;
  }

  timer(delayMs: number, callback: () => void, actor?: Owner, what: Wanted = 'timer'): () => void {
    return this.#agenda.at(this.#now + Math.max(0, delayMs), waiterFor(callback, actor, what));
  }

  soon(callback: () => void, actor?: Owner, what: Wanted = 'turn'): void {
    this.#agenda.now(waiterFor(callback, actor, what));
  }

  /** Inside the simulation, waits for virtual time; outside, where a test waits for a result, moves it. */
  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    this.#checkOpen();
    if (this.#running) return this.wait(delayMs, signal);
    const until = this.#now + delayMs;
    const isWoken = (): boolean => signal?.aborted === true;
    await this.#takeTurn(async () => {
      await this.#drive({ isDone: () => isWoken() || this.#agenda.nextAt > until });
      if (!isWoken()) this.#now = Math.max(this.#now, until);
    });
  }

  /** Waits for virtual time, on behalf of an actor. */
  wait(delayMs: number, signal: AbortSignal | undefined, actor?: Owner): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return this.soon(resolve, actor, 'sleep');
      const cancel = this.timer(
        delayMs,
        () => {
          signal?.removeEventListener('abort', wake);
          this.#waiting.delete(reject);
          resolve();
        },
        actor,
        'sleep',
      );
      const wake = (): void => {
        cancel();
        this.soon(resolve, actor, 'sleep');
      };
      signal?.addEventListener('abort', wake, { once: true });
      // Bodies wait with a signal, and are left where they are in the end.
      if (signal === undefined) this.#waiting.add(reject);
    });
  }

  /** Nobody moves, and no time passes, until the command has ended. */
  async command<R>(command: PromiseLike<R>): Promise<R> {
    const admit = this.#outside.watch();
    this.#commands += 1;
    try {
      return await command;
    } finally {
      admit();
      this.#commands -= 1;
      if (this.#commands === 0) this.#whenCommandsEnd?.();
    }
  }

  /** Drops whatever the dead wait for. */
  bury(): void {
    this.#agenda.bury();
  }

  pause(process: Household): void {
    process.state = 'paused';
    this.#agenda.hold(process);
  }

  resume(process: Household): void {
    process.state = 'running';
    this.#agenda.letGo(process);
  }

  /** Runs everything up to an instant, that instant included, and leaves the clock there. */
  async runUntil(instant: number): Promise<void> {
    await this.#takeTurn(() => this.#driveTo(instant));
  }

  /** Lets that much time pass from when its turn comes. */
  async runFor(durationMs: number): Promise<void> {
    await this.#takeTurn(() => this.#driveTo(this.#now + durationMs));
  }

  /** Runs until the condition fails when everything has come to rest at an instant, or nothing is left to wait for, or the limit is reached. */
  async runWhile(condition: () => boolean | Promise<boolean>, limit: number): Promise<void> {
    await this.#takeTurn(() => this.#driveWhile(condition, limit));
  }

  /** Runs until the condition holds after a step, or nothing is left to wait for, or the limit is reached. */
  async runUntilStep(isReached: () => boolean, limit: number): Promise<void> {
    await this.#takeTurn(() => this.#drive({ isDone: () => this.#agenda.nextAt > limit, isReached }));
  }

  /** The last turn, which runs like runWhile: who still waits afterwards, or for a turn, is refused. */
  async end(condition: () => boolean, limit: number): Promise<void> {
    await this.#takeTurn(async () => {
      try {
        await this.#driveWhile(condition, limit);
      } finally {
        this.close();
      }
    });
  }

  /** Ends at once: who still waits, or comes later, is refused. */
  close(): void {
    this.#ended = true;
    for (const refuse of this.#waiting) refuse(ended());
  }

  async #takeTurn(drive: () => Promise<void>): Promise<void> {
    const turn = this.#driveAfter(this.#drives, drive);
    this.#drives = turn.catch(() => {});
    await turn;
  }

  async #driveAfter(others: Promise<unknown>, drive: () => Promise<void>): Promise<void> {
    await others;
    // Whoever had the turn before goes on first: a wait that it begins outside must not be taken for one inside.
    await rest();
    this.#checkOpen();
    await drive();
  }

  #checkOpen(): void {
    if (this.#ended) throw ended();
  }

  #driveWhile(condition: () => boolean | Promise<boolean>, limit: number): Promise<void> {
    return this.#drive({
      isDone: () => {
        if (this.#agenda.nextAt > limit) return true;
        const holds = condition();
        return typeof holds === 'boolean' ? !holds : holds.then((answer) => !answer);
      },
    });
  }

  async #driveTo(instant: number): Promise<void> {
    await this.#drive({ isDone: () => this.#agenda.nextAt > instant });
    this.#now = Math.max(this.#now, instant);
  }

  async #drive(goal: Goal): Promise<void> {
    this.#running = true;
    this.#stepsAtInstant = 0;
    try {
      await new Promise<void>((resolve, reject) => this.#go(goal, resolve, reject));
    } finally {
      this.#running = false;
      this.#current = undefined;
    }
  }

  /** One step after the other, each at rest: called back by the host rather than awaited, which costs half as much. */
  #go(goal: Goal, resolve: () => void, reject: (reason: unknown) => void): void {
    const again = (): void => {
      try {
        this.#current = undefined;
        const pause = this.#pauseOrStep(goal);
        if (pause === undefined) void SETTLED.then(awaitRest);
        else if (pause === true) resolve();
        else pause.then((isDone) => (isDone ? resolve() : awaitRest()), reject);
      } catch (error) {
        reject(error);
      }
    };
    const awaitRest = (): void => host.afterMicrotasks(again);
    again();
  }

  /** Makes one step, if anybody is ready; if not, moves time. true: the goal is reached. A promise tells later whether it is. */
  #pauseOrStep(goal: Goal): true | Promise<boolean> | undefined {
    if (this.#commands > 0) return this.#commandsEnd();
    if (goal.isReached?.() === true) return true;
    const agenda = this.#agenda;
    agenda.collect(this.#now);
    if (agenda.ready.length === 0) {
      // Every step ends at rest, and so does what came before the first.
      if (this.#options.isBusy() && !agenda.hasReadyAt(this.#now)) {
        const heard = this.#heard();
        return heard.then((came) => (came ? false : this.#moveTime(goal)));
      }
      const isDone = this.#moveTime(goal);
      if (isDone !== false) return isDone;
      if (agenda.ready.length === 0) return Promise.resolve(false);
    }
    if (this.#stepsAtInstant >= this.#options.maxStepsPerInstant) throw this.#livelock();
    this.#step();
    return undefined;
  }

  /** true: done; false: time has moved to where somebody is ready. */
  #moveTime(goal: Goal): true | false | Promise<boolean> {
    const isDone = goal.isDone();
    if (typeof isDone !== 'boolean') return isDone.then((answer) => answer || this.#jump());
    return isDone || this.#jump();
  }

  #jump(): false {
    const next = this.#agenda.nextAt;
    if (next > this.#now) {
      this.#now = next;
      this.#stepsAtInstant = 0;
    }
    this.#agenda.collect(this.#now);
    return false;
  }

  #step(): void {
    const { ready } = this.#agenda;
    const count = ready.length;
    const { watch } = this.#options.chooser;
    watch?.choosing(ready);
    const index = count === 1 ? 0 : this.#options.chooser.choose('turn', count, this.#nameOf);
    const waiter = this.#agenda.take(index);
    watch?.stepping(waiter);
    this.#steps += 1;
    this.#stepsAtInstant += 1;
    this.#current = waiter.actor;
    this.#options.onStep?.(waiter);
    waiter.callback!();
  }

  #commandsEnd(): Promise<false> {
    return new Promise((resolve) => (this.#whenCommandsEnd = () => resolve(false)));
  }

  /**
   * Gives bodies that wait for real I/O the real time they need before virtual time moves on; true if something came
   * of it. A body that waits for the test itself keeps nothing busy, and is not waited for.
   */
  async #heard(): Promise<boolean> {
    const { isBusy, patienceMs } = this.#options;
    const deadline = host.realNow() + patienceMs;
    do {
      await host.turn();
      await rest();
      if (this.#agenda.hasReadyAt(this.#now) || this.#commands > 0) return true;
      if (!isBusy()) return true;
    } while (this.#outside.hasOpened() && host.realNow() < deadline);
    this.#outside.settle();
    return false;
  }

  #livelock(): SimulationError {
    return new SimulationError(
      `expected time to move on, got ${this.#stepsAtInstant} steps at ${new Date(this.#now).toISOString()}; ` +
        'a task may retry, or enqueue itself, without any delay for ever (raise maxStepsPerInstant if that many are meant)',
    );
  }
}

function ended(): SimulationError {
  return new SimulationError(
    'expected to wait while the simulation runs, but it has ended; await what waits before disposing of it',
  );
}

/** Resolves when all promise jobs have run. */
function rest(): Promise<void> {
  return new Promise((resolve) => host.afterMicrotasks(resolve));
}
