// Assertions about types: they hold when the file compiles. What must not compile stands under `@ts-expect-error`.

/** True if both types are the same: `any` equals only `any`, and optional, readonly and union members count. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for `true`: `type _ = Expect<Equal<typeof value, number>>`. */
export type Expect<T extends true> = T;

/** The same where a type alias would go unused: `holds<Equal<typeof value, number>>()`. */
export function holds<T extends true>(): T | void {}
