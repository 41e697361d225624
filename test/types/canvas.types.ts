// What the compiler knows of pipelines, groups and chords: the stages fit, or it does not compile.
import {
  args,
  chord,
  type ChordResult,
  group,
  kwargs,
  MemoryHuey,
  type Result,
  type ResultGroup,
  type Signature,
} from 'huey-ts';
import { type Equal, type Expect, holds } from './expect-type.js';

const huey = new MemoryHuey();
const add = huey.task('add', async (a: number, b: number) => a + b);
const print = huey.task('print', async (n: number) => `${n}`);
const length = huey.task('length', (text: string) => text.length);
const nothing = huey.task('nothing', async () => {});
const pair = huey.task('pair', () => args(1, 'two'));
const named = huey.task('named', () => kwargs({ size: 3 }));
const takesPair = huey.task('takes-pair', (label: string, n: number, text: string) => `${label}${n}${text}`);
const takesNamed = huey.task(
  'takes-named',
  (label: string, options: { readonly size: number }) => label + options.size,
);
const sum = huey.task('sum', (values: number[]) => values.reduce((a, b) => a + b, 0));
const sumWith = huey.task('sum-with', (start: number, values: number[]) =>
  values.reduce((a, b) => a + b, start),
);
const noteAll = huey.task('note-all', (values: (number | Error | null)[]) => values.length);
const note = huey.task('note', (label: string, error: Error) => `${label} ${error.message}`);

const pipeline = add.s(1, 2).pipe(add, 3).pipe(print).pipe(length);
export type Stages = Expect<Equal<typeof pipeline, Signature<[number, number, string, number]>>>;
add.s(1, 2).pipe(print.s(1).pipe(length));
nothing.s().pipe(print, 5);
pair.s().pipe(takesPair, 'x');
named.s().pipe(takesNamed, 'x');
add.s(1, 2).error(note, 'add');
pipeline.error(note, 'head');

// @ts-expect-error length takes a string, add returns a number
add.s(1, 2).pipe(length);
// @ts-expect-error add needs one argument beside the one passed on
add.s(1, 2).pipe(add);
// @ts-expect-error the given argument has the wrong type
add.s(1, 2).pipe(add, 'three');
// @ts-expect-error nothing is passed on by a stage that returns nothing
nothing.s().pipe(print);
// @ts-expect-error the members of args() fit only a stage that takes them
pair.s().pipe(length);
// @ts-expect-error the handler's last parameter gets the error
add.s(1, 2).error(takesPair, 'x');

const members = group([add.s(1, 2), add.s(3, 4)]);
const summed = chord([add.s(1, 2), add.s(3, 4).pipe(add, 5)], sum).pipe(print);
chord([add.s(1, 2)], sumWith, 10);
chord([add.s(1, 2)], noteAll);
members.pipe(sum).pipe(print);
members.error(note, 'member');

// @ts-expect-error a list of strings is not a list of numbers
chord([print.s(1), print.s(2)], sum);
// @ts-expect-error sum returns a number
chord([add.s(1, 2)], sum).pipe(length);
// @ts-expect-error print does not take a list
members.pipe(print);

export async function handles(): Promise<void> {
  const one = await huey.enqueue(add.s(1, 2));
  const piped = await huey.enqueue(pipeline);
  const grouped = await huey.enqueue(members);
  const chorded = await huey.enqueue(summed);
  holds<Equal<typeof one, Result<number>>>();
  holds<Equal<typeof piped, ResultGroup<[number, number, string, number]>>>();
  holds<Equal<typeof grouped, ResultGroup<[number, number]>>>();
  holds<Equal<typeof chorded, ChordResult<[number, number], [number, string]>>>();
  const values = await piped.get({ blocking: true });
  holds<Equal<typeof values, [number, number, string, number]>>();
}
