// How an item is written on the server: `id NUL priority NUL task NUL enqueuedAt NUL data`. Priority 0 is no text, and
// the first place in the data that repeats the id is one NUL, for messages do repeat it and waiting tasks are many.
import type { Delivery, QueueItem, ScheduledItem } from '../storage.js';

/** Writes an item. */
export function writeRecord(item: QueueItem): string {
  const { id, data } = item;
  const at = id === '' ? -1 : data.indexOf(id);
  const short = at < 0 ? data : `${data.slice(0, at)}\0${data.slice(at + id.length)}`;
  return `${id}\0${priorityText(item)}\0${item.task}\0${item.enqueuedAt}\0${short}`;
}

/** The priority of an item as its record has it: no text for 0. */
export function priorityText({ priority }: QueueItem): string {
  return priority === 0 ? '' : String(priority);
}

/** Reads a record that begins at an index of a text and goes on to its end. */
export function readRecord(text: string, start = 0): QueueItem {
  const idEnd = text.indexOf('\0', start);
  const priorityEnd = text.indexOf('\0', idEnd + 1);
  const taskEnd = text.indexOf('\0', priorityEnd + 1);
  const instantEnd = text.indexOf('\0', taskEnd + 1);
  const id = text.slice(start, idEnd);
  const repeated = text.indexOf('\0', instantEnd + 1);
  return {
    id,
    task: text.slice(priorityEnd + 1, taskEnd),
    // No text is the number 0.
    priority: Number(text.slice(idEnd + 1, priorityEnd)),
    data:
      repeated < 0
        ? text.slice(instantEnd + 1)
        : text.slice(instantEnd + 1, repeated) + id + text.slice(repeated + 1),
    enqueuedAt: Number(text.slice(taskEnd + 1, instantEnd)),
  };
}

/** Reads `number NUL count NUL revoked NUL record`, as scripts tell a delivery. */
export function readDelivery(text: string): Delivery {
  const numberEnd = text.indexOf('\0');
  const countEnd = text.indexOf('\0', numberEnd + 1);
  const flag = text[countEnd + 1];
  const item = readRecord(text, countEnd + 3);
  return {
    item,
    receipt: `${text.slice(0, numberEnd)}:${item.id}`,
    count: Number(text.slice(numberEnd + 1, countEnd)),
    revoked: flag === '1',
  };
}

interface Placed {
  readonly score: number;
  readonly place: string;
}

/** The order of the queue: by falling priority, which is a rising score, then by place. */
function byPlace(a: Placed, b: Placed): number {
  return a.score - b.score || (a.place < b.place ? -1 : a.place > b.place ? 1 : 0);
}

/** Reads what is in flight, told as receipt, `lease NUL place NUL count NUL record` and flag; in the order of the queue. */
export function readFlights(texts: readonly string[]): Delivery[] {
  const rows: (Placed & { readonly delivery: Delivery })[] = [];
  for (let index = 0; index < texts.length; index += 3) {
    const flight = texts[index + 1]!;
    const leaseEnd = flight.indexOf('\0');
    const placeEnd = flight.indexOf('\0', leaseEnd + 1);
    const countEnd = flight.indexOf('\0', placeEnd + 1);
    const item = readRecord(flight, countEnd + 1);
    const count = Number(flight.slice(placeEnd + 1, countEnd));
    const delivery = { item, receipt: texts[index]!, count, revoked: texts[index + 2] === '1' };
    rows.push({ score: -item.priority, place: flight.slice(leaseEnd + 1, placeEnd), delivery });
  }
  return rows.sort(byPlace).map(({ delivery }) => delivery);
}

/**
 * Merges the head of the list with that of the sorted set, `place NUL count NUL record` and score in turn. The first of
 * the list is at the position after `taken`.
 */
export function mergePending(taken: number, list: readonly string[], ranked: readonly string[]): QueueItem[] {
  const rows = list.map((record, index) => ({
    score: 0,
    place: String(taken + index + 1).padStart(16, '0') + '0'.repeat(16),
    item: readRecord(record),
  }));
  for (let index = 0; index < ranked.length; index += 2) {
    const member = ranked[index]!;
    const placeEnd = member.indexOf('\0');
    const item = readRecord(member, member.indexOf('\0', placeEnd + 1) + 1);
    rows.push({ score: Number(ranked[index + 1]), place: member.slice(0, placeEnd), item });
  }
  return rows.sort(byPlace).map(({ item }) => item);
}

/** How many characters of a member of the schedule come before the record: its number, and a NUL. */
const SCHEDULE_PREFIX = 17;

/** Reads members of the schedule and their scores in turn. */
export function readScheduled(texts: readonly string[]): ScheduledItem[] {
  const rows: ScheduledItem[] = [];
  for (let index = 0; index < texts.length; index += 2)
    rows.push({ item: readRecord(texts[index]!, SCHEDULE_PREFIX), dueAt: Number(texts[index + 1]) });
  return rows;
}
