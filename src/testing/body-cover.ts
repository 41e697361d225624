// Covers around the bodies of declared tasks: a fault that strikes an attempt, a recorder that notes who runs. A body is
// replaced once, and looks up what covers it when it runs; the cover that was put on last is the outermost.
import type { Definition, TaskBody } from '../engine/registry.js';

/** Does something around a body: `run` runs it. */
export type Cover = (run: () => unknown) => unknown;

const covers = new WeakMap<Definition, Set<Cover>>();

/** Covers the body of a task; returns how to take the cover away. */
export function coverBody(definition: Definition, cover: Cover): () => void {
  const around = coversOf(definition);
  around.add(cover);
  return () => void around.delete(cover);
}

function coversOf(definition: Definition): Set<Cover> {
  const known = covers.get(definition);
  if (known !== undefined) return known;
  const around = new Set<Cover>();
  covers.set(definition, around);
  const body = definition.body as (...args: unknown[]) => unknown;
  const covered = (...args: unknown[]): unknown =>
    [...around].reduce<() => unknown>(
      (run, cover) => () => cover(run),
      () => body(...args),
    )();
  (definition as { body: TaskBody }).body = covered;
  return around;
}
