import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEvaluation, renderReport } from '../../../report/index.js';
import { hostileInput } from '../../report/hostile-input.js';
import { fixtureTables, reportInput } from '../../report/report-input.js';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const ARGUMENTS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const FINDINGS = readFileSync(new URL('../../fixtures/report/page-findings.js', import.meta.url), 'utf8');
const WIDTHS = [390, 1024, 1600];
const OF_A_RUN = ['overview', 'score', 'structure', 'theta', 'exposure', 'rows', 'settings'];
const OF_AN_EVALUATION = ['verdicts', 'columns', 'utility', 'fidelity', 'privacy', 'map'];

interface Findings {
  scrollWidth: number;
  sections: string[];
  svgs: number;
  texts: number;
  headings: string;
  [wrong: string]: unknown;
}

if (!BROWSER) {
  describe('the report in a browser', () => {
    it.skip('is not looked at: no Chromium in /usr/bin (apt-get install chromium)', () => undefined);
  });
}

describe.runIf(BROWSER)('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mallm-report-'));
  const pages: Record<string, string[]> = {};
  let browser: Browser;

  beforeAll(async () => {
    const write = (name: string, html: string, sections: string[]): void => {
      writeFileSync(join(folder, `${name}.html`), html);
      pages[name] = sections;
    };
    const adult = reportInput(fixtureTables('adult', 'Income'), { simulated: true });
    const insurance = reportInput(fixtureTables('insurance', 'charges'));
    const { schema, train, synthetic } = insurance;
    write('adult', renderReport(adult), [...OF_A_RUN, ...OF_AN_EVALUATION, 'baselines']);
    write('insurance', renderReport(insurance), [...OF_A_RUN, ...OF_AN_EVALUATION, 'baselines']);
    write('hostile', renderReport(hostileInput()), [...OF_A_RUN, ...OF_AN_EVALUATION]);
    write('unjudged', renderReport({ ...insurance, evaluation: null, baselines: [] }), [...OF_A_RUN, 'columns']);
    const evaluation = renderEvaluation({ name: 'it', schema, train, synthetic, evaluation: insurance.evaluation! });
    write('evaluation', evaluation, OF_AN_EVALUATION);
    browser = await chromium.launch({ executablePath: BROWSER!, args: ARGUMENTS.split(' ') });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    name: string,
    options: { width: number; scheme?: 'light' | 'dark' },
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.scheme ?? 'light',
    });
    const page = await context.newPage();
    const address = pathToFileURL(join(folder, `${name}.html`)).href;
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(address);
    await look(page);
    await context.close();
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([address]);
    expect(complaints).toEqual([]);
  }

  describe.each(['adult', 'insurance', 'hostile', 'unjudged', 'evaluation'])('%s', (name) => {
    it.each(WIDTHS.flatMap((width) => [[width, 'light'] as const, [width, 'dark'] as const]))(
      'is whole, readable and quiet at %i px, %s',
      async (width, scheme) => {
        await open(name, { width, scheme }, async (page) => {
          await page.evaluate('document.querySelectorAll("details").forEach((part) => (part.open = true))');
          const { scrollWidth, sections, svgs, texts, headings, ...wrong } = await page.evaluate<Findings>(FINDINGS);
          expect(scrollWidth).toBeLessThanOrEqual(width);
          expect(sections).toEqual(expect.arrayContaining(pages[name]!));
          expect(sections).toHaveLength(pages[name]!.length);
          expect(svgs).toBeGreaterThan(2);
          expect(texts).toBeGreaterThan(100);
          expect(headings).toMatch(/^H1 H2/);
          expect(wrong).toEqual({
            beyondTheEdge: [],
            beyondTheFrame: [],
            emptySections: [],
            withoutAlternative: 0,
            lowContrast: [],
            smallText: [],
            sameId: [],
            deadLinks: [],
            active: [],
            unnamedScrollBoxes: 0,
          });
        });
      },
    );
  });

  it('dark and light differ', async () => {
    const colours: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      await open('adult', { width: 1024, scheme }, async (page) => {
        colours.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
      });
    }
    expect(new Set(colours).size).toBe(2);
  });

  it('can be walked by keyboard: skip link, table of contents, parts that open', async () => {
    await open('adult', { width: 1024 }, async (page) => {
      const focused = (): Promise<string> =>
        page.evaluate<string>('document.activeElement.getAttribute("href") ?? document.activeElement.tagName');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('#main');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('#overview');
      const part = page.locator('details:not([open]) > summary').first();
      await part.focus();
      const openParts = await page.locator('details[open]').count();
      await page.keyboard.press('Enter');
      expect(await page.locator('details[open]').count()).toBe(openParts + 1);
    });
  });

  it('prints light, with every part open and nothing beyond the edge', async () => {
    await open('adult', { width: 700, scheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const { scrollWidth } = await page.evaluate<Findings>(FINDINGS);
      expect(scrollWidth).toBeLessThanOrEqual(700);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      const folded = page.locator('details:not([open]) li').first();
      expect(await folded.isVisible()).toBe(true);
      await page.emulateMedia({ media: 'screen' });
      expect(await folded.isVisible()).toBe(false);
    });
  });
});
