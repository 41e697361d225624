// Everybody in turn: the actors stand in a circle, in the order in which they were first seen, and the turn goes round.
import type { Chooser } from './chooser.js';

/** Gives the turn to the next one in the circle that is ready, and lets nothing go wrong. */
export function roundRobinChooser(): Chooser {
  const seats = new Map<string, number>();
  let last = -1;
  const seatOf = (actor: string): number => {
    let seat = seats.get(actor);
    if (seat === undefined) seats.set(actor, (seat = seats.size));
    return seat;
  };
  return {
    choose(kind, n, key) {
      if (kind !== 'turn') return 0;
      const ready = Array.from({ length: n }, (_, index) => seatOf(key(index)));
      const distances = ready.map((seat) => (seat > last ? seat - last : seat - last + seats.size));
      const choice = distances.indexOf(Math.min(...distances));
      last = ready[choice]!;
      return choice;
    },
  };
}
