// Who is ready, and who waits for which instant. What belongs to the dead is dropped, what belongs to a paused process
// is kept for it; so whatever is ready can really go on, and the chooser is never asked about anybody else.
import { Heap } from '../../src/heap.js';
import type { StepWatch } from '../choosers/chooser.js';
import type { Household, Waiter } from './waiter.js';

interface Timer {
  readonly at: number;
  readonly sequence: number;
  readonly waiter: Waiter;
}

export class Agenda {
  readonly #watch: StepWatch | undefined;
  /** In the order in which they became ready. */
  ready: Waiter[] = [];
  readonly #timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence));
  #sequence = 0;

  constructor(watch?: StepWatch) {
    this.#watch = watch;
  }

  /** Makes it ready at once. */
  now(waiter: Waiter): void {
    this.#watch?.created(waiter);
    this.soon(waiter);
  }

  soon(waiter: Waiter): void {
    const { actor } = waiter;
    if (actor === undefined || actor.process.state === 'running') {
      if (actor?.isDead === true) return;
      waiter.isReady = true;
      this.ready.push(waiter);
    } else if (!actor.isDead) actor.process.held.push(waiter);
  }

  /** Makes it ready at that instant; the returned function cancels it. */
  at(instant: number, waiter: Waiter): () => void {
    this.#watch?.created(waiter);
    this.#sequence += 1;
    this.#timers.push({ at: instant, sequence: this.#sequence, waiter });
    return () => {
      if (waiter.isReady) this.#watch?.cancelled(waiter);
      waiter.callback = undefined;
      if (waiter.isReady) this.ready.splice(this.ready.indexOf(waiter), 1);
      waiter.isReady = false;
    };
  }

  /** When the next timer is due; Infinity without any. Those that were cancelled, or whose owners died, are forgotten on the way. */
  get nextAt(): number {
    for (;;) {
      const top = this.#timers.peek();
      if (top === undefined) return Infinity;
      if (top.waiter.callback !== undefined && top.waiter.actor?.isDead !== true) return top.at;
      this.#timers.pop();
    }
  }

  /** Makes ready what is due by then. */
  collect(now: number): void {
    while (this.nextAt <= now) this.soon(this.#timers.pop()!.waiter);
  }

  hasReadyAt(now: number): boolean {
    return this.ready.length > 0 || this.nextAt <= now;
  }

  /** Takes one out of those that are ready. */
  take(index: number): Waiter {
    const { ready } = this;
    const waiter = index === ready.length - 1 ? ready.pop()! : ready.splice(index, 1)[0]!;
    waiter.isReady = false;
    return waiter;
  }

  /** Drops those who were ready and have died. */
  bury(): void {
    this.#dropWhere(({ actor }) => actor?.isDead === true);
  }

  /** Keeps what is ready of a paused process for later. */
  hold(process: Household): void {
    process.held.push(...this.#dropWhere(({ actor }) => actor?.process === process));
  }

  #dropWhere(isDropped: (waiter: Waiter) => boolean): Waiter[] {
    const dropped = this.ready.filter(isDropped);
    for (const waiter of dropped) {
      this.#watch?.cancelled(waiter);
      waiter.isReady = false;
    }
    this.ready = this.ready.filter(({ isReady }) => isReady);
    return dropped;
  }

  letGo(process: Household): void {
    for (const waiter of process.held.splice(0)) if (waiter.callback !== undefined) this.soon(waiter);
  }

  /** Whether anybody waits who does not merely look after the queue. */
  get hasErrands(): boolean {
    return this.ready.some(isErrand) || this.#timers.some(({ waiter }) => isErrand(waiter));
  }
}

/**
 * Who looks after the queue waits for its next round with a timer. Calls and sleeps of theirs are errands like others':
 * code that they resumed may go on in their name.
 */
function isErrand({ callback, actor, what }: Waiter): boolean {
  const isIdle = actor?.isKeeper === true && what === 'timer';
  return callback !== undefined && !isIdle && actor?.isDead !== true;
}
