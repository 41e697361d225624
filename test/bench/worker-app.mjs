// The app of the comparison of worker types: a body that computes for about a millisecond. Plain JavaScript, so that
// the children load the package as it is built.
import { SqliteHuey } from 'huey-ts/sqlite';

export const huey = new SqliteHuey({ filename: process.env.HUEY_BENCH_DATABASE, fsync: 'off' });

export const compute = huey.task('compute', (n) => {
  let value = n;
  for (let index = 0; index < 3000; index += 1) value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
  return value;
});
