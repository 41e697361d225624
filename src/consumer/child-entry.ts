// Where the program of a child is: beside this file, built as this file is. From the sources, which are TypeScript, tsx
// has to run it, in whatever this process runs.
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** How a child is started. */
export interface ChildEntry {
  readonly file: URL;
  /** In place of the options of this process; undefined: the same. */
  readonly execArgv: readonly string[] | undefined;
  /** What a thread begins with. */
  readonly threadUrl: URL;
}

/** Finds the program. */
export async function childEntry(): Promise<ChildEntry> {
  const file = new URL(`../worker${EXTENSION}`, import.meta.url);
  if (EXTENSION === '.js') return { file, execArgv: undefined, threadUrl: file };
  const { createRequire } = await import('node:module');
  const require = createRequire(import.meta.url);
  const { pathToFileURL } = await import('node:url');
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const api = new URL('./esm/api/index.mjs', tsx).href;
  // A thread on Node 20 does not heed --import.
  const start = `import { register } from '${api}'; register(); await import('${file.href}');`;
  const threadUrl = new URL(`data:text/javascript,${encodeURIComponent(start)}`);
  return { file, execArgv: ['--import', tsx], threadUrl };
}
