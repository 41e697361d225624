// A headless Chromium, if the machine has one. Without, tests of pages are skipped, and say so; where CI is set, they fail.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where it is; undefined if there is none. */
export const CHROMIUM = PLACES.find((place) => existsSync(place));

/** Whether tests that need it are to be skipped. */
export const SKIPS_BROWSER = CHROMIUM === undefined && process.env['CI'] === undefined;

export function launchChromium(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('expected Chromium, got none: apt-get install chromium');
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** What can be said of a picture without knowing what it should show. */
export interface PixelStatistics {
  /** How many different colours there are, in steps of an eighth of each channel. */
  readonly colours: number;
  /** Which part of the pixels has not the most frequent colour. */
  readonly drawn: number;
}

/** Counts the pixels of a PNG; the browser decodes it. */
export async function pixelStatistics(browser: Browser, png: Buffer): Promise<PixelStatistics> {
  const page = await browser.newPage();
  try {
    const source = `data:image/png;base64,${png.toString('base64')}`;
    return await page.evaluate<PixelStatistics>(`(${COUNT_PIXELS})(${JSON.stringify(source)})`);
  } finally {
    await page.close();
  }
}

// As text: it runs in the page, whose types these files do not have.
const COUNT_PIXELS = `async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: image.width, height: image.height });
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = (data[at] >> 5) * 64 + (data[at + 1] >> 5) * 8 + (data[at + 2] >> 5);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const pixels = data.length / 4;
  return { colours: counts.size, drawn: 1 - Math.max(...counts.values()) / pixels };
}`;
