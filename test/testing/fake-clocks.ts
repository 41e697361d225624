// The fake timers of jest and of @sinonjs/fake-timers behind one interface; those of vitest are made in the test.
import { ModernFakeTimers } from '@jest/fake-timers';
import FakeTimers from '@sinonjs/fake-timers';
import { START } from '../manual-runtime.js';

/** Timers that may be left real, as the libraries name them. */
export type Fakeable = 'nextTick' | 'queueMicrotask';

/** A clock that takes the place of the machine's. */
export interface FakeClock {
  /** With everything faked that can be, but for these. */
  install(but: readonly Fakeable[]): void;
  advance(ms: number): Promise<unknown>;
  uninstall(): void;
}

let jest: ModernFakeTimers;
let sinon: FakeTimers.Clock;

export const JEST: FakeClock = {
  install: (doNotFake) => {
    jest = new ModernFakeTimers({ config: {} as never, global: globalThis });
    jest.useFakeTimers({ now: START, doNotFake: [...doNotFake] });
  },
  advance: (ms) => jest.advanceTimersByTimeAsync(ms),
  uninstall: () => jest.useRealTimers(),
};

export const SINON: FakeClock = {
  install: (toNotFake) => (sinon = FakeTimers.install({ now: START, toNotFake: [...toNotFake] })),
  advance: (ms) => sinon.tickAsync(ms),
  uninstall: () => sinon.uninstall(),
};
