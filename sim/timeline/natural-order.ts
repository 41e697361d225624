// Names in the order a person expects: worker-2 before worker-10. No locale is asked, so it is the same everywhere.

/** Compares two names: digits by their number, everything else by code unit. For `sort`. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function partsOf(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  const byNumber = /^\d/.test(a) && /^\d/.test(b) ? Number(a) - Number(b) : 0;
  return byNumber || (a < b ? -1 : 1);
}
