// What a run says: each failure with its scenario, step and difference, the documented deviations, and the counts,
// alone on the last line.
import type { Verdict } from './verdict.js';

export interface Report {
  readonly lines: readonly string[];
  readonly failed: number;
}

/** Tells of a run. `others` are failures that belong to no scenario. */
export function reportOf(verdicts: readonly Verdict[], others: readonly string[] = []): Report {
  const failures = verdicts.filter(({ complaints }) => complaints.length > 0);
  const failed = failures.length + others.length;
  const passed = verdicts.length - failures.length;
  const deviating = verdicts.filter(
    ({ complaints, deviates }) => complaints.length === 0 && deviates !== undefined,
  );
  return {
    failed,
    lines: [
      ...failures.flatMap(failureLines),
      ...others.map((other) => `FAIL ${other}`),
      ...deviationLines(deviating),
      `${passed} passed, ${failed} failed, 0 skipped`,
    ],
  };
}

function failureLines({ id, file, title, complaints }: Verdict): string[] {
  return [`FAIL ${id} (${file}): ${title}`, ...complaints.map((line) => `  ${line}`), ''];
}

function deviationLines(verdicts: readonly Verdict[]): string[] {
  if (verdicts.length === 0) return [];
  const lines = verdicts.map(({ id, deviates }) => `  ${id}: ${deviates}`);
  return [`differing from the recording as documented, and passed as such:`, ...lines, ''];
}
