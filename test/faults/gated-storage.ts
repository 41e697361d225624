// A storage that its consumer stops at the gate: right after it has taken a delivery or moved a due task, right before
// or right after it settles one. It writes down what it hands out.
import type { Storage, Turn } from '../../src/storage/storage.js';
import { writeEntry } from './account.js';
import { standStill, takeGate } from './gate.js';

/** Wraps an embedded storage, one that answers at once. */
export function gated(inner: Storage, folder: string): Storage {
  const flights = new Map<string, string>();
  const turn = (request: Turn) => {
    const settled = request.settled.flatMap(({ receipt }) => flights.get(receipt ?? '') ?? []);
    if (settled.some((id) => takeGate(folder, 'settling', id))) return standStill();
    const result = inner.turn(request);
    if ('then' in result) throw new Error('expected a storage that answers at once');
    for (const { item, receipt, count } of result.deliveries) {
      flights.set(receipt, item.id);
      writeEntry(folder, { kind: 'delivered', id: item.id, count });
    }
    const isAtGate =
      settled.some((id) => takeGate(folder, 'settled', id)) ||
      result.deliveries.some(({ item }) => takeGate(folder, 'taken', item.id));
    return isAtGate ? standStill() : result;
  };
  const handOver = (request: Parameters<Storage['handOver']>[0]) => {
    const result = inner.handOver(request);
    if ('then' in result) throw new Error('expected a storage that answers at once');
    return result.deliveries.some(({ item }) => takeGate(folder, 'moving', item.id)) ? standStill() : result;
  };
  const own: Partial<Storage> = { turn, handOver };
  return new Proxy(inner, {
    get(_, name) {
      const member: unknown = Reflect.get(own, name) ?? Reflect.get(inner, name);
      return typeof member === 'function' ? member.bind(inner) : member;
    },
  });
}
