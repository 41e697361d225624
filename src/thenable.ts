// Tells what has to be awaited from what is there at once: most bodies and handlers answer at once, and need not wait.

/** Whether the answer is a promise, or anything else with a method `then`. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === 'object' && answer !== null && typeof (answer as { then?: unknown }).then === 'function'
  );
}
