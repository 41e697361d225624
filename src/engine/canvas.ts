// Work in parallel: a group is enqueued side by side; a chord also collects what its members return and passes the
// list, in their order, to a callback.
import { expected } from '../check.js';
import { type Last, type Passed, Signature, signatureOf, type Stage } from './signature.js';

/** Anything that can be enqueued. */
export type Work = Signature | Group | Chord;

/** What a piece of work contributes: the value of its last stage. */
export type ValueOf<W> =
  W extends Signature<infer S>
    ? Last<S>
    : W extends Chord<infer _M, infer S>
      ? Last<S>
      : W extends Group<infer M>
        ? ValuesOf<M>
        : never;

/** The values of several pieces of work, in order. */
export type ValuesOf<M extends readonly unknown[]> = { -readonly [K in keyof M]: ValueOf<M[K]> };

/** What the callback of a chord gets: the members' values. A failed member contributes its error, a skipped one null. */
type Collected<M extends readonly unknown[]> = [values: ValuesOf<M>];

/** Work that is enqueued side by side; make one with `group(members)`. */
export class Group<M extends readonly unknown[] = readonly unknown[]> {
  readonly members: readonly Work[];
  declare readonly membersType: M;

  constructor(members: Iterable<Work>) {
    this.members = workList('group', members);
  }

  /** Adds an error handler to the head of every member. */
  error<G extends readonly unknown[]>(handler: Stage<[...G, Error], unknown>, ...given: G): this {
    for (const member of this.members)
      (member as { error(handler: unknown, ...given: unknown[]): unknown }).error(handler, ...given);
    return this;
  }

  /** Makes a chord of it: the task gets the given arguments, then the list of the members' values. */
  pipe<G extends readonly unknown[], R>(
    callback: Stage<[...G, ...Collected<M>], R>,
    ...given: G
  ): Chord<M, [R]> {
    return new Chord<M, [R]>(this.members, signatureOf(callback, given) as Signature<[R]>);
  }
}

/** Work whose values are collected for a callback; make one with `chord(members, callback)`. */
export class Chord<
  M extends readonly unknown[] = readonly unknown[],
  Stages extends readonly unknown[] = readonly unknown[],
> {
  readonly members: readonly Work[];
  readonly callback: Signature<Stages>;
  declare readonly membersType: M;

  constructor(members: Iterable<Work>, callback: Signature<Stages>) {
    this.members = workList('chord', members);
    for (const member of this.members)
      if (member instanceof Group)
        throw expected(
          'member',
          'a signature, a pipeline or a chord',
          member,
          'spread the members of the group into the chord',
        );
    this.callback = callback;
  }

  /** Appends a stage to the callback. */
  pipe<G extends readonly unknown[], R>(
    stage: Stage<[...G, ...Passed<Last<Stages>>], R>,
    ...given: G
  ): Chord<M, [...Stages, R]>;
  pipe<Next extends readonly unknown[]>(signature: Signature<Next>): Chord<M, [...Stages, ...Next]>;
  pipe(next: Signature | Stage<never, unknown>, ...given: unknown[]): Chord {
    (this.callback as Signature).pipe(signatureOf(next, given));
    return this;
  }

  /** Adds an error handler to the callback. */
  error<G extends readonly unknown[]>(handler: Stage<[...G, Error], unknown>, ...given: G): this;
  error(handler: Signature): this;
  error(handler: Signature | Stage<never, unknown>, ...given: unknown[]): this {
    (this.callback as Signature).error(signatureOf(handler, given));
    return this;
  }
}

/** Work to be enqueued side by side. */
export function group<const M extends readonly Work[]>(members: M): Group<M> {
  return new Group<M>(members);
}

/** Work whose values are collected: once all members have ended, the callback gets the given arguments, then their list. */
export function chord<const M extends readonly Work[], G extends readonly unknown[], R>(
  members: M,
  callback: Stage<[...G, ...Collected<M>], R>,
  ...given: G
): Chord<M, [R]>;
export function chord<const M extends readonly Work[], Stages extends readonly unknown[]>(
  members: M,
  callback: Signature<Stages>,
): Chord<M, Stages>;
export function chord(
  members: readonly Work[],
  callback: Signature | Stage<never, unknown>,
  ...given: unknown[]
): Chord {
  return new Chord(members, signatureOf(callback, given));
}

function workList(what: string, members: Iterable<Work>): readonly Work[] {
  if (typeof members !== 'object' || members === null || !(Symbol.iterator in members))
    throw expected(`members of the ${what}`, 'an array', members, 'write [task.s(…), task.s(…)]');
  const list = [...members];
  for (const member of list)
    if (!(member instanceof Signature || member instanceof Group || member instanceof Chord))
      throw expected(
        `${what} member`,
        'a signature, a pipeline, a group or a chord',
        member,
        'describe a call with task.s(…)',
      );
  return list;
}
