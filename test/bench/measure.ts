// Fair comparisons on a noisy machine: the contenders take turns, and what is reported is the median of the ratios of
// neighbouring rounds. Speed is printed, never asserted.

export interface Contender {
  readonly name: string;
  /** Does the work `operations` times. */
  readonly run: (operations: number) => unknown;
}

export interface Comparison {
  readonly title: string;
  /** What is counted, as in "calls". */
  readonly unit: string;
  readonly operations: number;
  /** The same work by hand, with no queue around it. */
  readonly floor: Contender;
  readonly ours: Contender;
  /** Others who do the same work. */
  readonly peers?: readonly Contender[];
  /** The ratio to the floor that we want to reach, if there is one. */
  readonly goal?: number;
  /** How many operations a second we want to reach, if there is such a goal. */
  readonly goalRate?: number;
  /** What one operation of ours consists of, where that is counted too. */
  readonly parts?: Parts;
}

/** A finer count of the same work. */
export interface Parts {
  /** What is counted, as in "events". */
  readonly unit: string;
  /** Asked when the rounds are over. */
  readonly perOperation: () => number;
  /** How many of them a second we want to reach. */
  readonly goalRate: number;
}

export interface Measured {
  readonly name: string;
  /** Median seconds of one round. */
  readonly seconds: number;
  /** Median of floor time over own time, round by round: 1 is as fast as the floor. */
  readonly ratio: number;
}

const ROUNDS = 7;

/** Runs the contenders in turn, after a warm-up, and compares each with the floor. */
export async function compare({
  floor,
  ours,
  peers = [],
  operations,
}: Comparison): Promise<readonly Measured[]> {
  const contenders = [floor, ours, ...peers];
  for (const contender of contenders) await seconds(contender, operations);
  const rounds: number[][] = contenders.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, contender] of contenders.entries())
      rounds[index]!.push(await seconds(contender, operations));
  return contenders.map(({ name }, index) => ({
    name,
    seconds: median(rounds[index]!),
    ratio: median(rounds[index]!.map((own, round) => rounds[0]![round]! / own)),
  }));
}

async function seconds(contender: Contender, operations: number): Promise<number> {
  globalThis.gc?.();
  const start = process.hrtime.bigint();
  await contender.run(operations);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
