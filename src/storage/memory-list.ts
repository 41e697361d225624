// Lists of the memory storage that are made with each turn and have one member at most, most of the time.

/** The list with one more member. One that begins with it takes no room for more; one that grows takes it for sixteen. */
export function withOne<T>(list: T[] | undefined, one: T): T[] {
  if (list === undefined) return [one];
  list.push(one);
  return list;
}
