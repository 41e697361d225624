// What the processes of a fault test write down, each line in one piece: what was delivered, as often as the storage
// says, and which bodies have begun. It outlives whoever wrote it.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Entry =
  | { readonly kind: 'delivered'; readonly id: string; readonly count: number }
  | { readonly kind: 'began'; readonly id: string; readonly attempt: number };

/** Adds an entry. */
export function writeEntry(folder: string, entry: Entry): void {
  appendFileSync(join(folder, 'account.jsonl'), `${JSON.stringify(entry)}\n`);
}

/** All entries so far, in order. */
export function readEntries(folder: string): readonly Entry[] {
  const path = join(folder, 'account.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

/** Bodies that began more often than the storage says that it delivered their tasks again. */
export function unexplained(entries: readonly Entry[]): string[] {
  const again = new Map<string, number>();
  const begun = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const entry of entries)
    if (entry.kind === 'began') add(begun, `${entry.id} ${entry.attempt}`);
    else if (entry.count > 1) add(again, entry.id);
  return [...begun]
    .filter(([key, times]) => times - 1 > (again.get(key.split(' ')[0]!) ?? 0))
    .map(([key, times]) => `${key} began ${times} times`);
}
