// `npm run bench [-- word…]`: all comparisons, or those whose title has one of the words. They use the package as it
// is built and published, not the sources. Each has a process of its own: V8 compiles for all that a process has ever run,
// so what came before would be measured too.
import { spawnSync } from 'node:child_process';
import { matching, nextInUtc, nextInZone } from './crontabs.js';
import { file } from './file.js';
import { immediate } from './immediate.js';
import { compare, type Comparison, type Measured } from './measure.js';
import { memory } from './memory.js';
import { redis } from './redis.js';
import { redisFigures } from './redis-figures.js';
import { sqlite } from './sqlite.js';
import { growthAfterTasks, sqliteHuey } from './sqlite-huey.js';
import { idleShare, startUp } from './start-up.js';
import { workers } from './workers.js';
import { simulatedTasks } from './simulated.js';
import { sweep } from './sweep.js';
import { year } from './year.js';

const COMPARISONS: readonly Comparison[] = [
  immediate,
  memory,
  matching,
  nextInUtc,
  nextInZone,
  year,
  simulatedTasks,
  sweep,
  ...sqlite,
  ...sqliteHuey,
  ...file,
  ...redis,
  startUp,
  workers,
];

const TITLES = [...COMPARISONS, ...redisFigures].map(({ title }) => title);

const words = process.argv.slice(2);
const exact = TITLES.filter((title) => words.includes(title));
const some = TITLES.filter((title) => words.length === 0 || words.some((word) => title.includes(word)));
const chosen = exact.length > 0 ? exact : some;
if (chosen.length === 0) {
  const titles = TITLES.map((title) => `  ${title}`).join('\n');
  console.error(`no benchmark has ${words.join(' or ')} in its title; there are:\n${titles}`);
  process.exitCode = 2;
} else if (chosen.length === 1) await run(chosen[0]!);
else
  for (const title of chosen) {
    const argv = [...process.execArgv, ...process.argv.slice(1, 2), title];
    const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }

async function run(title: string): Promise<void> {
  const comparison = COMPARISONS.find((one) => one.title === title);
  if (comparison !== undefined) report(comparison, await compare(comparison));
  if (comparison === startUp) reportIdle(await idleShare());
  if (comparison === sqliteHuey[0]) reportGrowth(await growthAfterTasks());
  const figure = redisFigures.find((one) => one.title === title);
  if (figure === undefined) return;
  console.log(`\n${title}`);
  for (const [name, text] of await figure.measure()) console.log(`  ${name.padEnd(42)} ${text}`);
}

function report(comparison: Comparison, measured: readonly Measured[]): void {
  const { title, unit, operations, goal, goalRate, parts } = comparison;
  console.log(`\n${title}`);
  for (const { name, seconds, ratio } of measured)
    console.log(
      `  ${name.padEnd(42)} ${rate(operations / seconds).padStart(12)} ${unit}/s ${perOne(seconds / operations).padStart(12)} ${`x${ratio.toFixed(2)}`.padStart(8)}`,
    );
  const ours = measured[1]!;
  if (goal !== undefined)
    console.log(
      `  goal: at least x${goal.toFixed(2)} of the floor; ${ours.ratio >= goal ? 'reached' : 'missed'}`,
    );
  const perSecond = operations / ours.seconds;
  if (goalRate !== undefined) reportGoalRate(unit, perSecond, goalRate);
  if (parts === undefined) return;
  const perOperation = parts.perOperation();
  const partsPerSecond = perSecond * perOperation;
  console.log(`  ${perOperation.toFixed(1)} ${parts.unit} each: ${rate(partsPerSecond)} ${parts.unit}/s`);
  reportGoalRate(parts.unit, partsPerSecond, parts.goalRate);
}

function reportGoalRate(unit: string, perSecond: number, goalRate: number): void {
  console.log(
    `  goal: at least ${rate(goalRate)} ${unit}/s; ${perSecond >= goalRate ? 'reached' : 'missed'}`,
  );
}

function reportIdle(share: number | undefined): void {
  if (share === undefined) return;
  const percent = (share * 100).toFixed(2);
  console.log(
    `  an idle consumer takes ${percent} % of a core; goal: under 1 %; ${share < 0.01 ? 'reached' : 'missed'}`,
  );
}

function reportGrowth(bytes: number): void {
  const mib = (bytes / 2 ** 20).toFixed(1);
  console.log(`\n  after 100,000 more tasks the heap of a consumer has grown by ${mib} MiB`);
}

function rate(perSecond: number): string {
  return perSecond >= 1000 ? Math.round(perSecond).toLocaleString('en-US') : perSecond.toPrecision(3);
}

function perOne(seconds: number): string {
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(2)} us each`;
  return seconds < 1 ? `${(seconds * 1e3).toFixed(1)} ms each` : `${seconds.toFixed(2)} s each`;
}

// The consumer of one of them would go on waiting for work.
process.exit();
