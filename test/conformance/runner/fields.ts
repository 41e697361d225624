// The inputs of a step, a behaviour or a declaration, read one by one. A missing or misshapen one is the fault of the
// corpus and says where it is.
import { CorpusError, isObject, type Json, type JsonObject } from './corpus.js';

export class Fields {
  readonly where: string;
  readonly values: JsonObject;

  constructor(where: string, values: JsonObject) {
    this.where = where;
    this.values = values;
  }

  /** Whether there is a value; null is none. */
  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  get(name: string): Json | undefined {
    return this.values[name];
  }

  text(name: string): string {
    return this.#as(name, 'text', (value): value is string => typeof value === 'string');
  }

  number(name: string): number {
    return this.#as(name, 'a number', (value): value is number => typeof value === 'number');
  }

  flag(name: string): boolean {
    return this.#as(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  list(name: string): readonly Json[] {
    return this.#as(name, 'a list', (value): value is readonly Json[] => Array.isArray(value));
  }

  object(name: string): JsonObject {
    return this.#as(name, 'an object', isObject);
  }

  /** The texts of a list; undefined without one. */
  texts(name: string): string[] | undefined {
    if (!this.has(name)) return undefined;
    return this.list(name).map((value) => {
      if (typeof value === 'string') return value;
      throw new CorpusError(
        `${this.where}: expected \`${name}\` to hold texts, got ${JSON.stringify(value)}`,
      );
    });
  }

  /** The fields of the object there, or of none. */
  inner(name: string): Fields {
    return new Fields(`${this.where}: ${name}`, this.has(name) ? this.object(name) : {});
  }

  #as<T extends Json>(name: string, wanted: string, is: (value: Json | undefined) => value is T): T {
    const value = this.values[name];
    if (is(value)) return value;
    throw new CorpusError(
      `${this.where}: expected \`${name}\` to be ${wanted}, got ${JSON.stringify(value) ?? 'nothing'}`,
    );
  }
}
