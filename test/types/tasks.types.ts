// What the compiler knows of tasks: arguments, results, context and options are inferred, and misuse does not compile.
import { MemoryHuey, type Result, type ResultGroup, type TaskContext } from 'huey-ts';
import { type Equal, type Expect, holds } from './expect-type.js';

const huey = new MemoryHuey();

const add = huey.task('add', async (a: number, b: number) => a + b);
const shout = huey.task('shout', { retries: 3, retryDelay: '10s' }, (text: string) => text.toUpperCase());
const report = huey.task(
  'report',
  { context: true, lock: 'reports' },
  async (ctx, day: string) => `${day} ${ctx.attempt}`,
);
const optional = huey.task('optional', (a: number, b?: string) => ({ a, b }));

export type InferredResult = Expect<Equal<Awaited<ReturnType<typeof add>>, Result<number>>>;
export type SynchronousBody = Expect<Equal<Awaited<ReturnType<typeof shout>>, Result<string>>>;
export type ContextIsNotAnArgument = Expect<Equal<Parameters<typeof report>, [day: string]>>;
export type OptionalStaysOptional = Expect<
  Equal<Parameters<typeof optional>, [a: number, b?: string | undefined]>
>;

export async function calls(): Promise<void> {
  const result = await add(1, 2);
  const now = await result.get();
  const later = await result.get({ blocking: true, timeout: '5s' });
  const local = await add.callLocal(1, 2);
  const many = await add.map([
    [1, 2],
    [3, 4],
  ]);
  const values = await many.get();
  holds<Equal<typeof now, number | undefined>>();
  holds<Equal<typeof later, number>>();
  holds<Equal<typeof local, number>>();
  holds<Equal<typeof many, ResultGroup<number[]>>>();
  holds<Equal<typeof values, (number | undefined)[]>>();
  await add.with({ priority: 90, expires: '5m' })(1, 2);
  await add.schedule([3, 4], { delay: '10s' });
  await add.schedule([3, 4], { eta: new Date(0) });

  // @ts-expect-error an argument is missing
  await add(1);
  // @ts-expect-error one argument too many
  await add(1, 2, 3);
  // @ts-expect-error wrong type
  await add('1', 2);
  // @ts-expect-error wrong type in a list of arguments
  await add.schedule(['3', 4], { delay: '10s' });
  // @ts-expect-error wrong type in a map
  await add.map([[1, '2']]);
  // @ts-expect-error the context is not the caller's business
  await report({}, 'monday');
  // @ts-expect-error misspelt option
  add.with({ prioritty: 1 });
  // @ts-expect-error misspelt option
  huey.task('a', { retires: 3 }, () => {});
  // @ts-expect-error the result is a number
  const wrong: string = await result.get({ blocking: true });
  void wrong;
}

huey.task('typed-context', { context: true }, (ctx: TaskContext) => ctx.timeRemaining?.toFixed());
huey.task('inferred-context', { context: true }, (ctx) => {
  holds<Equal<typeof ctx, TaskContext>>();
  ctx.signal.throwIfAborted();
});
