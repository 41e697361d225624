// A vitest reporter that closes every run with one plain line: how many tests passed, failed and were skipped.
// The line agrees with the exit code: whatever makes vitest fail counts as a failure, in a test or outside of one.
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  #count = { passed: 0, failed: 0, skipped: 0 };

  /** Leaves the line to the very end: after every other reporter, after coverage, after a run that never came to be. */
  onInit(): void {
    process.once('exit', (code) => {
      const { passed, failed, skipped } = this.#count;
      process.stdout.write(
        `${passed} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed, ${skipped} skipped\n`,
      );
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // Neither a file that does not load nor a hook around a whole suite that fails is a test; both are failures.
      for (const suite of [module, ...module.children.allSuites()])
        if (suite.errors().length > 0) this.#count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        this.#count[state === 'pending' ? 'skipped' : state] += 1;
      }
    }
  }
}
