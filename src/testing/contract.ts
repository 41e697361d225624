// What a storage must do, as data: run each case with your test runner, against a storage of its own.
import type { ContractCase } from './contract/contract-case.js';
import { chordCases } from './contract/chords.js';
import { dataCases } from './contract/data.js';
import { deadLetterCases } from './contract/dead-letters.js';
import { deliveryCases } from './contract/deliveries.js';
import { deliveringCases } from './contract/delivering.js';
import { flushCases } from './contract/flush.js';
import { heldCases } from './contract/held.js';
import { lifecycleCases } from './contract/lifecycle.js';
import { lockCases } from './contract/locks.js';
import { notificationCases } from './contract/notifications.js';
import { queueCases } from './contract/queue.js';
import { rateCases } from './contract/rates.js';
import { recoveryCases } from './contract/recovery.js';
import { scheduleCases } from './contract/schedule.js';
import { settlementCases } from './contract/settlement.js';
import { tickCases } from './contract/ticks.js';

export type { ContractCase, ContractSetup } from './contract/contract-case.js';

/**
 * Everything that a storage must do, whatever its capabilities: these change what a case expects, never whether it
 * runs. With vitest: `it.each(storageContract)('$name', ({ run }) => run({ open: () => new MyStorage() }))`.
 */
export const storageContract: readonly ContractCase[] = [
  ...queueCases,
  ...scheduleCases,
  ...settlementCases,
  ...deliveringCases,
  ...deliveryCases,
  ...recoveryCases,
  ...heldCases,
  ...chordCases,
  ...dataCases,
  ...lockCases,
  ...rateCases,
  ...tickCases,
  ...deadLetterCases,
  ...flushCases,
  ...notificationCases,
  ...lifecycleCases,
];
