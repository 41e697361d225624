// The TypeScript of the documentation as modules. A page stands for a folder of them, `docs/guide.md/line-57.ts`, and
// each line of code keeps the number it has on the page, so that every message and stack trace points there.
import type { Fence, Page } from './markdown.js';

export interface Example {
  readonly page: string;
  /** Line of the first fence. */
  readonly line: number;
  /** The path of the module, relative to the project. */
  readonly path: string;
  readonly text: string;
  /** Too little to compile: `ts fragment`, only parsed. */
  readonly fragment: boolean;
  /** Executed too: `ts run`. */
  readonly runs: boolean;
}

/** The modules of a page. @throws Error naming page and line if the words after a fence make no sense. */
export function examplesOf(page: Page): Example[] {
  const modules: Fence[][] = [];
  for (const fence of page.fences) {
    const [language, ...words] = fence.info;
    if (language !== 'ts') continue;
    const refuse = (why: string): never => {
      throw new Error(`${page.path}:${fence.line}: ${why}, in \`${fence.info.join(' ')}\``);
    };
    const unknown = words.find((word) => !/^(run|continue|fragment|file=[\w-]+\.ts)$/.test(word));
    if (unknown !== undefined) refuse(`expected run, continue, fragment or file=name.ts, got ${unknown}`);
    if (words.includes('fragment') && words.length > 1)
      refuse('expected fragment alone: it is neither run nor continued');
    if (!words.includes('continue')) modules.push([fence]);
    else if (modules.length === 0 || isFragment(modules.at(-1)!))
      refuse('expected a block to continue before this one');
    else modules.at(-1)!.push(fence);
  }
  return modules.map((fences) => toExample(page.path, fences));
}

function toExample(page: string, fences: readonly Fence[]): Example {
  const { line } = fences[0]!;
  const lines: string[] = [];
  for (const fence of fences)
    for (const [index, code] of fence.code.entries()) lines[fence.line + index] = code;
  const words = fences.flatMap(({ info }) => info);
  const name = words.find((word) => word.startsWith('file='))?.slice('file='.length) ?? `line-${line}.ts`;
  return {
    page,
    line,
    path: `${page}/${name}`,
    text: Array.from(lines, (code) => code ?? '').join('\n'),
    fragment: isFragment(fences),
    runs: words.includes('run'),
  };
}

function isFragment(fences: readonly Fence[]): boolean {
  return fences[0]!.info.includes('fragment');
}
