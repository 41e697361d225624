// Where a value sits inside a message, spelt as its sender would write it: `args[1].user.callback`.

/** One step down, or several at once where a value sits deeper than its container, as in `entries[2][1]`. */
export type PathStep = string | number | ReadonlyArray<string | number>;

const SHOWN_STEPS = 16;
const SHOWN_NAME = 60;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * The way from the outermost value to the one at hand. It spells nothing until asked for its path, and need not be
 * unwound by whoever throws: the path then still leads to the trouble.
 */
export class ValueTrail {
  /** How many containers are around the value at hand. Lowering it goes back. */
  depth = 0;
  /** Those from `depth` on are left over from earlier ways. */
  readonly #steps: PathStep[] = [];

  enter(step: PathStep): void {
    this.#steps[this.depth] = step;
    this.depth += 1;
  }

  leave(): void {
    this.depth -= 1;
  }

  /** The path of the value at hand; long ones are cut short. Empty at the outermost value. */
  get path(): string {
    return this.#pathAt(this.depth);
  }

  /** The value that far down the way, as a message calls it: its path, between back ticks. */
  nameAt(depth: number): string {
    return depth === 0 ? 'the value' : `\`${this.#pathAt(depth)}\``;
  }

  #pathAt(depth: number): string {
    const shown = this.#steps.slice(0, Math.min(depth, SHOWN_STEPS)).flat();
    const path = shown.map(spelling).join('').replace(/^\./, '');
    return depth > SHOWN_STEPS ? `${path}…` : path;
  }
}

function spelling(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = step.length > SHOWN_NAME ? `${step.slice(0, SHOWN_NAME - 1)}…` : step;
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
