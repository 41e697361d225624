// Markdown, as far as the tests of the documentation need it: fenced code, headings and links, each with its line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFiles, ROOT } from '../files.js';

export interface Fence {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** What follows the opening fence: the language, then words. */
  readonly info: readonly string[];
  readonly code: readonly string[];
}

export interface Link {
  readonly line: number;
  readonly target: string;
}

export interface Page {
  readonly path: string;
  readonly fences: readonly Fence[];
  readonly links: readonly Link[];
  /** The fragments that a link can name: headings as GitHub spells them, and ids of HTML. */
  readonly anchors: ReadonlySet<string>;
}

/** The pages that users read: README.md, CHANGELOG.md and all of docs. */
export function readPages(): Page[] {
  return [...readFiles(['README.md', 'CHANGELOG.md', 'docs'], '.md')].map(([path, text]) =>
    parsePage(path, text),
  );
}

export function readPage(path: string): Page {
  return parsePage(path, readFileSync(join(ROOT, path), 'utf8'));
}

export function parsePage(path: string, text: string): Page {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { readonly mark: string; readonly indent: number; readonly code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', mark = '', info = ''] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    const closes = open !== undefined && mark.startsWith(open.mark) && info.trim() === '';
    if (open !== undefined && !closes) open.code.push(line.slice(open.indent));
    else if (closes) open = undefined;
    else if (mark !== '') {
      open = { mark, indent: indent.length, code: [] };
      fences.push({
        line: index + 1,
        info: info.split(/\s+/).filter((word) => word !== ''),
        code: open.code,
      });
    }
    prose.push(mark === '' && open === undefined ? line : '');
  }
  return { path, fences, links: linksIn(prose), anchors: anchorsIn(prose) };
}

function linksIn(prose: readonly string[]): Link[] {
  return prose.flatMap((text, index) => {
    const bare = text.replace(/(`+).*?\1/g, '');
    const inline = [...bare.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)];
    const references = [...bare.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)];
    const html = [...bare.matchAll(/\s(?:href|src)="([^"]+)"/g)];
    return [...inline, ...references, ...html].map(([, target]) => ({ line: index + 1, target: target! }));
  });
}

function anchorsIn(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    for (const [, id] of line.matchAll(/\s(?:id|name)="([^"]+)"/g)) anchors.add(id!);
    const [, heading] = /^#{1,6}\s+(.*?)\s*#*$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    let unique = slug;
    for (let again = 1; anchors.has(unique); again += 1) unique = `${slug}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

function slugOf(heading: string): string {
  const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
}
