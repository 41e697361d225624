// What a stage returns to pass more than one argument to the next: args(a, b) for positions, kwargs({ … }) for names.

/** Several values for the next stage's parameters. Reading the result gives this object; it is iterable. */
export class Args<T extends readonly unknown[] = readonly unknown[]> implements Iterable<T[number]> {
  readonly values: T;

  constructor(values: T) {
    this.values = values;
  }

  [Symbol.iterator](): Iterator<T[number]> {
    return this.values[Symbol.iterator]();
  }
}

/** Named arguments: given as the last argument of a call, or returned to the next stage. */
export class Kwargs<T extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>> {
  readonly values: T;

  constructor(values: T) {
    this.values = values;
  }
}

/** Return this from a stage to pass several arguments on. */
export function args<T extends readonly unknown[]>(...values: T): Args<T> {
  return new Args(values);
}

/**
 * Named arguments. As the last argument of a call they travel beside the positions; returned from a stage they fill
 * those names of the next stage that are not given yet. A body gets them as `ctx.kwargs`, and, after the positions,
 * as one object.
 */
export function kwargs<T extends Readonly<Record<string, unknown>>>(values: T): Kwargs<T> {
  return new Kwargs(values);
}
