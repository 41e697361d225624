// The page of a timeline as a browser shows it: light and dark, from a file, without a network, with the keyboard.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlTimeline } from '../../../sim/timeline/html-timeline.js';
import { timelineOf } from '../../../sim/timeline/timeline.js';
import { readTrace } from '../../../sim/trace/trace-reader.js';
import { launchChromium, pixelStatistics, SKIPS_BROWSER } from '../../chromium.js';
import { record, STORY } from '../trace/story.js';

const HOSTILE = STORY.replaceAll('send-mail', `<img src=x onerror="document.title='owned'">`);

describe.skipIf(SKIPS_BROWSER)('the page of a timeline in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'huey-timeline-'));

  beforeAll(async () => {
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** A page on a story, and whatever it complains about or asks for. */
  async function setup(table = STORY, colorScheme: 'light' | 'dark' = 'light') {
    const file = join(folder, 'page.html');
    writeFileSync(file, htmlTimeline(timelineOf(readTrace(String(record(table)))), { title: 'The story' }));
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme });
    const noise: string[] = [];
    page.on('pageerror', (error) => noise.push(error.message));
    page.on('console', (message) => noise.push(message.text()));
    page.on('request', (request) => noise.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    const complaints = (): string[] => noise.filter((line) => !line.startsWith('file:'));
    return { page, complaints, [Symbol.asyncDispose]: () => page.close() };
  }

  const chosen = (page: Page): Promise<string> => page.locator('.card').innerText();

  it.each(['light', 'dark'] as const)('is drawn in the %s', async (scheme) => {
    await using shown = await setup(STORY, scheme);
    const { page } = shown;
    expect(await page.locator('.bar').count()).toBe(10);
    expect(await page.locator('.mark').count()).toBeGreaterThan(20);
    const bars = await page.locator('.bar.execution').all();
    for (const bar of bars) expect((await bar.boundingBox())!.width).toBeGreaterThan(20);
    const picture = await pixelStatistics(browser, await page.screenshot());
    // An empty page has one colour, and nothing drawn; text alone has a handful.
    expect(picture.colours).toBeGreaterThan(20);
    expect(picture.drawn).toBeGreaterThan(0.03);
    expect(shown.complaints()).toEqual([]);
  });

  it('would be noticed if it were empty', async () => {
    const page = await browser.newPage();
    await page.setContent('<!doctype html><p>Nothing</p>');
    const picture = await pixelStatistics(browser, await page.screenshot());
    await page.close();
    expect(picture.colours).toBeLessThan(20);
    expect(picture.drawn).toBeLessThan(0.03);
  });

  it('tells about what is pointed at, and shows what belongs to the same task', async () => {
    await using shown = await setup();
    const { page } = shown;
    await page.locator('.bar.failed').hover();
    expect(await chosen(page)).toMatch(
      /^execution send-mail task-1[^]*lasted\s+4s[^]*end\s+failed: Error: mailbox busy/,
    );
    expect(await page.locator('.bar.kin').count()).toBe(2);
  });

  it('walks along with the keyboard, and zooms', async () => {
    await using shown = await setup();
    const { page } = shown;
    await page.keyboard.press('ArrowRight');
    expect(await chosen(page)).toContain('command enqueue send-mail task-1');
    await page.keyboard.press('ArrowRight');
    expect(await chosen(page)).toContain('enqueued send-mail task-1');
    const width = async (): Promise<number> => (await page.locator('.bar.failed').boundingBox())!.width;
    const before = await width();
    await page.keyboard.press('+');
    // The margins of the track do not grow.
    expect((await width()) / before).toBeCloseTo(2, 1);
    await page.keyboard.press('0');
    expect(await width()).toBeCloseTo(before, 0);
    await page.keyboard.press('Escape');
    expect(await page.locator('.kin').count()).toBe(0);
  });

  it('finds what is searched for', async () => {
    await using shown = await setup();
    const { page } = shown;
    await page.keyboard.press('/');
    await page.keyboard.type('tidy-up');
    expect(await page.locator('.bar.hit').count()).toBe(2);
    expect(await page.locator('tbody tr:visible').count()).toBe(8);
  });

  it('hides the calls of the storage', async () => {
    await using shown = await setup();
    const { page } = shown;
    expect(await page.locator('.call:visible').count()).toBe(3);
    await page.locator('#calls').uncheck();
    expect(await page.locator('.call:visible').count()).toBe(0);
  });

  it('runs nothing that a task was named', async () => {
    await using shown = await setup(HOSTILE);
    const { page } = shown;
    await page.locator('.bar.failed').hover();
    expect(await page.title()).toBe('The story');
    expect(await page.locator('img').count()).toBe(0);
    expect(await chosen(page)).toContain('<img src=x');
    expect(shown.complaints()).toEqual([]);
  });
});
