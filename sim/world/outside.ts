// What the process has open to the outside world, by kind: sockets, file requests, child processes. It knows what is
// open at rest, so that it can tell whether a body waits for more than that.
import { host } from '../../src/runtime.js';

export class Outside {
  #atRest = census();

  /** Whether more is open than at rest. What has been closed since counts as at rest no longer. */
  hasOpened(): boolean {
    const open = census();
    const closed = [...this.#atRest].filter(([kind, count]) => count > (open.get(kind) ?? 0));
    for (const [kind] of closed) this.#atRest.set(kind, open.get(kind) ?? 0);
    return [...open].some(([kind, count]) => count > (this.#atRest.get(kind) ?? 0));
  }

  /** Until the returned function is called, what is opened and stays open counts as at rest: a storage connects, say. */
  watch(): () => void {
    const before = census();
    return () => {
      for (const [kind, count] of census()) {
        const opened = count - (before.get(kind) ?? 0);
        if (opened > 0) this.#atRest.set(kind, (this.#atRest.get(kind) ?? 0) + opened);
      }
    };
  }

  /** Takes what is open now for the state at rest: a pool of connections that stays, for instance. */
  settle(): void {
    this.#atRest = census();
  }
}

function census(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of host.activeResources()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
