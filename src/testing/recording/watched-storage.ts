// A storage that tells what is done to it, once it is done: it answers what the storage behind it answers, and when.
import type { Delivery, HandedOver, HandOver, Storage, Turn, TurnResult } from '../../storage/storage.js';
import { originHere } from './origin.js';
import type { RecordedAttempt } from './recording-event.js';

/** Who is told. Nothing that it throws reaches the caller of the storage. */
export interface StorageWatch {
  /** It is about to be asked: what it will be given may be taken from it before it has answered. */
  turning(turn: Turn): void;
  turned(turn: Turn, result: TurnResult, by: RecordedAttempt | undefined): void;
  handedOver(deliveries: readonly Delivery[], now: number): void;
  deleted(key: string, now: number, by: RecordedAttempt | undefined): void;
}

/** The same storage, watched. */
export function watchedStorage(storage: Storage, watch: StorageWatch): Storage {
  const watched: Partial<Storage> = {
    turn(turn: Turn) {
      const by = originHere();
      watch.turning(turn);
      return told(storage.turn(turn), (result: TurnResult) => watch.turned(turn, result, by));
    },
    handOver(request: HandOver) {
      return told(storage.handOver(request), ({ deliveries }: HandedOver) =>
        watch.handedOver(deliveries, request.now),
      );
    },
    delete(key: string, now: number) {
      const by = originHere();
      return told(storage.delete(key, now), (wasThere: boolean) => {
        if (wasThere) watch.deleted(key, now, by);
      });
    },
  };
  const members = new Map<PropertyKey, unknown>();
  return new Proxy(storage, {
    get(target, name) {
      if (Object.hasOwn(watched, name)) return watched[name as keyof Storage];
      const known = members.get(name);
      if (known !== undefined) return known;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const bound: unknown = member.bind(target);
      members.set(name, bound);
      return bound;
    },
  });
}

/** The answer as it is; whoever is told is told before the caller goes on. */
function told<T>(answer: T, tell: (value: Awaited<T>) => void): T {
  if (typeof answer === 'object' && answer !== null && 'then' in answer)
    return (answer as unknown as PromiseLike<Awaited<T>>).then((value) => {
      tell(value);
      return value;
    }) as T;
  tell(answer as Awaited<T>);
  return answer;
}
