// What a replay has to do by hand, and when: enqueue what came from outside of tasks, revoke and restore. All the rest
// follows from running the tasks.
import type { RecordedWork, RecordingEvent } from './recording-event.js';

/** One thing to do, at an instant in epoch milliseconds. */
export type Cue =
  | {
      readonly kind: 'enqueue' | 'arrive';
      readonly at: number;
      readonly work: readonly RecordedWork[];
      readonly from?: 'queue' | 'schedule';
    }
  | {
      readonly kind: 'revoke' | 'restore';
      readonly at: number;
      readonly id?: string;
      readonly name?: string;
      readonly once: boolean;
      readonly until?: number;
    };

/** The cues of a recording, in the order of their instants. */
export function cuesOf(events: readonly RecordingEvent[]): readonly Cue[] {
  const cues: Cue[] = [];
  const known = new Set<string>();
  const revoked = new Set<string>();
  const lastHeard = new Map<string, number>();
  for (const event of events) {
    switch (event.kind) {
      case 'enqueued':
      case 'arrived': {
        const { kind, at, work } = event;
        const ids = work.flatMap(({ chain }) => chain.map(({ id }) => String(id)));
        // A recorder that has forgotten a task takes it for one of another process.
        const isNews = ids.some((id) => !known.has(id));
        for (const id of ids) {
          known.add(id);
          lastHeard.set(id, at);
        }
        if (kind === 'arrived' && isNews) cues.push({ kind: 'arrive', at, work, from: event.from });
        if (kind === 'enqueued' && event.by === undefined) cues.push({ kind: 'enqueue', at, work });
        break;
      }
      case 'tick':
        known.add(event.id);
        break;
      case 'revoked': {
        revoked.add(event.id ?? `name ${event.name}`);
        const { kind: _kind, by, ...about } = event;
        if (by === undefined) cues.push({ kind: 'revoke', ...about });
        break;
      }
      case 'restored': {
        const { kind: _kind, by, ...about } = event;
        if (by === undefined) cues.push({ kind: 'restore', once: false, ...about });
        break;
      }
      case 'signal': {
        const { signal, id, name, at } = event;
        // Nobody was seen to revoke it: another process did, after it was last heard of.
        if (signal === 'revoked' && !revoked.has(id) && !revoked.has(`name ${name}`))
          cues.push({ kind: 'revoke', at: lastHeard.get(id) ?? at, id, once: true });
        lastHeard.set(id, at);
        break;
      }
      default:
    }
  }
  return cues.sort((a, b) => a.at - b.at);
}
