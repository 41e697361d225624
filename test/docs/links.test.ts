// Every relative link of the documentation leads to a file, and to a heading if it names one.
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../files.js';
import { type Page, parsePage, readPages } from './markdown.js';

it('the links of the documentation lead somewhere', () => {
  const broken = deadLinks(readPages(), (path) => existsSync(join(ROOT, path)));
  expect(broken.join('\n')).toBe('');
});

describe('the search for dead links', () => {
  const guide = parsePage(
    'docs/guide.md',
    '# Start\n## `get()` & wait\n## Start\n<a id="here"></a>\n```sh\n# comment\n```',
  );
  const exists = (path: string): boolean => ['docs/guide.md', 'docs/examples', 'README.md'].includes(path);

  it.each([
    ['[a](guide.md)', ''],
    ['[a](./guide.md#get--wait "title") and ![b](../README.md)', ''],
    ['[a](guide.md#start-1), [b](guide.md#here)', ''],
    ['[a](examples)', ''],
    ['[a](https://example.org/x.md) [b](mailto:a@example.org)', ''],
    ['`[a](nowhere.md)`', ''],
    ['# Top\n[a](#top)', ''],
    ['\n[a](nowhere.md)', 'docs/page.md:2: no file docs/nowhere.md, in nowhere.md'],
    ['[a][b]\n\n[b]: nowhere.md', 'docs/page.md:3: no file docs/nowhere.md, in nowhere.md'],
    ['<img src="nowhere.png">', 'docs/page.md:1: no file docs/nowhere.png, in nowhere.png'],
    ['[a](guide.md#comment)', 'docs/page.md:1: no heading #comment in docs/guide.md, in guide.md#comment'],
    ['[a](#top)', 'docs/page.md:1: no heading #top in docs/page.md, in #top'],
    ['[a](/docs/guide.md)', 'docs/page.md:1: not relative, in /docs/guide.md'],
  ])('judges %j', (text, complaint) => {
    expect(deadLinks([guide, parsePage('docs/page.md', text)], exists).join('\n')).toBe(complaint);
  });
});

function deadLinks(pages: readonly Page[], exists: (path: string) => boolean): string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    page.links.flatMap(({ line, target }) => {
      const reason = whyDead(page, target, byPath, exists);
      return reason === undefined ? [] : [`${page.path}:${line}: ${reason}, in ${target}`];
    }),
  );
}

function whyDead(
  from: Page,
  target: string,
  pages: ReadonlyMap<string, Page>,
  exists: (path: string) => boolean,
): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  if (target.startsWith('/')) return 'not relative';
  const [file = '', heading] = decodeURI(target).split('#');
  const path = file === '' ? from.path : posix.join(posix.dirname(from.path), file);
  const page = pages.get(path);
  if (page === undefined && !exists(path)) return `no file ${path}`;
  if (page !== undefined && heading !== undefined && !page.anchors.has(heading))
    return `no heading #${heading} in ${path}`;
  return undefined;
}
