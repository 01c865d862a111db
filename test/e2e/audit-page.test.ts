import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wasteFiles } from '../../src/audit/index.ts';
import { sampleAudit, sampleAuditRequest } from '../../src/report/fixtures/sample-report.ts';
import { auditHtml, auditTrees } from '../../src/report/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-page-'));
const file = join(folder, 'audit.html');
let browser: Browser;

beforeAll(async () => {
  const audit = sampleAudit();
  const request = sampleAuditRequest();
  const trees = auditTrees({ ...request, audit, waste: wasteFiles(request) });
  writeFileSync(file, auditHtml({ audit, trees }));
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // Its sandbox does not start as root, as which CI runs; the page is our own.
    args: ['--no-sandbox'],
  });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** The page in a window of its own, with all that it asks for and complains about. */
interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

async function open(options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('.tile');
  return { page, requests, complaints };
}

const crumbs = (page: Page): Promise<string> => page.locator('#crumbs').innerText();
const tile = (page: Page, name: string) => page.locator(`.tile[aria-label^="${name}"]`);
const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.id');

describe('the map', () => {
  test('zooms in by a click and out by the path above it', async () => {
    const { page } = await open();
    await tile(page, '4 · RUN pip').click({ position: { x: 60, y: 8 } });
    expect(await crumbs(page)).toMatch(/^whole image › 4 · RUN pip install .* 3\.28 GB/);
    await page
      .locator('.tile', { hasText: 'root/.cache' })
      .first()
      .click({ position: { x: 8, y: 6 } });
    expect(await crumbs(page)).toContain('1.20 GB avoidable: Package manager cache');
    await page.locator('#crumbs button', { hasText: 'whole image' }).click();
    expect(await crumbs(page)).toMatch(/^whole image\s+4\.10 GB/);
  });

  test('is walked by keys alone, and says where it is', async () => {
    const { page } = await open();
    await page.locator('#search').focus();
    // The map is one stop of the Tab key, whatever number of tiles it has.
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/^4 · RUN pip install .*, 3\.28 GB · /);
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toMatch(/^3 · RUN apt-get update .*, 308 MB/);
    await page.keyboard.press('ArrowUp');
    expect(await focused(page)).toMatch(/^2 · COPY \. \/app, 397 MB/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    expect(await crumbs(page)).toContain('› 4 · RUN pip');
    expect(await page.locator('#announce').innerText()).toContain('3.28 GB');
    expect(await focused(page)).toMatch(/^usr\/local\/lib/);
    await page.keyboard.press('Escape');
    expect(await crumbs(page)).toMatch(/^whole image\s/);
    expect(await focused(page)).toMatch(/^4 · RUN pip/);
    expect(await page.locator('.tile[tabindex="0"]').count()).toBe(1);
  });

  test('finds by name, dims the rest, and leads to what it found', async () => {
    const { page } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('LIBTORCH');
    expect(await page.locator('#hits').innerText()).toMatch(/^2 matches, 1\.31 GB:/);
    expect(await page.locator('.tile.hit').count()).toBeGreaterThan(0);
    expect(await tile(page, '2 · COPY').getAttribute('class')).toContain('miss');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toMatch(
      /^libtorch_cuda\.so, 880 MB .*CUDA libraries without a sign of GPU use/,
    );
    await page.locator('#search').focus();
    await page.keyboard.press('Escape');
    expect(await page.locator('.tile.miss').count()).toBe(0);
  });

  test('is sorted by packages and by classes, and by the layer of a row', async () => {
    const { page } = await open();
    await page.locator('.switch label', { hasText: 'Packages' }).click();
    await expect.poll(() => tile(page, 'Python distributions').count()).toBe(1);
    await page.locator('.switch label', { hasText: 'Classes' }).click();
    await expect.poll(() => tile(page, 'Package manager cache').count()).toBe(1);
    await page.locator('[data-layer="2"]').click();
    expect(await crumbs(page)).toContain('› 2 · COPY . /app');
    expect(await page.locator('input[value=layers]').isChecked()).toBe(true);
  });

  test('tells about what the pointer is on, as text', async () => {
    const { page, complaints } = await open();
    await page.locator('[data-layer="2"]').click();
    await page.keyboard.press('/');
    await page.keyboard.type('onerror');
    await page.keyboard.press('Enter');
    expect(await page.locator('#tip').innerText()).toContain('<img src=x onerror=alert(1)>.csv');
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe('the lists', () => {
  test('show the findings that are asked for', async () => {
    const { page } = await open();
    const shown = (): Promise<number> => page.locator('.finding:visible').count();
    const all = await shown();
    await page.locator('#findings label', { hasText: 'no waste' }).click();
    expect(await shown()).toBeLessThan(all);
    await page.locator('#findings label', { hasText: /^avoidable$/ }).click();
    await page.locator('#findings label', { hasText: /^dead$/ }).click();
    expect(await shown()).toBe(0);
    expect(await page.locator('#no-findings').isVisible()).toBe(true);
    await page.locator('#findings label', { hasText: /^dead$/ }).click();
    await page.locator('#expand').click();
    expect(await page.locator('.finding:visible .paths').first().innerText()).toContain('app/data/train.csv');
  });

  test('sort packages by a column, both ways', async () => {
    const { page } = await open();
    const first = (): Promise<string> => page.locator('#package-table tbody tr td').first().innerText();
    expect(await first()).toBe('torch');
    await page.locator('th button', { hasText: 'package' }).click();
    expect(await first()).toBe('gcc-12');
    await page.locator('th button', { hasText: 'package' }).click();
    expect(await first()).toBe('torch');
    await page.locator('th button', { hasText: 'bytes' }).click();
    await page.locator('th button', { hasText: 'bytes' }).click();
    expect(await first()).toBe('pytest');
    expect(await page.locator('th[aria-sort=ascending]').innerText()).toContain('bytes');
  });
});

describe('the page', () => {
  const background = (page: Page): Promise<string> =>
    page.evaluate('getComputedStyle(document.body).backgroundColor');

  test('is light or dark as the reader likes, until its button says otherwise', async () => {
    const [light, dark] = [await open({ colorScheme: 'light' }), await open({ colorScheme: 'dark' })];
    const [day, night] = [await background(light.page), await background(dark.page)];
    expect(day).not.toBe(night);
    await light.page.locator('#theme').click();
    expect(await background(light.page)).toBe(night);
    await light.page.locator('#theme').click();
    expect(await background(light.page)).toBe(day);
  });

  test.each([
    ['a telephone', 360],
    ['a tablet', 768],
    ['a wide screen', 1920],
  ])('fits %s: nothing makes it scroll sideways', async (_, width) => {
    const { page } = await open({ viewport: { width, height: 800 } });
    await page.locator('#expand').click();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    const map = await page.locator('#stage').boundingBox();
    expect(map?.width).toBeGreaterThan(width / 2 - 100);
  });

  test('moves nothing where the reader wants no motion', async () => {
    const { page } = await open({ reducedMotion: 'reduce' });
    await tile(page, '4 · RUN pip').click({ position: { x: 60, y: 8 } });
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });

  test('asks for nothing but itself and complains about nothing, and runs no foreign script', async () => {
    const { page, requests, complaints } = await open();
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(complaints).toEqual([]);
    await page.evaluate(
      `const one = document.createElement('script'); one.textContent = 'document.title = "run"'; document.body.append(one);`,
    );
    expect(await page.title()).not.toBe('run');
    await page.evaluate(`fetch('http://127.0.0.1:9/x').catch(() => {})`);
    expect(complaints.join('\n')).toMatch(/Content Security Policy/);
  });
});
